//! Queries and path segments, decoded (RFC 3986, section 2.1).

use alloc::{format, string::String, vec::Vec};

use crate::{response::Problem, text::shown};

/// Decodes one segment or one value; none when it is not UTF-8, or not encoded as it should be.
pub(crate) fn decoded(text: &str) -> Option<String> {
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

/// The parameters of a query, each of them known and there once at most; else which one is not.
pub(crate) fn parameters<const N: usize>(
    query: &str,
    names: [&str; N],
) -> Result<[Option<String>; N], Problem> {
    let mut values = [const { None }; N];
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // `+` is a space in queries that forms send (WHATWG URL, section 5).
        let value = value.replace('+', " ");
        let (Some(name), Some(value)) = (decoded(name), decoded(&value)) else {
            return Err(Problem::bad_request(
                "the query is not percent-encoded UTF-8",
            ));
        };
        let place = names.iter().position(|known| *known == name);
        let Some(place) = place.and_then(|place| values.get_mut(place)) else {
            return Err(Problem::bad_request(format!(
                "the query has no parameter `{}` here",
                shown(&name)
            )));
        };
        if place.replace(value).is_some() {
            return Err(Problem::bad_request(format!(
                "the query names `{name}` twice"
            )));
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        assert_eq!(decoded("a%2Fb%20%c3%a9"), Some("a/b é".into()));
        for text in ["%", "%4", "%zz", "%ff", "a%"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    #[test]
    fn parameters_are_known_and_there_once() {
        let names = ["state", "page_size"];
        assert_eq!(
            parameters("page_size=5&state=a+b%2B", names).ok(),
            Some([Some("a b+".into()), Some("5".into())])
        );
        for query in ["", "&&"] {
            assert_eq!(parameters(query, names).ok(), Some([None, None]));
        }
        for query in ["size=5", "state=a&state=b", "state=%ff", "STATE=a"] {
            assert!(parameters(query, names).is_err(), "{query}");
        }
    }
}
