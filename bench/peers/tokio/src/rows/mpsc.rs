//! The mpsc channel. Source: tokio benches/sync_mpsc.rs.

use std::hint::black_box;

use tokio::sync::mpsc::{self, Receiver, Sender, UnboundedReceiver, UnboundedSender};

use crate::drive::{both, from_worker, once, one_thread, outside_only, plain_outside, rounds, without_drivers};
use crate::row::Row;

const CREATED: u64 = 1000;
const SENDERS: u64 = 5;
const PER_SENDER: usize = 1000;
const MESSAGES: u64 = SENDERS * PER_SENDER as u64;
const SENT_WITH: u64 = 100; // channels of the send rows
const WIDE: usize = 1_000_000; // never full
const NARROW: usize = 100; // often full

#[derive(Clone, Copy)]
struct Medium(#[expect(dead_code, reason = "only its size counts")] [usize; 64]);

#[derive(Clone, Copy)]
struct Large(#[expect(dead_code, reason = "only its size counts")] [Medium; 64]);

impl Default for Medium {
    fn default() -> Self {
        Medium([0; 64])
    }
}

impl Default for Large {
    fn default() -> Self {
        Large([Medium::default(); 64])
    }
}

pub fn rows() -> Vec<Row> {
    let messages = once(MESSAGES);
    let mut rows = vec![
        create::<1>("mpsc_create_1"),
        create::<100>("mpsc_create_100"),
        create::<100_000>("mpsc_create_100000"),
        one_thread("ct_mpsc_contention_bounded_full", messages, || || contention(NARROW)),
    ];
    rows.extend(send::<Medium>("mpsc_send_medium_1000"));
    rows.extend(send::<Large>("mpsc_send_large_1000"));
    rows.extend(
        [
            both("mpsc_contention_bounded", messages, || || contention(WIDE)),
            both("mpsc_contention_bounded_recv_many", messages, || || contention_many(WIDE)),
            both("mpsc_contention_bounded_full", messages, || || contention(NARROW)),
            both("mpsc_contention_bounded_full_recv_many", messages, || || contention_many(NARROW)),
            both("mpsc_contention_unbounded", messages, || contention_unbounded),
            both("mpsc_contention_unbounded_recv_many", messages, || contention_unbounded_many),
            both("mpsc_uncontended_bounded", messages, || uncontended),
            both("mpsc_uncontended_bounded_recv_many", messages, || uncontended_many),
            both("mpsc_uncontended_unbounded", messages, || uncontended_unbounded),
            both("mpsc_uncontended_unbounded_recv_many", messages, || uncontended_unbounded_many),
        ]
        .into_iter()
        .flatten(),
    );
    rows
}

fn create<const CAPACITY: usize>(bench: &'static str) -> Row {
    outside_only(bench, CREATED, |_| {
        || {
            for _ in 0..CREATED {
                black_box(&mpsc::channel::<Medium>(CAPACITY));
            }
            CREATED
        }
    })
}

fn send<T: Default + Send + Sync + 'static>(bench: &'static str) -> [Row; 2] {
    [
        from_worker(bench, rounds(SENT_WITH, 1), || {
            || async {
                let (tx, mut rx) = mpsc::channel::<T>(1000);
                tx.send(T::default()).await.expect("the receiver lives");
                rx.recv().await.map_or(0, |_| 1)
            }
        }),
        plain_outside(bench, SENT_WITH, |workers| {
            let rt = without_drivers(workers);
            let one = move || {
                let (tx, mut rx) = mpsc::channel::<T>(1000);
                rt.block_on(tx.send(T::default())).map_err(drop).expect("the receiver lives");
                rt.block_on(rx.recv()).map_or(0, |_| 1)
            };
            move || (0..SENT_WITH).map(|_| one()).sum()
        }),
    ]
}

async fn contention(capacity: usize) -> u64 {
    let (tx, rx) = mpsc::channel(capacity);
    spawn_senders(&tx);
    receive(rx).await
}

async fn contention_many(capacity: usize) -> u64 {
    let (tx, rx) = mpsc::channel(capacity);
    spawn_senders(&tx);
    receive_many(rx).await
}

fn spawn_senders(tx: &Sender<usize>) {
    for _ in 0..SENDERS {
        let tx = tx.clone();
        tokio::spawn(async move {
            for i in 0..PER_SENDER {
                tx.send(i).await.expect("the receiver lives");
            }
        });
    }
}

async fn contention_unbounded() -> u64 {
    let (tx, rx) = mpsc::unbounded_channel();
    spawn_unbounded_senders(&tx);
    receive_unbounded(rx).await
}

async fn contention_unbounded_many() -> u64 {
    let (tx, rx) = mpsc::unbounded_channel();
    spawn_unbounded_senders(&tx);
    receive_unbounded_many(rx).await
}

fn spawn_unbounded_senders(tx: &UnboundedSender<usize>) {
    for _ in 0..SENDERS {
        let tx = tx.clone();
        tokio::spawn(async move {
            for i in 0..PER_SENDER {
                tx.send(i).expect("the receiver lives");
            }
        });
    }
}

async fn uncontended() -> u64 {
    let (tx, rx) = mpsc::channel(WIDE);
    for i in 0..MESSAGES as usize {
        tx.send(i).await.expect("the receiver lives");
    }
    receive(rx).await
}

async fn uncontended_many() -> u64 {
    let (tx, rx) = mpsc::channel(WIDE);
    for i in 0..MESSAGES as usize {
        tx.send(i).await.expect("the receiver lives");
    }
    receive_many(rx).await
}

async fn uncontended_unbounded() -> u64 {
    let (tx, rx) = mpsc::unbounded_channel();
    for i in 0..MESSAGES as usize {
        tx.send(i).expect("the receiver lives");
    }
    receive_unbounded(rx).await
}

async fn uncontended_unbounded_many() -> u64 {
    let (tx, rx) = mpsc::unbounded_channel();
    for i in 0..MESSAGES as usize {
        tx.send(i).expect("the receiver lives");
    }
    receive_unbounded_many(rx).await
}

/// Receives all messages one by one and returns their sum.
async fn receive(mut rx: Receiver<usize>) -> u64 {
    let mut sum = 0;
    for _ in 0..MESSAGES {
        sum += rx.recv().await.expect("all messages come") as u64;
    }
    sum
}

async fn receive_unbounded(mut rx: UnboundedReceiver<usize>) -> u64 {
    let mut sum = 0;
    for _ in 0..MESSAGES {
        sum += rx.recv().await.expect("all messages come") as u64;
    }
    sum
}

/// Receives all messages, as many at a time as there are, and returns their sum.
async fn receive_many(mut rx: Receiver<usize>) -> u64 {
    let mut buffer = Vec::with_capacity(MESSAGES as usize);
    let mut received = 0;
    while received < MESSAGES as usize {
        received += rx.recv_many(&mut buffer, MESSAGES as usize).await;
    }
    buffer.into_iter().sum::<usize>() as u64
}

async fn receive_unbounded_many(mut rx: UnboundedReceiver<usize>) -> u64 {
    let mut buffer = Vec::with_capacity(MESSAGES as usize);
    let mut received = 0;
    while received < MESSAGES as usize {
        received += rx.recv_many(&mut buffer, MESSAGES as usize).await;
    }
    buffer.into_iter().sum::<usize>() as u64
}
