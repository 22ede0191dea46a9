//! Letters that nothing shows: pasted along with a value, they make it another one.
//!
//! A file of its own, because settings, guards and hosts ask the same question.

/// True for a letter that leaves no mark of its own: control characters, line and paragraph separators, format letters
/// (Unicode category Cf), fillers and variation selectors. White space that takes room is not among them.
pub fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{600}'..='\u{605}'
                | '\u{61c}'
                | '\u{6dd}'
                | '\u{70f}'
                | '\u{890}'..='\u{891}'
                | '\u{8e2}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffd}'
                | '\u{110bd}'
                | '\u{110cd}'
                | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Checks that a value was not copied with more than itself. The error completes the sentence "the setting …".
pub(crate) fn without_stray_letters(text: &str) -> Result<(), &'static str> {
    if text.trim().len() != text.len() || text.contains(is_invisible) {
        return Err("must not begin or end with white space, or contain invisible letters");
    }
    Ok(())
}
