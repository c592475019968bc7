//! Timeouts that never pass, and the clock. Source: tokio benches/time_timeout.rs, time_now.rs; the rows with a yield have none.

use std::future::Future;
use std::hint::black_box;
use std::time::Duration;

use tokio::task::{JoinSet, yield_now};
use tokio::time::{Instant, sleep, timeout};

use crate::drive::{from_outside_with_drivers, from_worker, once, one_thread_with_drivers, rounds};
use crate::row::Row;

const TIMEOUTS: u64 = 10_000;
const LIMIT: Duration = Duration::from_secs(1);
const MANY_TASKS: u64 = 1000;
const OF_EACH: u64 = 100;

pub fn rows() -> Vec<Row> {
    let shape = once(TIMEOUTS);
    let all = || tasks(1, || around(TIMEOUTS, ready));
    let all_yielding = || tasks(1, || around(TIMEOUTS, yielding));
    let half = TIMEOUTS / 2;
    let many = once(MANY_TASKS * OF_EACH);
    vec![
        from_worker("timeout_ready", shape, || || around(TIMEOUTS, ready)),
        from_outside_with_drivers("timeout_ready", shape, move || all),
        from_worker("timeout_yield", shape, || || around(TIMEOUTS, yielding)),
        from_outside_with_drivers("timeout_yield", shape, move || all_yielding),
        from_worker("sleep_create_drop", shape, || || create_drop(TIMEOUTS)),
        from_outside_with_drivers("sleep_create_drop", shape, || || tasks(1, || create_drop(TIMEOUTS))),
        from_worker("timeout_ready_p2", shape, move || move || tasks(2, move || around(half, ready))),
        from_worker("timeout_yield_p2", shape, move || move || tasks(2, move || around(half, yielding))),
        from_worker("sleep_create_drop_p2", shape, move || move || tasks(2, move || create_drop(half))),
        from_worker("timeout_yield_1000tasks", many, || || tasks(MANY_TASKS, || around(OF_EACH, yielding))),
        one_thread_with_drivers("ct_timeout_ready", shape, move || all),
        one_thread_with_drivers("ct_timeout_yield", shape, move || all_yielding),
        one_thread_with_drivers("ct_sleep_create_drop", shape, || || tasks(1, || create_drop(TIMEOUTS))),
        one_thread_with_drivers("ct_time_now", rounds(TIMEOUTS, 1), || now),
        from_worker("time_now", rounds(TIMEOUTS, 1), || now),
        from_outside_with_drivers("time_now", rounds(TIMEOUTS, 1), || now),
    ]
}

/// A job that is done at once.
async fn ready() -> u64 {
    1
}

/// A job that is done at its second poll.
async fn yielding() -> u64 {
    yield_now().await;
    1
}

/// Puts a timeout around a job, again and again.
async fn around<F: Future<Output = u64>>(times: u64, job: impl Fn() -> F) -> u64 {
    let mut sum = 0;
    for _ in 0..times {
        sum += black_box(timeout(LIMIT, job()).await.expect("the time never passes"));
    }
    sum
}

/// Makes sleeps that nobody polls. The one place of this program that calls tokio's sleep, all others take sleep_until: LLVM inlines it
/// where it has one caller, as in tokio's benchmark, which takes a sixth off.
async fn create_drop(times: u64) -> u64 {
    let mut made = 0;
    for _ in 0..times {
        let _sleep = black_box(sleep(LIMIT));
        made += 1;
    }
    made
}

async fn now() -> u64 {
    black_box(Instant::now());
    1
}

/// Has several tasks do a part each.
async fn tasks<F>(count: u64, part: impl Fn() -> F) -> u64
where
    F: Future<Output = u64> + Send + 'static,
{
    let mut all = JoinSet::new();
    for _ in 0..count {
        all.spawn(part());
    }
    all.join_all().await.into_iter().sum()
}
