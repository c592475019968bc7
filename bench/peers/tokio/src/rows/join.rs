//! Spawning and awaiting. Source: tokio benches/spawn.rs for the rows with a yield.

use std::hint::black_box;

use tokio::task::{JoinHandle, yield_now};

use crate::drive::{both, once, one_thread, rounds};
use crate::row::Row;

const SPAWNS: u64 = 10_000;

pub fn rows() -> Vec<Row> {
    let single = rounds(1000, 1);
    let ten = rounds(100, 10);
    [
        both("spawn_join", once(SPAWNS), || one_by_one),
        both("spawn_join_batch", once(SPAWNS), || batch),
        both("spawn_yield_join", single, || one_that_yields),
        both("spawn_yield_join10", ten, || ten_that_yield),
    ]
    .into_iter()
    .flatten()
    .chain([
        one_thread("ct_spawn_join", once(SPAWNS), || one_by_one),
        one_thread("ct_spawn_yield_join", single, || one_that_yields),
        one_thread("ct_spawn_yield_join10", ten, || ten_that_yield),
    ])
    .collect()
}

async fn one_by_one() -> u64 {
    let mut sum = 0;
    for _ in 0..SPAWNS {
        sum += tokio::spawn(async { 1 }).await.expect("no task panics");
    }
    sum
}

async fn batch() -> u64 {
    sum((0..SPAWNS).map(|_| tokio::spawn(async { 1 })).collect()).await
}

async fn one_that_yields() -> u64 {
    tokio::spawn(work()).await.expect("no task panics")
}

async fn ten_that_yield() -> u64 {
    sum((0..10).map(|_| tokio::spawn(work())).collect()).await
}

async fn work() -> u64 {
    let value = 1 + 1;
    yield_now().await;
    black_box(value)
}

/// Awaits the tasks in order and returns the sum of their results.
async fn sum(handles: Vec<JoinHandle<u64>>) -> u64 {
    let mut sum = 0;
    for handle in handles {
        sum += handle.await.expect("no task panics");
    }
    sum
}
