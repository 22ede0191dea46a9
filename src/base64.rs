//! Base64 of credentials (RFC 4648, section 4), in memory that is zeroed.

use alloc::{string::String, vec};

use crate::secret::{Secret, SecretBytes};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// Writes padding, and reads text with or without it.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Encodes a text, with padding.
///
/// Group by group, as [`decode`] decodes: the library's loops for long texts would be a fortieth of the plugin.
pub(crate) fn encode(text: &str) -> Secret {
    // Reserved at once, so that no copy stays behind.
    let mut encoded = SecretBytes::new(vec![0; text.len().div_ceil(3).saturating_mul(4)]);
    let groups = text.as_bytes().chunks(3).zip(encoded.chunks_mut(4));
    let length = groups.fold(0_usize, |length, (group, encoded)| {
        length.saturating_add(ENGINE.encode_slice(group, encoded).unwrap_or(0))
    });
    secret(encoded.get(..length)).unwrap_or_default()
}

/// Decodes a text, if it is base64 of one.
pub(crate) fn decode(encoded: &str) -> Option<Secret> {
    let mut decoded = SecretBytes::new(vec![0; encoded.len()]);
    let encoded = encoded.trim_end_matches('=');
    let groups = encoded.as_bytes().chunks(4).zip(decoded.chunks_mut(3));
    let mut length = 0_usize;
    for (group, decoded) in groups {
        length = length.saturating_add(ENGINE.decode_slice(group, decoded).ok()?);
    }
    secret(decoded.get(..length))
}

fn secret(bytes: Option<&[u8]>) -> Option<Secret> {
    let text = core::str::from_utf8(bytes?).ok()?;
    Some(Secret::new(String::from(text)))
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_STANDARD;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rfc_test_vectors_are_encoded() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(text).expose(), encoded);
        }
    }

    #[test]
    fn text_that_is_not_base64_is_not_decoded() {
        for encoded in ["{{BASIC}}", "a-b_", "a b", "/w=="] {
            assert!(decode(encoded).is_none(), "{encoded}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_encoded_and_decoded(text in any::<String>()) {
            let encoded = encode(&text);
            prop_assert_eq!(encoded.expose(), BASE64_STANDARD.encode(&text));
            let decoded = decode(encoded.expose());
            prop_assert_eq!(decoded.as_ref().map(Secret::expose), Some(text.as_str()));
        }
    }
}
