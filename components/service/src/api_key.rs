//! Who calls: bearer keys, of which only digests are known, with a name and a role each.

use alloc::{borrow::ToOwned, string::String};

use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// What a key may do.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Role {
    /// To look.
    Read,
    /// To look, and to change.
    Contain,
}

/// A key that is let in.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub name: String,
    pub role: Role,
    /// SHA-256 of the key.
    digest: [u8; 32],
}

impl Key {
    /// Reads `name:role:digest`, the digest in hexadecimal; else says what it must be.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const MUST: &str = "must be name:role:digest, several separated by commas or spaces: the role `read` or `contain`, the digest the key's SHA-256 in 64 hexadecimal digits";
        let mut parts = text.split(':');
        let (Some(name), Some(role), Some(digest), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(MUST);
        };
        let role = match role {
            "read" => Role::Read,
            "contain" => Role::Contain,
            _ => return Err(MUST),
        };
        if !is_name(name) {
            return Err(
                "must give each key a name of 1 to 64 letters, digits, dots, dashes or underscores",
            );
        }
        let digest = unhex(digest).ok_or(MUST)?;
        // What `sha256sum` says of a variable that was not set, without and with the line break of `echo`.
        if [b"".as_slice(), b"\n"]
            .iter()
            .any(|nothing| digest == sha256(nothing))
        {
            return Err("has the digest of an empty key");
        }
        Ok(Self {
            name: name.to_owned(),
            role,
            digest,
        })
    }
}

/// Whether this is fit to be a caller's name.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// Whose key this is. Every key is compared with, to its end: the time that takes tells nothing.
pub(crate) fn whose<'k>(keys: &'k [Key], presented: &str) -> Option<&'k Key> {
    let digest = sha256(presented.as_bytes());
    let mut found = u32::MAX;
    for (place, key) in (0_u32..).zip(keys) {
        let is_it: Choice = key.digest.ct_eq(&digest);
        found.conditional_assign(&place, is_it);
    }
    keys.get(usize::try_from(found).ok()?)
}

/// Whether two of them are the same key: then nobody could tell which role it has.
pub(crate) fn is_twice(keys: &[Key]) -> bool {
    let mut rest = keys.iter();
    while let Some(key) = rest.next() {
        if rest.clone().any(|other| other.digest == key.digest) {
            return true;
        }
    }
    false
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let mut digits = text.bytes().map(|byte| char::from(byte).to_digit(16));
    for byte in &mut digest {
        let value = digits
            .next()??
            .wrapping_mul(16)
            .wrapping_add(digits.next()??);
        *byte = u8::try_from(value).ok()?;
    }
    digits.next().is_none().then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf secret | sha256sum`
    const SECRET: &str = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

    #[test]
    fn a_key_is_known_by_its_digest() {
        let keys = [
            Key::parse(&format!("other:read:{}", "0".repeat(64))).unwrap(),
            Key::parse(&format!("siem:contain:{}", SECRET.to_uppercase())).unwrap(),
        ];
        let key = whose(&keys, "secret").unwrap();
        assert_eq!((key.name.as_str(), key.role), ("siem", Role::Contain));
        for presented in ["", "secret ", "Secret", SECRET] {
            assert!(whose(&keys, presented).is_none());
        }
        assert!(whose(&[], "secret").is_none());
    }

    #[test]
    fn the_digest_of_nothing_is_no_key() {
        for nothing in ["", "\n"] {
            let digest: String = sha256(nothing.as_bytes())
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            assert_eq!(
                Key::parse(&format!("siem:contain:{digest}")).unwrap_err(),
                "has the digest of an empty key"
            );
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "siem",
            SECRET,
            &format!("siem:{SECRET}"),
            &format!("siem:admin:{SECRET}"),
            &format!(":read:{SECRET}"),
            &format!("a b:read:{SECRET}"),
            &format!("siem:read:{SECRET}00"),
            &format!("siem:read:{}", &SECRET[2..]),
            &format!("siem:read:{SECRET}:x"),
            "siem:read:secret",
        ] {
            assert!(Key::parse(text).is_err(), "{text}");
        }
    }
}
