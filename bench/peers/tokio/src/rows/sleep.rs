//! Sleeping tasks: how late they wake, and what that costs. Probes: the scale is the number of tasks.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

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
            outcome(late.concat())
        })
    })
}

/// How late a sleep was; nothing if it ended early.
type Late = Option<Duration>;

/// The check counts the sleeps that were not early.
fn outcome(late: Vec<Late>) -> Outcome {
    let lasted = late.iter().flatten().count() as u64;
    let units = late.len() as u64;
    Outcome { units, check: lasted, extra: lateness(late.into_iter().map(Option::unwrap_or_default).collect()) }
}

/// Spawns the sleepers from a worker, all at once, and returns how late the sleeps of each were.
async fn spawn_sleepers(tasks: u64, plan: fn(u64, u64) -> Plan) -> Vec<Vec<Late>> {
    let driver = tokio::spawn(async move {
        let sleepers: Vec<_> = (0..tasks).map(|i| tokio::spawn(sleeper(plan(i, tasks)))).collect();
        let mut late = Vec::with_capacity(sleepers.len());
        for sleeper in sleepers {
            late.push(sleeper.await.expect("no task panics"));
        }
        late
    });
    driver.await.expect("the driver does not panic")
}

async fn sleeper(plan: Plan) -> Vec<Late> {
    let mut late = Vec::with_capacity(plan.times);
    if !plan.stagger.is_zero() {
        sleep_until(Instant::now() + plan.stagger).await;
    }
    for _ in 0..plan.times {
        let start = Instant::now();
        sleep_until(start + plan.length).await;
        late.push(start.elapsed().checked_sub(plan.length));
    }
    late
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_that_ended_early_is_not_counted() {
        let outcome = outcome(vec![Some(Duration::from_micros(100)), None, Some(Duration::ZERO)]);
        assert_eq!((outcome.units, outcome.check), (3, 2));
        assert_eq!(outcome.extra["lateness_us_max"].as_f64().unwrap().round(), 100.0);
    }
}
