//! Credentials of the OAuth application, and their `Authorization` header.

use alloc::{string::String, vec, vec::Vec};

use super::{names::SettingNames, problems::SettingsError};
use crate::{base64, letters::without_stray_letters, secret::Secret};

/// Maximum length of a credential, in bytes: hosts limit the size of a header.
const MAX_CREDENTIAL: usize = 4096;

/// Credentials of the OAuth application.
pub enum Credentials {
    /// Client id and secret, as 1Password shows them.
    Client {
        /// Client id: 1 to 4096 bytes, without colons and control characters (RFC 7617, section 2).
        id: String,
        /// Client secret: 1 to 4096 bytes, without control characters.
        secret: Secret,
    },
    /// Base64 of `id:secret`, or a placeholder that the platform replaces. Visible ASCII, 1 to 4096 bytes.
    Basic(Secret),
}

/// Value of the `Authorization` header for the token endpoint (RFC 7617), and the secrets in it.
///
/// Id and secret are not form-encoded as in RFC 6749, section 2.3.1: the API documents them so.
pub(super) fn authorization(
    credentials: Credentials,
    names: &SettingNames,
    problems: &mut SettingsError,
) -> (Secret, Vec<Secret>) {
    let mut check = |name, text: &str, is_valid: fn(char) -> bool, requirement| {
        if text.is_empty() {
            problems.add(name, "must not be empty");
        } else if text.len() > MAX_CREDENTIAL {
            problems.add(name, "must not be longer than 4096 bytes");
        } else if !text.chars().all(is_valid) {
            problems.add(name, requirement);
        } else if let Err(requirement) = without_stray_letters(text) {
            problems.add(name, requirement);
        }
    };
    match credentials {
        Credentials::Client { id, secret } => {
            check(
                names.client_id,
                &id,
                |letter| letter != ':' && !letter.is_control(),
                "must not contain a colon or control characters",
            );
            check(
                names.client_secret,
                secret.expose(),
                |letter| !letter.is_control(),
                "must not contain control characters, such as a line break at its end",
            );
            let pair = Secret::concat(&[&id, ":", secret.expose()]);
            let basic = base64::encode(pair.expose());
            let authorization = Secret::concat(&["Basic ", basic.expose()]);
            (authorization, vec![secret, basic])
        }
        Credentials::Basic(basic) => {
            check(
                names.basic,
                basic.expose(),
                |letter| letter.is_ascii_graphic(),
                "must be base64 of id:secret, without `Basic` ahead of it and without spaces",
            );
            let authorization = Secret::concat(&["Basic ", basic.expose()]);
            let mut secrets = vec![];
            // A placeholder is not base64, and contains no other secret.
            if let Some(pair) = base64::decode(basic.expose())
                && let Some((id, secret)) = pair.expose().split_once(':')
            {
                let is_plain = |part: &str| !part.is_empty() && without_stray_letters(part).is_ok();
                if !is_plain(id) || !is_plain(secret) {
                    problems.add(
                        names.basic,
                        "must be base64 of id:secret, without white space at an end of either",
                    );
                }
                secrets.push(Secret::concat(&[secret]));
            }
            secrets.push(basic);
            (authorization, secrets)
        }
    }
}
