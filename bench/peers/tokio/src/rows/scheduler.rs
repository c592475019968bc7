//! Spawning, yielding and messages between tasks. Source: tokio benches/rt_multi_threaded.rs, rt_current_thread.rs.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{SyncSender, sync_channel};

use tokio::sync::oneshot;
use tokio::task::yield_now;

use super::countdown::Countdown;
use crate::drive::{from_worker, multi_thread, once, one_thread, plain_outside};
use crate::row::Row;

const SPAWNS: u64 = 10_000;
const SPAWNS_ONE_THREAD: u64 = 1000;
const YIELDERS: u64 = 200;
const YIELDS: u64 = 1000;
const PINGS: u64 = 1000;
const LINKS: u64 = 1000;

pub fn rows() -> Vec<Row> {
    let yields = YIELDERS * YIELDS;
    vec![
        from_worker("spawn_many", once(SPAWNS), counted(spawn_many)),
        plain_outside("spawn_many", SPAWNS, spawn_many_outside),
        from_worker("yield_many", once(yields), counted(yield_many)),
        plain_outside("yield_many", yields, yield_many_outside),
        from_worker("ping_pong", once(PINGS), counted(ping_pong)),
        plain_outside("ping_pong", PINGS, ping_pong_outside),
        from_worker("chained_spawn", once(LINKS), counted(chained_spawn)),
        plain_outside("chained_spawn", LINKS, chained_spawn_outside),
        one_thread("ct_spawn_many", once(SPAWNS_ONE_THREAD), || spawn_many_joined),
        one_thread("ct_yield_many", once(yields), counted(yield_many)),
        one_thread("ct_ping_pong", once(PINGS), counted(ping_pong)),
        one_thread("ct_chained_spawn", once(LINKS), counted(chained_spawn)),
    ]
}

/// Makes the body of an iteration whose end is a countdown, which all iterations share.
fn counted<F, B>(body: B) -> impl Fn() -> Box<dyn Fn() -> F + Send + Sync>
where
    B: Fn(Arc<Countdown>) -> F + Send + Sync + Copy + 'static,
    F: Future<Output = u64> + 'static,
{
    move || {
        let end = Arc::new(Countdown::default());
        Box::new(move || body(end.clone()))
    }
}

async fn spawn_many(end: Arc<Countdown>) -> u64 {
    end.add(SPAWNS);
    for _ in 0..SPAWNS {
        let end = end.clone();
        tokio::spawn(async move { end.count() });
    }
    end.wait().await;
    SPAWNS - end.left()
}

fn spawn_many_outside(workers: usize) -> impl FnMut() -> u64 {
    let rt = multi_thread(workers);
    let (done, end) = sync_channel(1000);
    let left = Arc::new(AtomicU64::new(0));
    move || {
        left.store(SPAWNS, Relaxed);
        rt.block_on(async {
            for _ in 0..SPAWNS {
                let (left, done) = (left.clone(), done.clone());
                tokio::spawn(async move { count(&left, &done) });
            }
            end.recv().expect("the last task signals");
        });
        SPAWNS - left.load(Relaxed)
    }
}

/// Counts a task that ends. The last one signals.
fn count(left: &AtomicU64, done: &SyncSender<()>) {
    if left.fetch_sub(1, Relaxed) == 1 {
        done.send(()).expect("the body waits");
    }
}

async fn spawn_many_joined() -> u64 {
    let handles: Vec<_> = (0..SPAWNS_ONE_THREAD).map(|_| tokio::spawn(async {})).collect();
    let mut joined = 0;
    for handle in handles {
        handle.await.expect("no task panics");
        joined += 1;
    }
    joined
}

async fn yield_many(end: Arc<Countdown>) -> u64 {
    end.add(YIELDERS);
    for _ in 0..YIELDERS {
        let end = end.clone();
        tokio::spawn(async move { end.count_with(yields().await) });
    }
    end.wait().await;
    end.take_units()
}

/// Yields many times and returns how often.
async fn yields() -> u64 {
    let mut yielded = 0;
    for _ in 0..YIELDS {
        yield_now().await;
        yielded += 1;
    }
    yielded
}

fn yield_many_outside(workers: usize) -> impl FnMut() -> u64 {
    let rt = multi_thread(workers);
    let (done, end) = sync_channel(YIELDERS as usize);
    move || {
        for _ in 0..YIELDERS {
            let done = done.clone();
            rt.spawn(async move { done.send(yields().await).expect("the body waits") });
        }
        (0..YIELDERS).map(|_| end.recv().expect("every task signals")).sum()
    }
}

async fn ping_pong(end: Arc<Countdown>) -> u64 {
    end.add(PINGS);
    for _ in 0..PINGS {
        let end = end.clone();
        tokio::spawn(async move {
            exchange().await;
            end.count();
        });
    }
    end.wait().await;
    PINGS - end.left()
}

fn ping_pong_outside(workers: usize) -> impl FnMut() -> u64 {
    let rt = multi_thread(workers);
    let (done, end) = sync_channel(1000);
    let left = Arc::new(AtomicU64::new(0));
    move || {
        let (all, done) = (left.clone(), done.clone());
        left.store(PINGS, Relaxed);
        rt.block_on(async {
            tokio::spawn(async move {
                for _ in 0..PINGS {
                    let (left, done) = (all.clone(), done.clone());
                    tokio::spawn(async move {
                        exchange().await;
                        count(&left, &done);
                    });
                }
            });
            end.recv().expect("the last pair signals");
        });
        PINGS - left.load(Relaxed)
    }
}

/// Spawns a partner, sends it a message and waits for its answer.
async fn exchange() {
    let (ping, pinged) = oneshot::channel();
    let (pong, ponged) = oneshot::channel();
    tokio::spawn(async move {
        pinged.await.expect("the ping is sent");
        pong.send(()).expect("the pong is awaited");
    });
    ping.send(()).expect("the ping is awaited");
    ponged.await.expect("the pong is sent");
}

async fn chained_spawn(end: Arc<Countdown>) -> u64 {
    fn link(end: Arc<Countdown>, number: u64) {
        if number == LINKS {
            end.count();
        } else {
            tokio::spawn(async move { link(end, number + 1) });
        }
    }
    end.add(1);
    let first = end.clone();
    tokio::spawn(async move { link(first, 0) });
    end.wait().await;
    LINKS * (1 - end.left())
}

fn chained_spawn_outside(workers: usize) -> impl FnMut() -> u64 {
    fn link(done: SyncSender<u64>, number: u64) {
        if number == LINKS {
            done.send(number).expect("the body waits");
        } else {
            tokio::spawn(async move { link(done, number + 1) });
        }
    }
    let rt = multi_thread(workers);
    let (done, end) = sync_channel(1000);
    move || {
        let done = done.clone();
        rt.block_on(async {
            tokio::spawn(async move { link(done, 0) });
            end.recv().expect("the last link signals")
        })
    }
}
