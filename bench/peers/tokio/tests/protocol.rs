//! Talks with the built program as the runner does: every row runs, and what it computes is as large as its iterations.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

struct Peer {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    hello: Value,
}

impl Peer {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tokio-peer"))
            .args(["--workers", "2"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let requests = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let mut peer = Peer { process, requests, answers, hello: Value::Null };
        peer.hello = peer.read();
        peer
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn ask(&mut self, request: Value) -> Value {
        writeln!(self.requests, "{request}").unwrap();
        self.read()
    }

    fn run(&mut self, row: &Value, iterations: u64) -> Value {
        let answer = self.ask(json!({
            "id": iterations, "op": "run", "bench": row["bench"], "impl": row["impl"], "iterations": iterations,
        }));
        assert_eq!(answer["error"], Value::Null, "{row}");
        assert_eq!(answer["id"], iterations, "{row}");
        answer
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[test]
fn hello_names_the_versions_and_each_row_once() {
    let peer = Peer::start();
    assert_eq!(peer.hello["peer"], "tokio");
    assert_eq!(peer.hello["workers"], 2);
    let version = peer.hello["version"].as_str().unwrap();
    assert!(version.starts_with("tokio 1.") && version.contains(", rustc 1."), "{version}");
    let rows = peer.hello["rows"].as_array().unwrap();
    for (i, row) in rows.iter().enumerate() {
        assert!(!rows[i + 1..].contains(row), "twice: {row}");
    }
}

#[test]
fn the_contract_names_every_row() {
    let contract = include_str!("../../WORKLOADS.md");
    let words: Vec<_> = contract.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let peer = Peer::start();
    for row in peer.hello["rows"].as_array().unwrap() {
        assert!(words.contains(&row["bench"].as_str().unwrap()), "{row}");
    }
}

#[test]
fn units_and_check_grow_with_the_iterations_in_every_row() {
    let mut peer = Peer::start();
    let rows = peer.hello["rows"].as_array().unwrap().clone();
    for row in &rows {
        let (one, three) = (peer.run(row, 1), peer.run(row, 3));
        for field in ["units", "check"] {
            let value = one[field].as_u64().unwrap();
            assert!(value > 0, "{row}: {one}");
            assert_eq!(three[field], 3 * value, "{row}: {field}");
        }
        for field in ["wall_ns", "cpu_ns", "rss_bytes"] {
            assert!(three[field].as_u64().unwrap() > 0, "{row}: {three}");
        }
    }
}

#[test]
fn checks_are_those_of_the_contract() {
    let mut peer = Peer::start();
    for (bench, units, check) in [
        ("spawn_many", 10_000, 10_000_u64),
        ("yield_many", 200_000, 200_000),
        ("spawn_yield_join", 1000, 2000),
        ("mpsc_contention_bounded_full", 5000, 2_497_500),
        ("mpsc_uncontended_unbounded", 5000, 12_497_500),
        ("watch_10", 1000, 1000),
        ("mutex_contended_yield", 10_000, 10_000),
        ("skewed", 2000, 65_393_753),
        ("mix", 20_000, 2_623_970_852),
        ("sleep_light", 10, 10),
    ] {
        let answer = peer.run(&json!({ "bench": bench, "impl": "tokio" }), 1);
        assert_eq!((&answer["units"], &answer["check"]), (&json!(units), &json!(check)), "{bench}");
    }
}

#[test]
fn a_bad_request_is_answered_and_the_peer_goes_on() {
    let mut peer = Peer::start();
    for (request, problem) in [
        (json!({ "id": 1, "op": "dance" }), "unknown op"),
        (json!({ "id": 2, "op": "run", "bench": "x", "impl": "tokio", "iterations": 1 }), "no row"),
        (json!({ "id": 3, "op": "run", "bench": "spawn_many", "impl": "tokio", "iterations": 0 }), "iterations"),
    ] {
        let answer = peer.ask(request.clone());
        assert_eq!(answer["id"], request["id"]);
        assert!(answer["error"].as_str().unwrap().contains(problem), "{answer}");
    }
    peer.run(&json!({ "bench": "spawn_join", "impl": "tokio" }), 1);
}

#[test]
fn the_peer_ends_when_its_input_is_closed() {
    let mut process =
        Command::new(env!("CARGO_BIN_EXE_tokio-peer")).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    assert!(process.wait().unwrap().success());
}
