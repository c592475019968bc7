//! The semaphore. Source: tokio benches/sync_semaphore.rs; the row with a yield has none.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};

use crate::drive::{both, once, one_thread, rounds};
use crate::row::Row;

const ENOUGH: usize = 10; // permits for all
const SCARCE: usize = 5;
const HOLDERS: u64 = 50;
const HOLDS: u64 = 100;

pub fn rows() -> Vec<Row> {
    let concurrent = rounds(100, 6);
    let one_by_one = || {
        let permits = Arc::new(Semaphore::new(ENOUGH));
        move || uncontended(permits.clone())
    };
    let spawned = |size| {
        move || {
            let permits = Arc::new(Semaphore::new(size));
            move || spawn_six(permits.clone())
        }
    };
    let joined = |size| {
        move || {
            let permits = Arc::new(Semaphore::new(size));
            move || join_six(permits.clone())
        }
    };
    [
        both("sem_uncontended", rounds(1000, 6), one_by_one),
        both("sem_uncontended_concurrent", concurrent, spawned(ENOUGH)),
        both("sem_contended_concurrent", concurrent, spawned(SCARCE)),
        both("sem_contended_hold", once(HOLDERS * HOLDS), || contended_hold),
    ]
    .into_iter()
    .flatten()
    .chain([
        one_thread("ct_sem_uncontended_concurrent", concurrent, joined(ENOUGH)),
        one_thread("ct_sem_contended_concurrent", concurrent, joined(SCARCE)),
    ])
    .collect()
}

async fn uncontended(permits: Arc<Semaphore>) -> u64 {
    let mut acquired = 0;
    for _ in 0..6 {
        drop(permits.acquire().await.expect("it stays open"));
        acquired += 1;
    }
    acquired
}

async fn task(permits: Arc<Semaphore>) -> u64 {
    drop(permits.acquire().await.expect("it stays open"));
    1
}

async fn spawn_six(permits: Arc<Semaphore>) -> u64 {
    let spawn = || tokio::spawn(task(permits.clone()));
    let results = tokio::try_join!(spawn(), spawn(), spawn(), spawn(), spawn(), spawn());
    let (a, b, c, d, e, f) = results.expect("no task panics");
    a + b + c + d + e + f
}

async fn join_six(permits: Arc<Semaphore>) -> u64 {
    let make = || task(permits.clone());
    let (a, b, c, d, e, f) = tokio::join!(make(), make(), make(), make(), make(), make());
    a + b + c + d + e + f
}

async fn contended_hold() -> u64 {
    let permits = Arc::new(Semaphore::new(SCARCE));
    let mut holders = JoinSet::new();
    for _ in 0..HOLDERS {
        holders.spawn(hold(permits.clone()));
    }
    holders.join_all().await.into_iter().sum()
}

async fn hold(permits: Arc<Semaphore>) -> u64 {
    let mut held = 0;
    for _ in 0..HOLDS {
        let permit = permits.acquire().await.expect("it stays open");
        yield_now().await;
        held += 1;
        drop(permit);
    }
    held
}
