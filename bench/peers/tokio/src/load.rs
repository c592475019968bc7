//! Standing load on the workers, and how long a task from outside waits beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

const STALL: Duration = Duration::from_micros(10);

/// Uses a processor for 10 us as a poll would that computes. Gives the thread away in between, as tokio's benchmarks do.
pub fn stall() {
    let start = Instant::now();
    while start.elapsed() < STALL {
        std::thread::yield_now();
    }
}

/// Tasks that keep the workers busy until it is dropped.
pub struct Load {
    // Every task of the load holds a clone: they have ended when this one is alone.
    on: Arc<AtomicBool>,
}

impl Load {
    /// Spawns tasks that stall and yield: what is spawned or woken goes before them.
    pub fn yielding(rt: &Runtime, tasks: usize) -> Self {
        let load = Load::on();
        for _ in 0..tasks {
            let on = load.on.clone();
            rt.spawn(async move {
                while on.load(Relaxed) {
                    tokio::task::yield_now().await;
                    stall();
                }
            });
        }
        load
    }

    /// Spawns chains of tasks that stall, spawn their successor and end: it goes before what came from outside.
    pub fn spawning(rt: &Runtime, chains: usize) -> Self {
        let load = Load::on();
        for _ in 0..chains {
            let on = load.on.clone();
            rt.spawn(async { chain(on) });
        }
        load
    }

    fn on() -> Self {
        Load { on: Arc::new(AtomicBool::new(true)) }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.on.store(false, Relaxed);
        while Arc::strong_count(&self.on) > 1 {
            std::thread::yield_now();
        }
    }
}

fn chain(on: Arc<AtomicBool>) {
    tokio::spawn(async move {
        if on.load(Relaxed) {
            stall();
            chain(on);
        }
    });
}

/// Spawns a task from this thread, which is no worker, and returns the time to its first poll.
pub fn wake(rt: &Runtime) -> Duration {
    let (polled, first_poll) = mpsc::channel();
    let start = Instant::now();
    rt.spawn(async move { polled.send(Instant::now()).expect("the thread waits") });
    first_poll.recv().expect("the task is polled") - start
}
