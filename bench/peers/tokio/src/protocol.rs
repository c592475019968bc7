//! The peer's side of the protocol: one line of JSON for each request, one for each answer.

use std::any::Any;
use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use crate::meter::{Meter, resident};
use crate::row::{Row, Run};
use crate::rows;

/// Says hello on standard output and answers the requests on standard input until that ends. It fails if a line there is no
/// request.
pub fn serve(workers: usize) -> io::Result<()> {
    let mut peer = Peer { workers, rows: rows::all(), started: None };
    write(&peer.hello())?;
    for line in io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let mut answer = match peer.answer(&request) {
            Ok(answer) => answer,
            Err(problem) => json!({ "error": problem }),
        };
        answer["id"] = request["id"].clone();
        write(&answer)?;
    }
    Ok(())
}

fn write(message: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{message}")?;
    out.flush()
}

/// The rows, and what the iterations of the row that ran last share.
struct Peer {
    workers: usize,
    rows: Vec<Row>,
    started: Option<(usize, Run)>,
}

impl Peer {
    fn hello(&self) -> Value {
        let rows: Vec<_> =
            self.rows.iter().map(|row| json!({ "bench": row.bench, "impl": row.implementation })).collect();
        let version = env!("PEER_VERSION");
        json!({ "peer": "tokio", "version": version, "workers": self.workers, "rows": rows })
    }

    fn answer(&mut self, request: &Value) -> Result<Value, String> {
        if request["op"] != "run" {
            return Err(format!("unknown op {}", request["op"]));
        }
        let iterations = match request["iterations"].as_u64() {
            Some(iterations) if iterations > 0 => iterations,
            _ => return Err(format!("iterations must be at least 1: {}", request["iterations"])),
        };
        let (bench, implementation) = (&request["bench"], &request["impl"]);
        let index = self
            .rows
            .iter()
            .position(|row| row.bench == *bench && row.implementation == *implementation)
            .ok_or_else(|| format!("no row {bench}, {implementation}"))?;
        // After a panic nothing of the row is used again: started was taken.
        catch_unwind(AssertUnwindSafe(|| self.run(index, iterations)))
            .map_err(|panic| format!("panicked: {}", text(&*panic)))
    }

    fn run(&mut self, index: usize, iterations: u64) -> Value {
        let mut run = match self.started.take() {
            Some((started, run)) if started == index => run,
            other => {
                drop(other); // its threads end before those of the new row begin
                (self.rows[index].start)(self.workers)
            }
        };
        let mut meter = Meter::default();
        let outcome = run(iterations, &mut meter);
        self.started = Some((index, run));
        let mut answer = json!({
            "units": outcome.units,
            "wall_ns": meter.wall.as_nanos() as u64,
            "cpu_ns": meter.cpu.as_nanos() as u64,
            "rss_bytes": resident(),
            "check": outcome.check,
        });
        if !outcome.extra.is_empty() {
            answer["extra"] = outcome.extra.into();
        }
        answer
    }
}

/// The message of a panic.
fn text(panic: &(dyn Any + Send)) -> &str {
    if let Some(text) = panic.downcast_ref::<String>() {
        text
    } else if let Some(text) = panic.downcast_ref::<&str>() {
        text
    } else {
        "with a value that is no text"
    }
}
