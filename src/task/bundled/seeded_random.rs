//! Seeded random numbers for the generators: the same on every machine, for ever.
//!
//! Only raw words of the generator are used, because what a crate makes of them may change between versions.

use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

/// A source of random numbers that yields the same sequence for the same seed.
pub(super) struct SeededRandom(Pcg32);

impl SeededRandom {
    pub(super) fn new(seed: u64) -> Self {
        Self(Pcg32::new(seed, 0x0a02_bdbf_7bb3_c0a7))
    }

    /// A number from 0 to `n` − 1; `n` must not be 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// A number from `low` to `high`, both included; they must lie less than 2³² apart.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::from(self.below((high - low + 1) as u32))
    }
}
