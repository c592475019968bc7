//! The reader-writer lock. Source: tokio benches/sync_rwlock.rs.

use std::hint::black_box;
use std::sync::Arc;

use tokio::sync::{RwLock, RwLockWriteGuard};

use crate::drive::{both, one_thread, rounds};
use crate::row::Row;

type Lock = Arc<RwLock<()>>;

pub fn rows() -> Vec<Row> {
    let concurrent = rounds(100, 6);
    [
        both("rwlock_read_uncontended", rounds(1000, 6), || {
            let lock = Lock::default();
            move || read_six(lock.clone())
        }),
        both("rwlock_read_concurrent_uncontended", concurrent, || {
            let lock = Lock::default();
            move || spawn_six(lock.clone())
        }),
        both("rwlock_read_concurrent_contended", concurrent, || {
            let lock = Lock::default();
            move || spawn_five_beside_writer(lock.clone())
        }),
    ]
    .into_iter()
    .flatten()
    .chain([
        one_thread("ct_rwlock_read_concurrent_uncontended", concurrent, || {
            let lock = Lock::default();
            move || join_six(lock.clone())
        }),
        one_thread("ct_rwlock_read_concurrent_contended", concurrent, || {
            let lock = Lock::default();
            move || join_five_beside_writer(lock.clone())
        }),
    ])
    .collect()
}

async fn read_six(lock: Lock) -> u64 {
    let mut taken = 0;
    for _ in 0..6 {
        let _guard = black_box(lock.read().await);
        taken += 1;
    }
    taken
}

async fn read(lock: Lock) -> u64 {
    let _guard = black_box(lock.read().await);
    1
}

async fn release(guard: RwLockWriteGuard<'_, ()>) -> u64 {
    drop(guard);
    1
}

async fn spawn_six(lock: Lock) -> u64 {
    let spawn = || tokio::spawn(read(lock.clone()));
    let results = tokio::try_join!(spawn(), spawn(), spawn(), spawn(), spawn(), spawn());
    let (a, b, c, d, e, f) = results.expect("no task panics");
    a + b + c + d + e + f
}

async fn spawn_five_beside_writer(lock: Lock) -> u64 {
    let guard = lock.write().await;
    let spawn = || tokio::spawn(read(lock.clone()));
    let results = tokio::try_join!(async { Ok(release(guard).await) }, spawn(), spawn(), spawn(), spawn(), spawn());
    let (a, b, c, d, e, f) = results.expect("no task panics");
    a + b + c + d + e + f
}

async fn join_six(lock: Lock) -> u64 {
    let make = || read(lock.clone());
    let (a, b, c, d, e, f) = tokio::join!(make(), make(), make(), make(), make(), make());
    a + b + c + d + e + f
}

async fn join_five_beside_writer(lock: Lock) -> u64 {
    let guard = lock.write().await;
    let make = || read(lock.clone());
    let (a, b, c, d, e, f) = tokio::join!(release(guard), make(), make(), make(), make(), make());
    a + b + c + d + e + f
}
