//! Counts the targets of a call in its event, before anything of them is kept.

use onepassword_users::MAX_TARGETS;

/// Length up to which an event cannot have too many targets, in bytes: each takes two at least.
const SHORT: usize = 2 * MAX_TARGETS;

/// True if an event has a list `targets` with more elements than a call may have. The rest of the event is not read: JSON that
/// is wrong is refused later, with its cause.
pub(crate) fn has_too_many_targets(line: &[u8]) -> bool {
    if line.len() <= SHORT {
        return false;
    }
    let mut rest = line;
    let mut depth = 0_usize;
    // Depth inside of the list, if it has begun.
    let mut list: Option<usize> = None;
    let mut commas = 0_usize;
    let mut is_name = false;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'"' => {
                let text;
                (text, rest) = string(after);
                is_name = text == b"targets";
                continue;
            }
            b':' | b' ' | b'\t' | b'\r' => continue,
            b'[' | b'{' => {
                depth = depth.saturating_add(1);
                if byte == b'[' && is_name && list.is_none() {
                    list = Some(depth);
                    commas = 0;
                }
            }
            b']' | b'}' => {
                list = list.filter(|list| *list != depth);
                depth = depth.saturating_sub(1);
            }
            b',' if list == Some(depth) => {
                commas = commas.saturating_add(1);
                if commas >= MAX_TARGETS {
                    return true;
                }
            }
            _ => {}
        }
        is_name = false;
    }
    false
}

/// Splits the bytes after a quotation mark into the string, with its escapes, and the bytes after it.
fn string(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut is_escaped = false;
    let is_end = |byte: &u8| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    };
    let end = bytes.iter().position(is_end).unwrap_or(bytes.len());
    let (text, rest) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
    (text, rest.get(1..).unwrap_or_default())
}
