//! The rows: a module for each family of workloads. `../../WORKLOADS.md` defines them all.

mod blocking;
mod broadcast;
mod countdown;
mod fairness;
mod join;
mod memory;
mod mix;
mod mpsc;
mod mutex;
mod notify;
mod remote;
mod request_reply;
mod rwlock;
mod scheduler;
mod semaphore;
mod skewed;
mod sleep;
mod timeout;
mod wake;
mod watch;

use crate::row::Row;

/// Every row of this peer.
pub fn all() -> Vec<Row> {
    [
        scheduler::rows(),
        remote::rows(),
        join::rows(),
        blocking::rows(),
        mpsc::rows(),
        request_reply::rows(),
        watch::rows(),
        broadcast::rows(),
        semaphore::rows(),
        mutex::rows(),
        rwlock::rows(),
        notify::rows(),
        timeout::rows(),
        sleep::rows(),
        memory::rows(),
        wake::rows(),
        fairness::rows(),
        skewed::rows(),
        mix::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
