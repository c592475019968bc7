//! The mutex. tokio has no benchmark of it.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::task::{JoinSet, yield_now};

use crate::drive::{both, once};
use crate::row::Row;

const LOCKS: u64 = 10_000;
const TASKS: u64 = 10;

pub fn rows() -> Vec<Row> {
    [
        both("mutex_uncontended", once(LOCKS), || uncontended),
        both("mutex_contended", once(LOCKS), || || contended(false)),
        both("mutex_contended_yield", once(LOCKS), || || contended(true)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

async fn uncontended() -> u64 {
    let number = Arc::new(Mutex::new(0));
    add(number.clone(), LOCKS).await;
    *number.lock().await
}

async fn contended(yields: bool) -> u64 {
    let number = Arc::new(Mutex::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let number = number.clone();
        if yields {
            tasks.spawn(add_and_yield(number, LOCKS / TASKS));
        } else {
            tasks.spawn(add(number, LOCKS / TASKS));
        }
    }
    tasks.join_all().await;
    *number.lock().await
}

async fn add(number: Arc<Mutex<u64>>, times: u64) {
    for _ in 0..times {
        *number.lock().await += 1;
    }
}

async fn add_and_yield(number: Arc<Mutex<u64>>, times: u64) {
    for _ in 0..times {
        let mut number = number.lock().await;
        *number += 1;
        yield_now().await;
    }
}
