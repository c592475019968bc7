//! Sleeping tasks: how late they wake, and what that costs. Probes: the scale is the number of tasks.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::drive::multi_thread;
use crate::figures::lateness;
use crate::row::{Outcome, Row, WORKER};

const PERIOD: Duration = Duration::from_millis(100);

/// What one task does.
#[derive(Clone, Copy)]
struct Plan {
    /// A first sleep that does not count.
    stagger: Duration,
    length: Duration,
    times: usize,
}

pub fn rows() -> Vec<Row> {
    vec![
        probe("sleep_many", |i, _| Plan {
            stagger: Duration::ZERO,
            length: Duration::from_millis(10 + i % 91),
            times: 1,
        }),
        probe("sleep_steady", |i, tasks| periodic(i, tasks, 20)),
        probe("sleep_light", |i, tasks| periodic(i, tasks, 10)),
    ]
}

/// Spreads the tasks evenly over the period.
fn periodic(i: u64, tasks: u64, times: usize) -> Plan {
    let stagger = Duration::from_nanos(PERIOD.as_nanos() as u64 * i / tasks);
    Plan { stagger, length: PERIOD, times }
}

fn probe(bench: &'static str, plan: fn(i: u64, tasks: u64) -> Plan) -> Row {
    Row::new(bench, WORKER, move |workers| {
        Box::new(move |tasks, meter| {
            let rt = multi_thread(workers);
            let late = meter.time(|| rt.block_on(async move { spawn_sleepers(tasks, plan).await }));
            Outcome::counted(late.len() as u64, lateness(late))
        })
    })
}

/// Spawns the sleepers from a worker, all at once, and returns how late each sleep was.
async fn spawn_sleepers(tasks: u64, plan: fn(u64, u64) -> Plan) -> Vec<Duration> {
    let driver = tokio::spawn(async move {
        let sleepers: Vec<_> = (0..tasks).map(|i| tokio::spawn(sleeper(plan(i, tasks)))).collect();
        let mut late = Vec::new();
        for sleeper in sleepers {
            late.extend(sleeper.await.expect("no task panics"));
        }
        late
    });
    driver.await.expect("the driver does not panic")
}

async fn sleeper(plan: Plan) -> Vec<Duration> {
    let mut late = Vec::with_capacity(plan.times);
    if !plan.stagger.is_zero() {
        sleep(plan.stagger).await;
    }
    for _ in 0..plan.times {
        let start = Instant::now();
        sleep(plan.length).await;
        late.push(start.elapsed().saturating_sub(plan.length));
    }
    late
}
