//! Deterministic random numbers.

use crate::platform::Duration;

/// SplitMix64 (Steele, Lea and Flood, 2014). Own code, so that a seed produces the same run with every version of every
/// crate.
pub(super) struct Rng(u64);

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Rng {
    /// Creates one of the independent streams of a seed.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        Self(mix(
            mix(seed).wrapping_add(stream.wrapping_mul(GOLDEN_GAMMA))
        ))
    }

    pub(super) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_GAMMA);
        mix(self.0)
    }

    /// Returns a number below the bound.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next_u64()) * bound as u128) >> 64) as usize
    }

    pub(super) fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// Returns a duration from zero to `longest`, in nanoseconds.
    pub(super) fn up_to(&mut self, longest: Duration) -> Duration {
        Duration::from_nanos(self.below(longest.as_nanos() as usize + 1) as u64)
    }

    /// Returns random letters and digits without vowels, so that they do not occur in messages.
    pub(super) fn letters(&mut self, count: usize) -> String {
        const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZbcdfghjkmnpqrstvwxz23456789";
        (0..count)
            .map(|_| char::from(*self.pick(LETTERS)))
            .collect()
    }
}

const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
