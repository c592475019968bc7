//! A service in miniature: clients whose requests have a time limit, share a semaphore and fan out to three backends.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until, timeout};

use crate::chance::{SEED, Xorshift, low, work};
use crate::drive::multi_thread;
use crate::figures::latencies;
use crate::row::{Outcome, Row, Run, WORKER};

const CLIENTS: u64 = 1000;
const REQUESTS: u64 = 20; // of each client
const PERMITS: usize = 500;
const BACKENDS: u64 = 3;
const LIMIT: Duration = Duration::from_secs(5);
const BACKEND_DELAY: Duration = Duration::from_millis(1);
const PARSE: u64 = 200; // steps of work
const ANSWER: u64 = 300;
const RENDER: u64 = 200;

pub fn rows() -> Vec<Row> {
    vec![Row::new("mix", WORKER, |workers| -> Run {
        let rt = multi_thread(workers);
        Box::new(move |iterations, meter| {
            let (check, latency) = meter.time(|| rt.block_on(rt.spawn(service(iterations))).expect("no client fails"));
            let units = iterations * CLIENTS * REQUESTS;
            Outcome { units, check, extra: latencies(latency) }
        })
    })]
}

/// Returns the sum of all answers, and how long each request took.
async fn service(iterations: u64) -> (u64, Vec<Duration>) {
    let permits = Arc::new(Semaphore::new(PERMITS));
    let mut latency = Vec::with_capacity((iterations * CLIENTS * REQUESTS) as usize);
    let mut sum = 0;
    for _ in 0..iterations {
        let clients: Vec<_> = (0..CLIENTS).map(|number| tokio::spawn(client(number, permits.clone()))).collect();
        for client in clients {
            let (answers, took) = client.await.expect("no client panics");
            sum += answers;
            latency.extend(took);
        }
    }
    (sum, latency)
}

async fn client(number: u64, permits: Arc<Semaphore>) -> (u64, Vec<Duration>) {
    let mut chance = Xorshift(work(SEED.wrapping_add(number), 8));
    let mut latency = Vec::with_capacity(REQUESTS as usize);
    let mut sum = 0;
    for _ in 0..REQUESTS {
        let r = chance.next();
        let start = Instant::now();
        sum += timeout(LIMIT, request(r, &permits)).await.expect("the time is ample");
        latency.push(start.elapsed());
    }
    (sum, latency)
}

async fn request(r: u64, permits: &Semaphore) -> u64 {
    let _permit = permits.acquire().await.expect("it stays open");
    let parsed = work(r, PARSE);
    let backends: [_; BACKENDS as usize] =
        std::array::from_fn(|j| tokio::spawn(backend(parsed.wrapping_add(j as u64))));
    let mut sum = 0;
    for backend in backends {
        sum += backend.await.expect("no backend panics");
    }
    sum + low(work(sum | 1, RENDER))
}

/// Some backends must wait for something, the others only for their turn.
async fn backend(q: u64) -> u64 {
    if q.is_multiple_of(4) {
        sleep_until(Instant::now() + BACKEND_DELAY).await;
    } else {
        yield_now().await;
    }
    low(work(q | 1, ANSWER))
}
