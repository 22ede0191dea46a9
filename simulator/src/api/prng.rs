//! The pseudo-random number generator behind all generated data.

/// The SplitMix64 generator (Steele, Lea and Flood, 2014).
///
/// It is written here and not taken from a crate, because a seed must give the
/// same account forever, and a crate's release could change the numbers.
#[derive(Clone, Debug)]
pub(crate) struct SplitMix64(u64);

/// Upper-case letters and digits, the alphabet of the API's ids.
pub(crate) const UPPER_ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// Lower-case letters and digits.
pub(crate) const LOWER_ALPHANUMERIC: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

impl SplitMix64 {
    /// Returns the generator of a seed for one purpose.
    ///
    /// Purposes are independent: more numbers for one purpose do not change
    /// the numbers of another.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        let start = purpose.bytes().fold(seed, |state, byte| {
            mix(state ^ u64::from(byte)).wrapping_add(GOLDEN_GAMMA)
        });
        Self(start)
    }

    /// The same generator after this many more numbers.
    pub(crate) fn after(&self, numbers: u64) -> Self {
        Self(self.0.wrapping_add(GOLDEN_GAMMA.wrapping_mul(numbers)))
    }

    /// Returns the next 64 bits.
    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_GAMMA);
        mix(self.0)
    }

    /// Returns a number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next_u64()) * bound as u128) >> 64) as usize
    }

    /// Returns one of `choices`, which must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// Returns `length` characters of an ASCII alphabet.
    pub(crate) fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| char::from(self.pick(alphabet)))
            .collect()
    }
}

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finalizer of SplitMix64: a bijection in which each input bit affects all
/// output bits.
pub(crate) fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
