//! Settings that were checked.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use super::{
    base_url::BaseUrl,
    credentials::authorization,
    names::{FIELDS, SettingNames},
    problems::SettingsError,
    raw::{ApiVersion, RawSettings},
};
use crate::{
    generation::Generation,
    letters::check_filled_in,
    platform::Duration,
    request::{Id, PRODUCT},
    secret::Secret,
};

/// Deadline of a call, if no setting gives another.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// Valid settings.
#[derive(Debug)]
pub struct Settings {
    pub(crate) account: Id,
    /// Texts to redact: the client secret, and base64 that contains it.
    pub(crate) secrets: Vec<Secret>,
    /// Value of the `Authorization` header for the token endpoint.
    pub(crate) authorization: Secret,
    pub(crate) base_url: BaseUrl,
    /// Generation of the API's paths. None if the server is asked for it.
    pub(crate) generation: Option<Generation>,
    token_path: Option<String>,
    revoke_path: Option<String>,
    pub(crate) user_agent: String,
    pub(crate) deadline: Duration,
}

impl Settings {
    /// Checks all settings at once.
    ///
    /// # Errors
    ///
    /// The problems of all missing or invalid settings.
    pub fn new(raw: RawSettings) -> Result<Self, SettingsError> {
        Self::checked(raw, &FIELDS, SettingsError(Vec::new()))
    }

    /// Checks settings, and adds to the problems of their source.
    pub(super) fn checked(
        raw: RawSettings,
        names: &SettingNames,
        mut problems: SettingsError,
    ) -> Result<Self, SettingsError> {
        let account = Id::parse(&raw.account_id)
            .and_then(|id| check_account(id.as_str()).map(|()| id))
            .map_err(|requirement| problems.add(names.account_id, requirement))
            .ok();
        let (authorization, secrets) = authorization(raw.credentials, names, &mut problems);
        let base_url = BaseUrl::of(&raw.origin)
            .map_err(|requirement| problems.add(names.base_url, requirement))
            .ok();
        let generation = match raw.api_version {
            // A path that is given has no other to ask after it.
            ApiVersion::Auto => raw.token_path.as_ref().map(|_| Generation::FIRST),
            ApiVersion::V1Beta1 => Some(Generation::V1Beta1),
            ApiVersion::V1 => Some(Generation::V1),
        };
        for (path, name) in [
            (&raw.token_path, names.token_path),
            (&raw.revoke_path, names.revoke_path),
        ] {
            if !path.as_deref().is_none_or(is_path) {
                problems.add(
                    name,
                    "must be a path such as /v1/oauth/token, without a query",
                );
            }
        }
        let user_agent = match raw.user_agent {
            None => PRODUCT.to_owned(),
            Some(product) => {
                if !is_product(&product) {
                    problems.add(
                        names.user_agent,
                        "must be Product/version, such as Acme-SOAR/3.1",
                    );
                }
                [&product, " ", PRODUCT].concat()
            }
        };
        let deadline = match raw.deadline_ms {
            None => DEFAULT_DEADLINE,
            Some(ms) => deadline(ms).unwrap_or_else(|requirement| {
                problems.add(names.deadline, requirement);
                DEFAULT_DEADLINE
            }),
        };
        match (account, base_url) {
            (Some(account), Some(base_url)) if problems.0.is_empty() => Ok(Self {
                account,
                secrets,
                authorization,
                base_url,
                generation,
                token_path: raw.token_path,
                revoke_path: raw.revoke_path,
                user_agent,
                deadline,
            }),
            _ => Err(problems),
        }
    }

    /// Path of the token endpoint in a generation.
    pub(crate) fn token_path(&self, generation: Generation) -> &str {
        self.token_path
            .as_deref()
            .unwrap_or(generation.token_path())
    }

    /// Path of the revocation endpoint in a generation.
    pub(crate) fn revoke_path(&self, generation: Generation) -> &str {
        self.revoke_path
            .as_deref()
            .unwrap_or(generation.revoke_path())
    }
}

/// Checks that an account id is none of the other texts that name an account: addresses and names. The error completes the
/// sentence "the account id …".
fn check_account(id: &str) -> Result<(), &'static str> {
    check_filled_in(id)?;
    let is_of_address = |byte: u8| matches!(byte, b'@' | b'.' | b':' | b'/' | b' ');
    if id.bytes().any(is_of_address) {
        return Err("must be the id that `op account get` shows");
    }
    Ok(())
}

/// Deadline of a call from milliseconds. The error completes the sentence "the deadline …".
pub(crate) fn deadline(ms: u32) -> Result<Duration, &'static str> {
    if (1..=3_600_000).contains(&ms) {
        Ok(Duration::from_millis(ms.into()))
    } else {
        Err("must be milliseconds, from 1 to 3600000")
    }
}

/// True for an absolute path without empty, dot or encoded segments, query and fragment (RFC 3986, section 3.3).
fn is_path(text: &str) -> bool {
    let Some(segments) = text.strip_prefix('/') else {
        return false;
    };
    segments.split('/').all(|segment| {
        !matches!(segment, "" | "." | "..")
            && segment
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte))
    })
}

/// True for one product with a version (RFC 9110, section 10.1.5).
fn is_product(text: &str) -> bool {
    let is_token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    text.len() <= 256
        && text
            .split_once('/')
            .is_some_and(|(name, version)| is_token(name) && is_token(version))
}
