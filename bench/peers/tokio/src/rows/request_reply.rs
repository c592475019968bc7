//! Requests over an mpsc channel with replies over oneshots. Source: tokio benches/sync_mpsc_oneshot.rs.

use tokio::sync::{mpsc, oneshot};

use crate::drive::{both, once, one_thread};
use crate::row::Row;

const REQUESTS: u64 = 1000;
const CAPACITY: usize = 10;

type Requests = mpsc::Sender<oneshot::Sender<()>>;

pub fn rows() -> Vec<Row> {
    let make = || {
        let requests = server();
        move || ask(requests.clone())
    };
    let mut rows = vec![one_thread("ct_request_reply", once(REQUESTS), make)];
    rows.extend(both("request_reply", once(REQUESTS), make));
    rows
}

/// Spawns the task that replies. It ends when all senders of requests are gone.
fn server() -> Requests {
    let (requests, mut incoming) = mpsc::channel::<oneshot::Sender<()>>(CAPACITY);
    tokio::spawn(async move {
        while let Some(reply) = incoming.recv().await {
            reply.send(()).expect("the reply is awaited");
        }
    });
    requests
}

async fn ask(requests: Requests) -> u64 {
    let mut replies = 0;
    for _ in 0..REQUESTS {
        let (reply, answer) = oneshot::channel();
        requests.send(reply).await.expect("the server lives");
        answer.await.expect("the server replies");
        replies += 1;
    }
    replies
}
