//! The tokio peer of simmer's benchmark suite: a process that runs the workloads of `../WORKLOADS.md` on the published tokio.
//!
//! ```text
//! cargo build --release
//! target/release/tokio-peer --workers 2      # answers requests on standard input, until that ends
//! target/release/tokio-peer --workers 2 --echo 7000   # a TCP echo server, until it is killed
//! ```
//!
//! A request and its answer are one line of JSON each; `bench/protocol` of the Go module describes them:
//!
//! ```text
//! {"id":1,"op":"run","bench":"spawn_many","impl":"tokio","iterations":40}
//! ```
//!
//! `rows` has a module for each family of workloads. Each row mirrors one of tokio's own benchmarks in shape and constants,
//! so that both can be laid beside each other. Rows come in two ways: `tokio` drives the body from a task on a worker,
//! `tokio-outside` from a thread that is no worker, which is how tokio's benchmarks do it.

mod chance;
mod drive;
mod echo;
mod figures;
mod load;
mod meter;
mod options;
mod protocol;
mod row;
mod rows;

use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("tokio-peer: {problem}");
            eprintln!("usage: tokio-peer [--workers N] [--echo PORT]");
            return ExitCode::from(2);
        }
    };
    let result = match options.echo {
        Some(port) => echo::serve(options.workers, port),
        None => protocol::serve(options.workers),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tokio-peer: {error}");
            ExitCode::FAILURE
        }
    }
}
