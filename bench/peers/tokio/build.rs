//! Tells the program the versions that it is built with: tokio's from Cargo.lock, and the compiler's.

use std::{env, fs, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rustc-env=PEER_VERSION=tokio {}, {}", tokio(), rustc());
}

fn tokio() -> String {
    let lock = fs::read_to_string("Cargo.lock").expect("Cargo.lock is part of the crate");
    lock.lines()
        .skip_while(|line| *line != "name = \"tokio\"")
        .find_map(|line| line.strip_prefix("version = "))
        .expect("Cargo.lock names tokio")
        .trim_matches('"')
        .to_owned()
}

/// The compiler's name and number, without hash and date.
fn rustc() -> String {
    let compiler = env::var("RUSTC").expect("cargo sets RUSTC");
    let output = Command::new(compiler).arg("--version").output().expect("the compiler tells its version");
    String::from_utf8_lossy(&output.stdout).split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}
