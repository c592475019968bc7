//! Notify. Source: tokio benches/sync_notify.rs, whose notifier spins on a thread that is no worker; the ping-pong has none.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::sync::Notify;

use crate::drive::{both, once, one_thread, outside_only, without_drivers};
use crate::row::Row;

const DELIVERIES: u64 = 500;
const ROUNDS: u64 = 1000;

pub fn rows() -> Vec<Row> {
    let exchange = || {
        let (to, from) = partner();
        move || ping_pong(to.clone(), from.clone())
    };
    let mut rows = vec![
        spinning("notify_one_10", 10, Notify::notify_one),
        spinning("notify_one_50", 50, Notify::notify_one),
        spinning("notify_one_100", 100, Notify::notify_one),
        spinning("notify_one_200", 200, Notify::notify_one),
        spinning("notify_one_500", 500, Notify::notify_one),
        spinning("notify_waiters_10", 10, Notify::notify_waiters),
        spinning("notify_waiters_50", 50, Notify::notify_waiters),
        spinning("notify_waiters_100", 100, Notify::notify_waiters),
        spinning("notify_waiters_200", 200, Notify::notify_waiters),
        spinning("notify_waiters_500", 500, Notify::notify_waiters),
        one_thread("ct_notify_pingpong", once(2 * ROUNDS), exchange),
    ];
    rows.extend(both("notify_pingpong", once(2 * ROUNDS), exchange));
    rows
}

fn spinning(bench: &'static str, waiters: u64, notify: impl Fn(&Notify) + Copy + 'static) -> Row {
    outside_only(bench, DELIVERIES, move |workers| {
        let rt = without_drivers(workers);
        let notified = Arc::new(Notify::new());
        let delivered = Arc::new(AtomicU64::new(0));
        for _ in 0..waiters {
            rt.spawn(wait(notified.clone(), delivered.clone()));
        }
        move || {
            let _alive = &rt;
            delivered.store(0, Relaxed);
            loop {
                notify(&notified);
                if delivered.load(Relaxed) >= DELIVERIES {
                    return DELIVERIES;
                }
            }
        }
    })
}

async fn wait(notified: Arc<Notify>, delivered: Arc<AtomicU64>) {
    loop {
        notified.notified().await;
        delivered.fetch_add(1, Relaxed);
    }
}

/// Spawns the task that answers each notification of the first with one of the second.
fn partner() -> (Arc<Notify>, Arc<Notify>) {
    let (to, from) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (incoming, answer) = (to.clone(), from.clone());
    tokio::spawn(async move {
        loop {
            incoming.notified().await;
            answer.notify_one();
        }
    });
    (to, from)
}

async fn ping_pong(to: Arc<Notify>, from: Arc<Notify>) -> u64 {
    let mut exchanged = 0;
    for _ in 0..ROUNDS {
        to.notify_one();
        from.notified().await;
        exchanged += 2;
    }
    exchanged
}
