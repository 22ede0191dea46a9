//! Credentials of the OAuth application, and their `Authorization` header.

use alloc::{string::String, vec, vec::Vec};

use super::{names::SettingNames, problems::SettingsError};
use crate::{base64, letters::check_filled_in, secret::Secret};

/// Maximum length of a credential, in bytes: hosts limit the size of a header.
const MAX_CREDENTIAL: usize = 4096;
const BASIC_REQUIREMENT: &str =
    "must be base64 of id:secret, without `Basic` and without white space";

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
    match credentials {
        Credentials::Client { id, secret } => {
            let has_colon = id.bytes().any(|byte| byte == b':');
            let id_problem = problem_of(&id).or(has_colon.then_some("must not contain a colon"));
            problems.add_any(names.client_id, id_problem);
            problems.add_any(names.client_secret, problem_of(secret.expose()));
            let pair = Secret::concat(&[&id, ":", secret.expose()]);
            let basic = base64::encode(pair.expose());
            let authorization = Secret::concat(&["Basic ", basic.expose()]);
            (authorization, vec![secret, basic])
        }
        Credentials::Basic(basic) => {
            let is_visible = basic.expose().bytes().all(|byte| byte.is_ascii_graphic());
            let other_problem = (!is_visible).then_some(BASIC_REQUIREMENT);
            problems.add_any(names.basic, problem_of(basic.expose()).or(other_problem));
            let authorization = Secret::concat(&["Basic ", basic.expose()]);
            let mut secrets = vec![];
            // A placeholder is not base64, and contains no other secret.
            if let Some(pair) = base64::decode(basic.expose())
                && let Some((id, secret)) = pair.expose().split_once(':')
            {
                let is_plain = |part: &str| !part.is_empty() && check_filled_in(part).is_ok();
                if !is_plain(id) || !is_plain(secret) {
                    problems.add(names.basic, BASIC_REQUIREMENT);
                }
                secrets.push(Secret::concat(&[secret]));
            }
            secrets.push(basic);
            (authorization, secrets)
        }
    }
}

/// Requirement that a credential of any kind does not meet.
#[inline(never)]
fn problem_of(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        Some("must not be empty")
    } else if text.len() > MAX_CREDENTIAL {
        Some("must not be longer than 4096 bytes")
    } else {
        check_filled_in(text).err()
    }
}
