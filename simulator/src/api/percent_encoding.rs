//! A strict decoder for percent-encoded text.
//!
//! The usual crates replace or pass on malformed escapes. The simulator refuses
//! them, to expose clients that send them.

/// Decodes one path segment (RFC 3986, section 2.1).
pub(crate) fn decode_segment(raw: &str) -> Option<String> {
    decode(raw, false)
}

/// Decodes the fields of a query or of a form
/// (`application/x-www-form-urlencoded`), in which `+` is a space.
pub(crate) fn decode_fields(raw: &str) -> Option<Vec<(String, String)>> {
    raw.split('&')
        .filter(|field| !field.is_empty())
        .map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            Some((decode(name, true)?, decode(value, true)?))
        })
        .collect()
}

/// `None` if a `%` lacks its two hexadecimal digits, or the result is not UTF-8.
fn decode(raw: &str, plus_is_space: bool) -> Option<String> {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => hex_digit(bytes.next()?)? << 4 | hex_digit(bytes.next()?)?,
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_keeps_a_plus_and_decodes_a_slash() {
        assert_eq!(
            decode_segment("a+b%2Fc%3a%C3%A9"),
            Some("a+b/c:é".to_owned())
        );
    }

    #[test]
    fn a_truncated_escape_or_invalid_utf_8_is_malformed() {
        for raw in ["%", "%4", "%zz", "a%+1", "%FF"] {
            assert_eq!(decode_segment(raw), None, "{raw}");
        }
    }

    #[test]
    fn fields_decode_plus_and_allow_empty_values() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            decode_fields("a=1+2&b&&c=%3D="),
            Some(vec![pair("a", "1 2"), pair("b", ""), pair("c", "==")])
        );
        assert_eq!(decode_fields(""), Some(vec![]));
    }
}
