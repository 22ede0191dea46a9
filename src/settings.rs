//! Settings of a client, checked once.

mod base_url;
mod credentials;
mod environment;

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

pub(crate) use self::base_url::BaseUrl;
use self::credentials::authorization;
pub use self::{credentials::Credentials, environment::from_environment};
use crate::{
    error::ErrorCode,
    failure::Failure,
    platform::Duration,
    request::{Id, PRODUCT},
    secret::Secret,
};

/// Deadline of a call, if no setting gives another.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// Settings before they are checked: `settings` in the contract.
pub struct RawSettings {
    /// Account id: 1 to 1024 bytes, without control characters, not `.` or `..`.
    pub account_id: String,
    /// Credentials of the OAuth application.
    pub credentials: Credentials,
    /// Origin of the API.
    pub origin: Origin,
    /// Generation of the API's paths.
    pub api_version: ApiVersion,
    /// Path of the token endpoint, if not the one of the API version.
    pub token_path: Option<String>,
    /// Path of the revocation endpoint, if not the one of the API version.
    pub revoke_path: Option<String>,
    /// Product for the `User-Agent` header, as `product/version`: at most 256 bytes.
    pub user_agent: Option<String>,
    /// Deadline of a call in milliseconds: 1 to 3,600,000. 30,000 if none.
    pub deadline_ms: Option<u32>,
}

/// Origin of the API: a region, or another origin.
pub enum Origin {
    /// `https://api.1password.com`
    Com,
    /// `https://api.1password.ca`
    Ca,
    /// `https://api.1password.eu`
    Eu,
    /// Any other origin: scheme, host and optional port. `http` only on loopback.
    Other(String),
}

/// Generation of the API's paths.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ApiVersion {
    /// The documented public preview.
    V1Beta1,
    /// Announced to partners; its paths are known from their clients.
    V1,
}

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

/// Problems of the settings: the name of every missing or invalid one, and what it must be. Contains no values.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SettingsError(pub(crate) Vec<String>);

impl SettingsError {
    /// The problem of a client before the first [`configure`](crate::Client::configure).
    #[must_use]
    pub fn without_settings() -> Self {
        Self(vec![
            "no settings were given: call `configure` first".to_owned(),
        ])
    }

    /// Adds a problem of a setting.
    fn add(&mut self, name: &str, problem: &str) {
        self.0.push([name, " ", problem].concat());
    }

    /// All problems in one line.
    pub(crate) fn text(&self) -> String {
        self.0.join("; ")
    }

    /// Failure of a call for want of settings.
    pub(crate) fn failure(&self) -> Failure {
        Failure::new(ErrorCode::NotConfigured, self.text(), None)
    }
}

/// Names of the settings in their source.
struct SettingNames {
    account_id: &'static str,
    client_id: &'static str,
    client_secret: &'static str,
    basic: &'static str,
    base_url: &'static str,
    token_path: &'static str,
    revoke_path: &'static str,
    user_agent: &'static str,
    deadline: &'static str,
}

/// Names of the fields in the contract.
const FIELDS: SettingNames = SettingNames {
    account_id: "account-id",
    client_id: "client-id",
    client_secret: "client-secret",
    basic: "credentials.basic",
    base_url: "base-url.origin",
    token_path: "token-path",
    revoke_path: "revoke-path",
    user_agent: "user-agent",
    deadline: "deadline-ms",
};

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
    fn checked(
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

impl ApiVersion {
    /// First segment of the paths.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::V1Beta1 => "/v1beta1",
            Self::V1 => "/v1",
        }
    }

    /// Default path of the token endpoint.
    const fn token_path(self) -> &'static str {
        match self {
            Self::V1Beta1 => "/v1beta1/users/oauth2/token",
            Self::V1 => "/v1/oauth/token",
        }
    }

    /// Default path of the revocation endpoint. That of `v1` is not documented: it is an analogy to the token path.
    const fn revoke_path(self) -> &'static str {
        match self {
            Self::V1Beta1 => "/v1beta1/users/oauth2/revoke",
            Self::V1 => "/v1/oauth/revoke",
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

#[cfg(test)]
mod tests;
