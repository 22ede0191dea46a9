//! Letters that nothing shows: pasted along with a value, they make it another one.
//!
//! A file of its own, because settings, guards and hosts ask the same question.

use alloc::string::String;
use core::ops::RangeInclusive;

/// Ranges of invisible letters in the first plane.
const INVISIBLE: [(u16, u16); 20] = [
    (0xad, 0xad),
    (0x34f, 0x34f),
    (0x600, 0x605),
    (0x61c, 0x61c),
    (0x6dd, 0x6dd),
    (0x70f, 0x70f),
    (0x890, 0x891),
    (0x8e2, 0x8e2),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x2028, 0x202e),
    (0x2060, 0x206f),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfffd),
];
/// Ranges of invisible letters above the first plane.
const INVISIBLE_ABOVE: [RangeInclusive<char>; 6] = [
    '\u{110bd}'..='\u{110bd}',
    '\u{110cd}'..='\u{110cd}',
    '\u{13430}'..='\u{1343f}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Maximum number of characters of a name in an error message.
const MAX_SHOWN: usize = 64;

/// True for a letter that leaves no mark of its own: control characters, line and paragraph separators, format letters
/// (Unicode category Cf), fillers and variation selectors. White space that takes room is not among them.
pub fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || is_in(letter, &INVISIBLE)
        || INVISIBLE_ABOVE.iter().any(|range| range.contains(&letter))
}

/// True for a letter in one of these ranges, each with its first and its last letter.
#[inline(never)]
pub(crate) fn is_in(letter: char, ranges: &[(u16, u16)]) -> bool {
    let is_within = |&(first, last): &(u16, u16)| {
        (u32::from(first)..=u32::from(last)).contains(&u32::from(letter))
    };
    ranges.iter().any(is_within)
}

/// Checks that a value was filled in, and not copied with more than itself. The error completes the sentence "the setting …".
#[inline(never)]
pub(crate) fn check_filled_in(text: &str) -> Result<(), &'static str> {
    if trimmed(text).len() != text.len() || text.contains(is_invisible) {
        return Err("must not begin or end with white space, or contain invisible letters");
    }
    // Also within the braces of a template.
    if text.as_bytes().windows(5).any(|part| part == b"op://") {
        return Err("is a reference that `op run` did not fill in");
    }
    Ok(())
}

/// The text without white space at its ends. Not inlined, as `str::trim` is at each call.
#[inline(never)]
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim()
}

/// True if the text contains a control character.
#[inline(never)]
pub(crate) fn has_control(text: &str) -> bool {
    text.contains(char::is_control)
}

/// A name for an error message: its first 64 characters, with a `?` in place of each that is not shown as itself.
pub(crate) fn shown(name: &str) -> String {
    let mut letters = name.chars();
    let mut shown: String = letters
        .by_ref()
        .take(MAX_SHOWN)
        .map(|letter| if is_invisible(letter) { '?' } else { letter })
        .collect();
    if letters.next().is_some() {
        shown.push('\u{2026}');
    }
    shown
}
