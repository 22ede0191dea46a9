//! What an application proves itself with, and the header that it becomes.

use alloc::{string::String, vec, vec::Vec};

use crate::{base64, secret::Secret};

use super::{Names, SettingsError};

/// The longest credential that is taken, in bytes: hosts limit the size of a header.
const LONGEST_CREDENTIAL: usize = 4096;

/// What an application proves itself with.
pub enum Credentials {
    /// The id and the secret, raw.
    Client {
        /// The application's id.
        id: String,
        /// Its secret.
        secret: Secret,
    },
    /// base64 of `id:secret`, or a host's placeholder for it.
    Basic(Secret),
}

/// The authorization of the token endpoint (RFC 6749, section 2.3.1; id and secret go raw into RFC 7617's `id:secret`,
/// as the API documents it), and everything in it that must never be shown.
pub(super) fn authorization(
    credentials: Credentials,
    names: &Names,
    problems: &mut SettingsError,
) -> (Secret, Vec<Secret>) {
    let mut check = |name, text: &str, legal: fn(char) -> bool, must| {
        if text.is_empty() {
            problems.note(name, "must not be empty");
        } else if text.len() > LONGEST_CREDENTIAL {
            problems.note(name, "must not be longer than 4096 bytes");
        } else if !text.chars().all(legal) {
            problems.note(name, must);
        }
    };
    match credentials {
        Credentials::Client { id, secret } => {
            check(
                names.client_id,
                &id,
                |letter| letter != ':' && !letter.is_control(),
                "must not hold a colon or control characters",
            );
            check(
                names.client_secret,
                secret.expose(),
                |letter| !letter.is_control(),
                "must not hold control characters, such as a line break at its end",
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
            // What is no base64 is a placeholder, and holds nothing to hide but itself.
            if let Some(pair) = base64::decode(basic.expose())
                && let Some((_, secret)) = pair.expose().split_once(':')
            {
                secrets.push(Secret::concat(&[secret]));
            }
            secrets.push(basic);
            (authorization, secrets)
        }
    }
}
