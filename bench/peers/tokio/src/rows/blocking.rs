//! Calls that block a thread. Source: tokio benches/spawn_blocking.rs.

use std::hint::black_box;

use tokio::task::JoinSet;

use crate::drive::{from_outside_with_drivers, from_worker, once};
use crate::row::Row;

const BATCHES: u64 = 100;
const BATCH: u64 = 16;

pub fn rows() -> Vec<Row> {
    let (one, two) = (once(BATCHES * BATCH), once(2 * BATCHES * BATCH));
    vec![
        from_worker("spawn_blocking_c1", one, || || calls(1)),
        from_outside_with_drivers("spawn_blocking_c1", one, || || calls(1)),
        from_worker("spawn_blocking_c2", two, || || calls(2)),
        from_outside_with_drivers("spawn_blocking_c2", two, || || calls(2)),
    ]
}

async fn calls(tasks: u64) -> u64 {
    let mut all = JoinSet::new();
    for _ in 0..tasks {
        all.spawn(batches());
    }
    all.join_all().await.into_iter().sum()
}

async fn batches() -> u64 {
    let mut sum = 0;
    for _ in 0..BATCHES {
        let mut batch = JoinSet::new();
        for _ in 0..BATCH {
            batch.spawn_blocking(|| black_box(1));
        }
        sum += batch.join_all().await.into_iter().sum::<u64>();
    }
    sum
}
