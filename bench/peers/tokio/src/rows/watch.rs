//! The watch channel with many receivers. Source: tokio benches/sync_watch.rs, without its formatting of random numbers.

use std::hint::black_box;
use std::sync::Arc;

use tokio::sync::watch;

use super::countdown::Countdown;
use crate::drive::{from_worker, once};
use crate::row::Row;

const SENDS: u64 = 100;

pub fn rows() -> Vec<Row> {
    vec![
        contention("watch_10", 10),
        contention("watch_100", 100),
        contention("watch_500", 500),
        contention("watch_1000", 1000),
    ]
}

fn contention(bench: &'static str, receivers: u64) -> Row {
    from_worker(bench, once(SENDS * receivers), move || {
        let value = Arc::new(watch::channel(0).0);
        let seen = Arc::new(Countdown::default());
        for _ in 0..receivers {
            tokio::spawn(receive(value.subscribe(), seen.clone()));
        }
        move || send(value.clone(), seen.clone(), receivers)
    })
}

async fn receive(mut value: watch::Receiver<u64>, seen: Arc<Countdown>) {
    while value.changed().await.is_ok() {
        black_box(*value.borrow());
        seen.count();
    }
}

async fn send(value: Arc<watch::Sender<u64>>, seen: Arc<Countdown>, receivers: u64) -> u64 {
    let mut delivered = 0;
    for i in 0..SENDS {
        seen.add(receivers);
        value.send(black_box(i)).expect("the receivers live");
        seen.wait().await;
        delivered += receivers - seen.left();
    }
    delivered
}
