//! Spawning from threads that are no workers. Source: tokio benches/rt_multi_threaded.rs, rt_current_thread.rs,
//! remote_spawn.rs.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::drive::{current_thread_without_drivers, multi_thread, outside_only, without_drivers};
use crate::figures::{Extra, extra, latencies};
use crate::load::{Load, wake};
use crate::row::{Outcome, Row, Run, WORKER};

const SPAWNS: u64 = 10_000;
const SPAWNS_BESIDE_CHAINS: u64 = 1000;
const SPAWNS_OF_THREADS: u64 = 12_800;
const SPAWNS_ONE_THREAD: u64 = 1000;

pub fn rows() -> Vec<Row> {
    vec![
        outside_only("spawn_many_remote", SPAWNS, |workers| {
            let rt = multi_thread(workers);
            let mut handles = Vec::with_capacity(SPAWNS as usize);
            move || spawn_and_join(&rt, SPAWNS, &mut handles)
        }),
        Row::new("spawn_many_remote_busy1", WORKER, |workers| {
            beside(workers, SPAWNS, |rt, workers| Load::yielding(rt, 2 * workers))
        }),
        Row::new("spawn_many_remote_busy2", WORKER, |workers| beside(workers, SPAWNS_BESIDE_CHAINS, Load::spawning)),
        Row::new("remote_spawn_t1", WORKER, |workers| from_threads(workers, 1)),
        Row::new("remote_spawn_t2", WORKER, |workers| from_threads(workers, 2)),
        outside_only("ct_spawn_many_remote", SPAWNS_ONE_THREAD, |_| {
            let rt = current_thread_without_drivers();
            let mut handles = Vec::with_capacity(SPAWNS_ONE_THREAD as usize);
            move || spawn_and_join(&rt, SPAWNS_ONE_THREAD, &mut handles)
        }),
        outside_only("ct_spawn_many_remote_busy", SPAWNS_ONE_THREAD, |_| {
            let rt = current_thread_without_drivers();
            rt.spawn(async { chain() }); // it runs in block_on only, and ends with the runtime
            let mut handles = Vec::with_capacity(SPAWNS_ONE_THREAD as usize);
            move || spawn_and_join(&rt, SPAWNS_ONE_THREAD, &mut handles)
        }),
        Row::new("inject_wait", WORKER, |workers| {
            Box::new(move |iterations, meter| {
                let rt = multi_thread(workers);
                let load = Load::spawning(&rt, workers);
                let waits = meter.time(|| waits(&rt, iterations));
                drop(load);
                Outcome::counted(iterations, injections(waits))
            })
        }),
    ]
}

/// Spawns empty tasks from this thread and awaits them all. Returns how many were awaited.
fn spawn_and_join(rt: &Runtime, tasks: u64, handles: &mut Vec<JoinHandle<()>>) -> u64 {
    for _ in 0..tasks {
        handles.push(rt.spawn(async {}));
    }
    rt.block_on(join(handles))
}

async fn join(handles: &mut Vec<JoinHandle<()>>) -> u64 {
    let mut joined = 0;
    for handle in handles.drain(..) {
        handle.await.expect("no task panics");
        joined += 1;
    }
    joined
}

/// The same beside a load, which is there during requests only.
fn beside(workers: usize, tasks: u64, load: impl Fn(&Runtime, usize) -> Load + 'static) -> Run {
    let rt = multi_thread(workers);
    let mut handles = Vec::with_capacity(tasks as usize);
    Box::new(move |iterations, meter| {
        let load = load(&rt, workers);
        let check = meter.time(|| (0..iterations).map(|_| spawn_and_join(&rt, tasks, &mut handles)).sum());
        drop(load);
        Outcome { units: iterations * tasks, check, ..Outcome::default() }
    })
}

/// How long injected tasks wait, one at a time.
fn waits(rt: &Runtime, tasks: u64) -> Vec<Duration> {
    (0..tasks).map(|_| wake(rt)).collect()
}

/// The latencies and the worst one under a name of its own.
fn injections(waits: Vec<Duration>) -> Extra {
    let worst = waits.iter().max().expect("there is a sample");
    let mut figures = extra([("worst_wait_us", worst.as_secs_f64() * 1e6)]);
    figures.extend(latencies(waits));
    figures
}

/// Spawns from several threads at the same time.
fn from_threads(workers: usize, threads: u64) -> Run {
    let rt = without_drivers(workers);
    let barrier = Barrier::new(threads as usize);
    let per_thread = SPAWNS_OF_THREADS / threads;
    Box::new(move |iterations, meter| {
        let mut spawning = Duration::ZERO;
        let check = meter.time(|| {
            let iterate = |_| {
                let start = Instant::now();
                let mut handles = spawn_from_threads(&rt, &barrier, threads, per_thread);
                spawning += start.elapsed();
                rt.block_on(join(&mut handles))
            };
            (0..iterations).map(iterate).sum()
        });
        let units = iterations * SPAWNS_OF_THREADS;
        let per_unit = spawning.as_nanos() as f64 / units as f64;
        Outcome { units, check, extra: extra([("spawning_ns", per_unit)]) }
    })
}

fn spawn_from_threads(rt: &Runtime, barrier: &Barrier, threads: u64, per_thread: u64) -> Vec<JoinHandle<()>> {
    let spawn = || {
        let mut handles = Vec::with_capacity(per_thread as usize);
        barrier.wait();
        for _ in 0..per_thread {
            handles.push(rt.spawn(async {}));
        }
        handles
    };
    thread::scope(|scope| {
        let spawners: Vec<_> = (0..threads).map(|_| scope.spawn(spawn)).collect();
        let joined = spawners.into_iter().map(|spawner| spawner.join().expect("no thread panics"));
        joined.flatten().collect()
    })
}

/// Spawns a task that does the same.
fn chain() {
    tokio::spawn(async { chain() });
}
