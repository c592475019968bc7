//! The end of an iteration: a number of tasks that each count down once.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed},
};

use tokio::sync::Notify;

/// Tells when a number of tasks have ended.
#[derive(Default)]
pub struct Countdown {
    left: AtomicU64,
    units: AtomicU64,
    zero: Notify,
}

impl Countdown {
    /// Adds to what is left.
    pub fn add(&self, tasks: u64) {
        self.left.fetch_add(tasks, Relaxed);
    }

    /// Takes one off. The last one wakes the waiter.
    pub fn count(&self) {
        if self.left.fetch_sub(1, AcqRel) == 1 {
            self.zero.notify_one();
        }
    }

    /// Takes one off that has done some units of work.
    pub fn count_with(&self, units: u64) {
        self.units.fetch_add(units, Relaxed);
        self.count();
    }

    /// Waits until nothing is left.
    pub async fn wait(&self) {
        while self.left.load(Acquire) > 0 {
            self.zero.notified().await;
        }
    }

    /// The units of `count_with` since the last call.
    pub fn take_units(&self) -> u64 {
        self.units.swap(0, Relaxed)
    }

    /// What is left.
    pub fn left(&self) -> u64 {
        self.left.load(Relaxed)
    }
}
