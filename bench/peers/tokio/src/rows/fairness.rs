//! How long one task that yields must wait among many busy ones: half of them yield as well, half wake each other. A probe: the
//! scale is the number of yields.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::yield_now;

use crate::drive::multi_thread;
use crate::figures::latencies;
use crate::load::stall;
use crate::row::{Outcome, Row, WORKER};

const YIELDERS: usize = 32;
const PAIRS: usize = 16;

pub fn rows() -> Vec<Row> {
    vec![Row::new("fairness", WORKER, |workers| {
        Box::new(move |yields, meter| {
            let rt = multi_thread(workers); // its end ends the busy tasks
            let delays = meter.time(|| {
                rt.block_on(rt.spawn(async move {
                    spawn_busy();
                    watched(yields).await
                }))
                .expect("no task panics")
            });
            Outcome::counted(delays.len() as u64, latencies(delays))
        })
    })]
}

/// Spawns the busy tasks from the watched one, so that all begin in one queue.
fn spawn_busy() {
    for _ in 0..YIELDERS {
        tokio::spawn(busy());
    }
    for _ in 0..PAIRS {
        let (a, b) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        a.notify_one();
        tokio::spawn(hand_over(a.clone(), b.clone()));
        tokio::spawn(hand_over(b, a));
    }
}

async fn busy() {
    loop {
        stall();
        yield_now().await;
    }
}

async fn hand_over(mine: Arc<Notify>, theirs: Arc<Notify>) {
    loop {
        mine.notified().await;
        stall();
        theirs.notify_one();
    }
}

async fn watched(yields: u64) -> Vec<Duration> {
    let mut delays = Vec::with_capacity(yields as usize);
    for _ in 0..yields {
        let start = Instant::now();
        yield_now().await;
        delays.push(start.elapsed());
    }
    delays
}
