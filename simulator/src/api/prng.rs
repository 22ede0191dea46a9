//! The pseudo-random stream that a seed stands for.

/// SplitMix64 (Steele, Lea and Flood, 2014).
///
/// Written out here, because a seed must name the same account for ever, and
/// no release of a crate may then change the stream.
#[derive(Clone, Debug)]
pub(crate) struct SplitMix64(u64);

/// Upper-case alphanumerics, which the API's ids are made of.
pub(crate) const UPPER_ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// Lower-case alphanumerics.
pub(crate) const LOWER_ALPHANUMERIC: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

impl SplitMix64 {
    /// The stream of a seed for one purpose, so that drawing more for one
    /// purpose leaves the others as they were.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        let start = purpose.bytes().fold(seed, |state, byte| {
            mix(state ^ u64::from(byte)).wrapping_add(GOLDEN_GAMMA)
        });
        Self(start)
    }

    /// The next 64 bits.
    pub(crate) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_GAMMA);
        mix(self.0)
    }

    /// A number below `bound`, by multiplication instead of a remainder.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.draw()) * bound as u128) >> 64) as usize
    }

    /// One of `choices`, which must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// `length` characters of `alphabet`, which is ASCII.
    pub(crate) fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| char::from(self.pick(alphabet)))
            .collect()
    }
}

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finalizer of SplitMix64, a bijection that spreads every bit over all.
pub(crate) fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
