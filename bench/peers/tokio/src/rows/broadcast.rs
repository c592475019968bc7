//! The broadcast channel with many receivers. Source: tokio benches/sync_broadcast.rs, without its formatting of random
//! numbers.

use std::hint::black_box;
use std::sync::Arc;

use tokio::sync::broadcast;

use super::countdown::Countdown;
use crate::drive::{both, once};
use crate::row::Row;

const SENDS: u64 = 100;
const CAPACITY: usize = 1000;

pub fn rows() -> Vec<Row> {
    [
        contention("broadcast_10", 10),
        contention("broadcast_100", 100),
        contention("broadcast_500", 500),
        contention("broadcast_1000", 1000),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn contention(bench: &'static str, receivers: u64) -> [Row; 2] {
    both(bench, once(SENDS * receivers), move || {
        let values = broadcast::channel(CAPACITY).0;
        let seen = Arc::new(Countdown::default());
        for _ in 0..receivers {
            tokio::spawn(receive(values.subscribe(), seen.clone()));
        }
        move || send(values.clone(), seen.clone(), receivers)
    })
}

async fn receive(mut values: broadcast::Receiver<u64>, seen: Arc<Countdown>) {
    while let Ok(value) = values.recv().await {
        black_box(value);
        seen.count();
    }
}

async fn send(values: broadcast::Sender<u64>, seen: Arc<Countdown>, receivers: u64) -> u64 {
    let mut delivered = 0;
    for i in 0..SENDS {
        seen.add(receivers);
        values.send(i).expect("the receivers live");
        seen.wait().await;
        delivered += receivers - seen.left();
    }
    delivered
}
