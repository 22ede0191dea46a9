//! API keys, which callers authenticate with, each with a name and a role.

use alloc::{borrow::ToOwned, string::String};

use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::text::is_caller_name;

/// Permissions of a key. Each role includes the ones before it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Role {
    /// Reads users.
    Read,
    /// Suspends and reactivates users, too.
    Contain,
}

/// A key that the service accepts. Only its digest is known.
#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// SHA-256 of the key.
    digest: [u8; 32],
}

impl ApiKey {
    /// Parses `name:role:digest`, with the digest in hexadecimal.
    ///
    /// Errors: a requirement that the text does not meet.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        const FORMAT: &str = "must be name:role:digest, several separated by commas or spaces; the role is `read` or `contain`, the digest the key's SHA-256 in 64 hexadecimal digits";
        let mut parts = text.split(':');
        let (Some(name), Some(role), Some(digest), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(FORMAT);
        };
        let role = match role {
            "read" => Role::Read,
            "contain" => Role::Contain,
            _ => return Err(FORMAT),
        };
        if !is_caller_name(name) {
            return Err(
                "must give each key a name of 1 to 64 letters, digits, dots, dashes or underscores",
            );
        }
        let digest = parse_digest(digest).ok_or(FORMAT)?;
        // `sha256sum` prints these for a shell variable that is not set: by `printf` the first, by `echo` the second.
        if [b"".as_slice(), b"\n"]
            .iter()
            .any(|empty| digest == sha256(empty))
        {
            return Err("contains the digest of an empty key");
        }
        Ok(Self {
            name: name.to_owned(),
            role,
            digest,
        })
    }
}

impl ApiKey {
    /// Secret that signs what this caller hands back: language models do not know it, and no other caller has it.
    pub(crate) const fn signing_key(&self) -> &[u8] {
        &self.digest
    }
}

/// Returns the key that a caller presented, if it is one of `keys`.
///
/// Takes the same time for every presented key of the same length: compares it with all keys, in constant time.
pub(crate) fn authenticate<'k>(keys: &'k [ApiKey], presented: &[u8]) -> Option<&'k ApiKey> {
    let digest = sha256(presented);
    let mut found = u32::MAX;
    for (index, key) in (0_u32..).zip(keys) {
        let is_equal: Choice = key.digest.ct_eq(&digest);
        found.conditional_assign(&index, is_equal);
    }
    keys.get(usize::try_from(found).ok()?)
}

/// Returns true if two entries are the same key. Its role would be ambiguous.
pub(crate) fn has_duplicates(keys: &[ApiKey]) -> bool {
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

/// Parses 64 hexadecimal digits.
fn parse_digest(text: &str) -> Option<[u8; 32]> {
    // `from_str_radix` alone would accept signs.
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, digits) in digest.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf secret | sha256sum`
    const SECRET_DIGEST: &str = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

    #[test]
    fn a_key_is_authenticated_by_its_digest() {
        let keys = [
            ApiKey::parse(&format!("other:read:{}", "0".repeat(64))).unwrap(),
            ApiKey::parse(&format!("siem:contain:{}", SECRET_DIGEST.to_uppercase())).unwrap(),
        ];
        let key = authenticate(&keys, b"secret").unwrap();
        assert_eq!((key.name.as_str(), key.role), ("siem", Role::Contain));
        for presented in ["", "secret ", "Secret", SECRET_DIGEST] {
            assert!(authenticate(&keys, presented.as_bytes()).is_none());
        }
        assert!(authenticate(&[], b"secret").is_none());
    }

    #[test]
    fn the_digest_of_an_empty_key_is_rejected() {
        for empty in ["", "\n"] {
            let digest: String = sha256(empty.as_bytes())
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            assert_eq!(
                ApiKey::parse(&format!("siem:contain:{digest}")).unwrap_err(),
                "contains the digest of an empty key"
            );
        }
    }

    #[test]
    fn a_malformed_key_is_rejected() {
        for text in [
            "",
            "siem",
            SECRET_DIGEST,
            &format!("siem:{SECRET_DIGEST}"),
            &format!("siem:admin:{SECRET_DIGEST}"),
            &format!(":read:{SECRET_DIGEST}"),
            &format!("a b:read:{SECRET_DIGEST}"),
            &format!("siem:read:{SECRET_DIGEST}00"),
            &format!("siem:read:{}", &SECRET_DIGEST[2..]),
            &format!("siem:read:{SECRET_DIGEST}:x"),
            "siem:read:secret",
        ] {
            assert!(ApiKey::parse(text).is_err(), "{text}");
        }
    }
}
