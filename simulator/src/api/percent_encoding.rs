//! Percent-encoding and form fields, read strictly.

/// Decodes one path segment, RFC 3986, section 2.1.
pub(crate) fn decode_segment(raw: &str) -> Option<String> {
    decode(raw, false)
}

/// Decodes the fields of a query or a form,
/// `application/x-www-form-urlencoded`: `+` is a space.
pub(crate) fn decode_fields(raw: &str) -> Option<Vec<(String, String)>> {
    raw.split('&')
        .filter(|field| !field.is_empty())
        .map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            Some((decode(name, true)?, decode(value, true)?))
        })
        .collect()
}

/// `None` for a `%` without two hexadecimal digits, or for no UTF-8.
fn decode(raw: &str, plus_is_space: bool) -> Option<String> {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_keeps_its_plus_and_decodes_its_slash() {
        assert_eq!(
            decode_segment("a+b%2Fc%3a%C3%A9"),
            Some("a+b/c:é".to_owned())
        );
    }

    #[test]
    fn an_escape_that_is_cut_or_no_utf_8_is_malformed() {
        for raw in ["%", "%4", "%zz", "a%+1", "%FF"] {
            assert_eq!(decode_segment(raw), None, "{raw}");
        }
    }

    #[test]
    fn a_field_without_a_value_is_empty() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            decode_fields("a=1+2&b&&c=%3D="),
            Some(vec![pair("a", "1 2"), pair("b", ""), pair("c", "==")])
        );
        assert_eq!(decode_fields(""), Some(vec![]));
    }
}
