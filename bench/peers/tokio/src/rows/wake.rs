//! From a spawn on a thread that is no worker to the first poll, while all workers sleep. A probe: the scale is the number of
//! wakes.

use std::thread;
use std::time::Duration;

use crate::drive::multi_thread;
use crate::figures::latencies;
use crate::load::wake;
use crate::row::{Outcome, Row, WORKER};

/// Long enough for every worker to be asleep.
const IDLE: Duration = Duration::from_micros(200);

pub fn rows() -> Vec<Row> {
    vec![Row::new("idle_wake", WORKER, |workers| {
        Box::new(move |wakes, meter| {
            let rt = multi_thread(workers);
            let samples = meter.time(|| {
                let one = |_| {
                    thread::sleep(IDLE);
                    wake(&rt)
                };
                (0..wakes).map(one).collect()
            });
            Outcome::counted(wakes, latencies(samples))
        })
    })]
}
