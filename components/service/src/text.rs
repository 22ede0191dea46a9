//! Text that callers send: how long it may be, and what of it is fit to be shown.

use alloc::string::String;
use core::str::FromStr;

/// The longest id, address, reason or ticket, in characters. None of them takes more than the 1024 bytes of the contract.
pub(crate) const LONGEST: usize = 256;

/// Whether a text is longer than that.
pub(crate) fn is_long(text: &str) -> bool {
    text.chars().nth(LONGEST).is_some()
}

/// What a caller made up, fit to be shown: without control characters, and not long.
pub(crate) fn shown(text: &str) -> String {
    let letters = text.chars().filter(|letter| !letter.is_control());
    letters.take(LONGEST).collect()
}

/// A number in digits, and nothing else.
pub(crate) fn whole_number<N: FromStr>(text: &str) -> Option<N> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_digits)
}
