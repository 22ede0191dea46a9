//! Placeholders: `$name` in bytes that the hostile server sends.

/// Replaces each known `$name` by its value.
pub(super) fn fill(bytes: &[u8], names: &[(&str, String)]) -> Vec<u8> {
    let mut pieces = bytes.split(|byte| *byte == b'$');
    let mut filled = pieces.next().unwrap_or_default().to_vec();
    for piece in pieces {
        let known = names
            .iter()
            .find_map(|(name, value)| Some((value, piece.strip_prefix(name.as_bytes())?)));
        match known {
            Some((value, rest)) => {
                filled.extend_from_slice(value.as_bytes());
                filled.extend_from_slice(rest);
            }
            None => {
                filled.push(b'$');
                filled.extend_from_slice(piece);
            }
        }
    }
    filled
}

/// Replaces `$length` by the length of the body, which follows the first empty line.
pub(super) fn put_length(bytes: &[u8]) -> Vec<u8> {
    // Avoids the slow search for the head in large bodies, in tests that are not optimised.
    if !bytes.contains(&b'$') {
        return bytes.to_vec();
    }
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let body = head.map_or(0, |head| bytes.len() - head - 4);
    fill(bytes, &[("length", body.to_string())])
}
