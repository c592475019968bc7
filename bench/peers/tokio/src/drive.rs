//! Ways to drive a body: from a task on a worker, from outside, and on a runtime of one thread.

use std::future::Future;

use tokio::runtime::{Builder, Runtime};

use crate::row::{OUTSIDE, Outcome, Row, Run, WORKER};

/// A runtime with worker threads and all drivers.
pub fn multi_thread(workers: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(workers).enable_all();
    builder.build().expect("a runtime can be built")
}

/// The same without drivers, as most of tokio's benchmarks have it: idle workers wait for each other alone.
pub fn without_drivers(workers: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(workers);
    builder.build().expect("a runtime can be built")
}

/// A runtime that runs in `block_on` only, with all drivers.
pub fn current_thread() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime can be built")
}

/// The same without drivers.
pub fn current_thread_without_drivers() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime can be built")
}

/// How the calls of a body make an iteration.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Calls of the body in one iteration.
    pub rounds: u64,
    /// Units of work in one call.
    pub units: u64,
}

/// One call is an iteration.
pub const fn once(units: u64) -> Shape {
    Shape { rounds: 1, units }
}

/// Some calls are an iteration.
pub const fn rounds(rounds: u64, units: u64) -> Shape {
    Shape { rounds, units }
}

/// The workload in both ways. `make` is called inside the runtime, so that it may spawn what stands there all the time, and
/// makes the body of one round. A body returns its part of the check.
pub fn both<M, B, F>(bench: &'static str, shape: Shape, make: M) -> [Row; 2]
where
    M: Fn() -> B + Clone + 'static,
    B: Fn() -> F + Send + 'static,
    F: Future<Output = u64> + Send + 'static,
{
    [from_worker(bench, shape, make.clone()), from_outside(bench, shape, make)]
}

/// One task drives all rounds of a request.
pub fn from_worker<M, B, F>(bench: &'static str, shape: Shape, make: M) -> Row
where
    M: Fn() -> B + 'static,
    B: Fn() -> F + Send + 'static,
    F: Future<Output = u64> + Send + 'static,
{
    Row::new(bench, WORKER, move |workers| -> Run {
        let rt = multi_thread(workers);
        let mut body = Some(inside(&rt, &make));
        Box::new(move |iterations, meter| {
            let rounds = iterations * shape.rounds;
            let lent = body.take().expect("the task before gave the body back");
            let (check, lent) = meter.time(|| {
                let driver = rt.spawn(async move {
                    let mut check = 0;
                    for _ in 0..rounds {
                        check += lent().await;
                    }
                    (check, lent)
                });
                rt.block_on(driver).expect("no round panics")
            });
            body = Some(lent);
            outcome(rounds, shape, check)
        })
    })
}

/// Each round is a `block_on` on this thread, which is no worker. The runtime has no drivers.
pub fn from_outside<M, B, F>(bench: &'static str, shape: Shape, make: M) -> Row
where
    M: Fn() -> B + 'static,
    B: Fn() -> F + 'static,
    F: Future<Output = u64>,
{
    Row::new(bench, OUTSIDE, move |workers| blocking(without_drivers(workers), shape, &make))
}

/// `from_outside` with all drivers.
pub fn from_outside_with_drivers<M, B, F>(bench: &'static str, shape: Shape, make: M) -> Row
where
    M: Fn() -> B + 'static,
    B: Fn() -> F + 'static,
    F: Future<Output = u64>,
{
    Row::new(bench, OUTSIDE, move |workers| blocking(multi_thread(workers), shape, &make))
}

/// Each round is a `block_on` of a runtime of one thread, without drivers.
pub fn one_thread<M, B, F>(bench: &'static str, shape: Shape, make: M) -> Row
where
    M: Fn() -> B + 'static,
    B: Fn() -> F + 'static,
    F: Future<Output = u64>,
{
    Row::new(bench, WORKER, move |_| blocking(current_thread_without_drivers(), shape, &make))
}

/// `one_thread` with all drivers.
pub fn one_thread_with_drivers<M, B, F>(bench: &'static str, shape: Shape, make: M) -> Row
where
    M: Fn() -> B + 'static,
    B: Fn() -> F + 'static,
    F: Future<Output = u64>,
{
    Row::new(bench, WORKER, move |_| blocking(current_thread(), shape, &make))
}

fn blocking<M, B, F>(rt: Runtime, shape: Shape, make: &M) -> Run
where
    M: Fn() -> B,
    B: Fn() -> F + 'static,
    F: Future<Output = u64>,
{
    let body = inside(&rt, make);
    Box::new(move |iterations, meter| {
        let rounds = iterations * shape.rounds;
        let check = meter.time(|| (0..rounds).map(|_| rt.block_on(body())).sum());
        outcome(rounds, shape, check)
    })
}

/// The workload whose iteration is a function of this thread, under the plain name because there is no other way.
pub fn outside_only<M, B>(bench: &'static str, units: u64, make: M) -> Row
where
    M: Fn(usize) -> B + 'static,
    B: FnMut() -> u64 + 'static,
{
    plain(bench, WORKER, units, make)
}

/// The workload whose iteration is a function of this thread, beside a form for workers.
pub fn plain_outside<M, B>(bench: &'static str, units: u64, make: M) -> Row
where
    M: Fn(usize) -> B + 'static,
    B: FnMut() -> u64 + 'static,
{
    plain(bench, OUTSIDE, units, make)
}

fn plain<M, B>(bench: &'static str, implementation: &'static str, units: u64, make: M) -> Row
where
    M: Fn(usize) -> B + 'static,
    B: FnMut() -> u64 + 'static,
{
    Row::new(bench, implementation, move |workers| -> Run {
        let mut iterate = make(workers);
        Box::new(move |iterations, meter| {
            let check = meter.time(|| (0..iterations).map(|_| iterate()).sum());
            outcome(iterations, once(units), check)
        })
    })
}

fn inside<B>(rt: &Runtime, make: &impl Fn() -> B) -> B {
    let _inside = rt.enter();
    make()
}

fn outcome(rounds: u64, shape: Shape, check: u64) -> Outcome {
    Outcome { units: rounds * shape.units, check, ..Outcome::default() }
}
