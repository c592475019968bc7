//! Random numbers and work that every peer computes alike.

use std::hint::black_box;

/// The seed of all rows that draw random numbers.
pub const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// A xorshift generator. Its state must not be 0.
pub struct Xorshift(pub u64);

impl Xorshift {
    /// Draws the next number.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Computes for a time that grows with `steps`: draws that many numbers from the seed x and returns the last.
pub fn work(x: u64, steps: u64) -> u64 {
    let mut chance = Xorshift(black_box(x));
    for _ in 0..steps {
        chance.next();
    }
    black_box(chance.0)
}

/// The lowest 16 bits: what tasks return of their work, so that sums stay small.
pub fn low(x: u64) -> u64 {
    x & 0xFFFF
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_the_last_of_the_numbers_drawn() {
        let mut chance = Xorshift(SEED);
        for _ in 0..2 {
            chance.next();
        }
        assert_eq!(work(SEED, 3), chance.next());
    }

    #[test]
    fn numbers_are_those_of_marsaglias_generator() {
        let first = Xorshift(1).next();
        assert_eq!(first, 0x40822041, "x=1, shifts 13, 7, 17");
    }
}
