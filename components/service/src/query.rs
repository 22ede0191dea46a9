//! Percent-decoding of queries and path segments (RFC 3986, section 2.1).

use alloc::{format, string::String, vec::Vec};

use crate::{problem::Problem, text::printable};

/// Decodes a path segment or a value of a query. None if the encoding is incomplete or the result is not UTF-8.
///
/// Stricter than the `percent-encoding` crate, which passes an incomplete encoding through as text.
pub(crate) fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let value = digit(bytes.next())?
                    .wrapping_mul(16)
                    .wrapping_add(digit(bytes.next())?);
                u8::try_from(value).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

/// Returns the values of the parameters with these names, in the same order.
///
/// Errors: 400 for a parameter with another name, a parameter that the query contains twice, and a wrong encoding.
pub(crate) fn parse_query<const N: usize>(
    query: &str,
    names: [&str; N],
) -> Result<[Option<String>; N], Problem> {
    let mut values = [const { None }; N];
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // Forms encode a space as `+` (WHATWG URL, section 5), and people write addresses with one: either reading can name
        // another user.
        if value.contains('+') {
            return Err(Problem::bad_request(
                "the query contains `+`: write `+` as %2B, and a space as %20",
            ));
        }
        let (Some(name), Some(value)) = (percent_decode(name), percent_decode(value)) else {
            return Err(Problem::bad_request(
                "the query is not percent-encoded UTF-8",
            ));
        };
        let index = names.iter().position(|known| *known == name);
        let Some(slot) = index.and_then(|index| values.get_mut(index)) else {
            return Err(Problem::bad_request(format!(
                "this path has no parameter `{}`",
                printable(&name)
            )));
        };
        if slot.replace(value).is_some() {
            return Err(Problem::bad_request(format!(
                "the query contains `{name}` twice"
            )));
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoded_utf_8_is_decoded() {
        assert_eq!(percent_decode("a%2Fb%20%c3%a9"), Some("a/b é".into()));
        for text in ["%", "%4", "%zz", "%ff", "a%"] {
            assert_eq!(percent_decode(text), None, "{text}");
        }
    }

    #[test]
    fn unknown_and_repeated_parameters_are_rejected() {
        let names = ["state", "page_size"];
        assert_eq!(
            parse_query("page_size=5&state=a%20b%2B", names).ok(),
            Some([Some("a b+".into()), Some("5".into())])
        );
        for query in ["", "&&"] {
            assert_eq!(parse_query(query, names).ok(), Some([None, None]));
        }
        for query in [
            "size=5",
            "state=a&state=b",
            "state=%ff",
            "STATE=a",
            "state=a+b",
        ] {
            assert!(parse_query(query, names).is_err(), "{query}");
        }
    }
}
