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
    pub(crate) api_version: ApiVersion,
    pub(crate) token_path: String,
    pub(crate) revoke_path: String,
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
            .map_err(|requirement| problems.add(names.account_id, requirement))
            .ok();
        let (authorization, secrets) = authorization(raw.credentials, names, &mut problems);
        let base_url = BaseUrl::of(&raw.origin)
            .map_err(|requirement| problems.add(names.base_url, requirement))
            .ok();
        let version = raw.api_version;
        let mut path = |given: Option<String>, name, default: &str| match given {
            None => default.to_owned(),
            Some(path) => {
                if !is_path(&path) {
                    problems.add(
                        name,
                        "must be a path such as /v1/oauth/token, without a query",
                    );
                }
                path
            }
        };
        let token_path = path(raw.token_path, names.token_path, version.token_path());
        let revoke_path = path(raw.revoke_path, names.revoke_path, version.revoke_path());
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
                api_version: version,
                token_path,
                revoke_path,
                user_agent,
                deadline,
            }),
            _ => Err(problems),
        }
    }
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
