//! A row: one workload in one way.

use crate::figures::Extra;
use crate::meter::Meter;

/// The body is driven from a task on a worker.
pub const WORKER: &str = "tokio";
/// The body is driven from a thread that is no worker.
pub const OUTSIDE: &str = "tokio-outside";

/// What iterations have done.
#[derive(Default)]
pub struct Outcome {
    /// Units of work.
    pub units: u64,
    /// What the bodies have computed.
    pub check: u64,
    /// Further figures.
    pub extra: Extra,
}

impl Outcome {
    /// An outcome whose check counts the units.
    pub fn counted(units: u64, extra: Extra) -> Self {
        Outcome { units, check: units, extra }
    }
}

/// Runs iterations, the timed part of them inside `Meter::time`. It holds what iterations share.
pub type Run = Box<dyn FnMut(u64, &mut Meter) -> Outcome>;

/// One workload in one way.
pub struct Row {
    pub bench: &'static str,
    pub implementation: &'static str,
    /// Builds what iterations share, for a number of workers.
    pub start: Box<dyn Fn(usize) -> Run>,
}

impl Row {
    pub fn new(bench: &'static str, implementation: &'static str, start: impl Fn(usize) -> Run + 'static) -> Self {
        Row { bench, implementation, start: Box::new(start) }
    }
}
