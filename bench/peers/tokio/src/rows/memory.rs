//! Memory of tasks that wait. Probes: the scale is the number of tasks; each wants a fresh process.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, sleep_until};

use crate::drive::multi_thread;
use crate::figures::extra;
use crate::meter::anonymous;
use crate::row::{Outcome, Row, WORKER};

const LONG: Duration = Duration::from_secs(3600);

/// Tasks that have been polled. A static: a pointer to it in each task would count as the task's memory.
static POLLED: AtomicU64 = AtomicU64::new(0);

pub fn rows() -> Vec<Row> {
    vec![
        probe("memory_parked", parked),
        probe("memory_sleeping", |rt, tasks| {
            for _ in 0..tasks {
                rt.spawn(async {
                    POLLED.fetch_add(1, SeqCst);
                    sleep_until(Instant::now() + LONG).await;
                });
            }
        }),
        probe("memory_notify", |rt, tasks| {
            let notify = Arc::new(Notify::new());
            for _ in 0..tasks {
                let notify = notify.clone();
                rt.spawn(async move {
                    POLLED.fetch_add(1, SeqCst);
                    notify.notified().await;
                });
            }
        }),
        probe("memory_pending", |rt, tasks| {
            for _ in 0..tasks {
                rt.spawn(async {
                    POLLED.fetch_add(1, SeqCst);
                    pending::<()>().await;
                });
            }
        }),
    ]
}

/// Measures what `spawn` adds to the resident memory, without what is of files. What it returns is kept until then.
fn probe<K>(bench: &'static str, spawn: fn(&Runtime, tasks: u64) -> K) -> Row
where
    K: 'static,
{
    Row::new(bench, WORKER, move |workers| {
        Box::new(move |tasks, meter| {
            POLLED.store(0, SeqCst);
            let rt = multi_thread(workers);
            let before = anonymous();
            let kept = meter.time(|| {
                let kept = spawn(&rt, tasks);
                while POLLED.load(SeqCst) < tasks {
                    thread::sleep(Duration::from_millis(1));
                }
                kept
            });
            let per_task = anonymous().saturating_sub(before) as f64 / tasks as f64;
            drop(rt); // before what was kept: a dropped sender would wake its task
            drop(kept);
            Outcome { units: tasks, check: POLLED.load(SeqCst), extra: extra([("rss_per_task", per_task)]) }
        })
    })
}

/// Spawns tasks that wait for a message, and returns the senders.
fn parked(rt: &Runtime, tasks: u64) -> Vec<oneshot::Sender<()>> {
    let mut senders = Vec::with_capacity(tasks as usize);
    for _ in 0..tasks {
        let (tx, rx) = oneshot::channel();
        senders.push(tx);
        rt.spawn(async {
            POLLED.fetch_add(1, SeqCst);
            rx.await.expect_err("nobody sends");
        });
    }
    senders
}
