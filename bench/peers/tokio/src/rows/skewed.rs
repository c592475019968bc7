//! One producer of tasks whose work differs much in length: what stealing is for.

use crate::chance::{SEED, Xorshift, low, work};
use crate::drive::{both, once};
use crate::row::Row;

const TASKS: u64 = 2000;
const SHORTEST: u64 = 16;
const DOUBLINGS: u64 = 11;

pub fn rows() -> Vec<Row> {
    both("skewed", once(TASKS), || fan_out).into()
}

async fn fan_out() -> u64 {
    let mut chance = Xorshift(SEED);
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let r = chance.next();
            tokio::spawn(async move { low(work(r, SHORTEST << (r % DOUBLINGS))) })
        })
        .collect();
    let mut sum = 0;
    for task in tasks {
        sum += task.await.expect("no task panics");
    }
    sum
}
