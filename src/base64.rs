//! base64 for the authorization header (RFC 4648, section 4), and back.
//!
//! The `base64` crate, which checks this in the tests, would be the largest part of a token exchange.

use alloc::{string::String, vec::Vec};

use zeroize::Zeroizing;

use crate::secret::Secret;

/// The text in base64, padded.
pub(crate) fn encode(text: &str) -> Secret {
    let digit = |bits: u32| {
        let value = (bits & 0x3f) as u8;
        char::from(match value {
            0..26 => b'A'.wrapping_add(value),
            26..52 => b'a'.wrapping_add(value.wrapping_sub(26)),
            52..62 => b'0'.wrapping_add(value.wrapping_sub(52)),
            62 => b'+',
            _ => b'/',
        })
    };
    let mut encoded = String::with_capacity(text.len().div_ceil(3).saturating_mul(4));
    for chunk in text.as_bytes().chunks(3) {
        let mut bytes = chunk.iter().copied().map(u32::from);
        let mut next = || bytes.next().unwrap_or(0);
        let bits = next() << 16 | next() << 8 | next();
        encoded.push(digit(bits >> 18));
        encoded.push(digit(bits >> 12));
        encoded.push(if chunk.len() > 1 {
            digit(bits >> 6)
        } else {
            '='
        });
        encoded.push(if chunk.len() > 2 { digit(bits) } else { '=' });
    }
    Secret::new(encoded)
}

/// The text that this is base64 of, if it is one.
pub(crate) fn decode(encoded: &str) -> Option<Secret> {
    let mut decoded = Zeroizing::new(Vec::with_capacity(encoded.len()));
    let mut bits = 0_u32;
    let mut count = 0_u32;
    for digit in encoded.trim_end_matches('=').bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit.wrapping_sub(b'A'),
            b'a'..=b'z' => digit.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => digit.wrapping_sub(b'0').wrapping_add(52),
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count = count.wrapping_add(6);
        if count >= 8 {
            count = count.wrapping_sub(8);
            decoded.push(bits.wrapping_shr(count) as u8);
        }
    }
    core::str::from_utf8(&decoded)
        .ok()
        .map(|text| Secret::concat(&[text]))
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use proptest::prelude::*;

    #[test]
    fn the_vectors_of_the_rfc_come_out() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(super::encode(text).expose(), encoded);
        }
    }

    #[test]
    fn what_is_no_base64_of_text_is_not_decoded() {
        for encoded in ["{{BASIC}}", "a-b_", "a b", "/w=="] {
            assert!(super::decode(encoded).is_none(), "{encoded}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_encoded_as_the_crate_encodes_it(text in any::<String>()) {
            let encoded = super::encode(&text);
            prop_assert_eq!(encoded.expose(), BASE64_STANDARD.encode(&text));
            let decoded = super::decode(encoded.expose());
            prop_assert_eq!(decoded.as_ref().map(crate::Secret::expose), Some(text.as_str()));
        }
    }
}
