//! The settings of an instance: checked once, each wrong one refused by name.

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

/// How long a whole call may take when no setting says otherwise.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// The settings as a host gives them: `settings` in the contract.
pub struct RawSettings {
    /// The account's id.
    pub account_id: String,
    /// What the application proves itself with.
    pub credentials: Credentials,
    /// Where the account lives.
    pub origin: Origin,
    /// The generation of paths.
    pub api_version: ApiVersion,
    /// Another path for the token exchange.
    pub token_path: Option<String>,
    /// Another path for the revocation.
    pub revoke_path: Option<String>,
    /// `Product/version` of the host.
    pub user_agent: Option<String>,
    /// Milliseconds for a whole call.
    pub deadline_ms: Option<u32>,
}

/// Where the account lives: a region, or another origin.
pub enum Origin {
    /// `https://api.1password.com`
    Com,
    /// `https://api.1password.ca`
    Ca,
    /// `https://api.1password.eu`
    Eu,
    /// An origin, as text.
    Other(String),
}

/// The generation of the API's paths.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ApiVersion {
    /// The documented preview.
    V1Beta1,
    /// General availability.
    V1,
}

/// Settings that were checked.
#[derive(Debug)]
pub struct Settings {
    pub(crate) account: Id,
    /// What must never be shown: the secret, and base64 that holds it.
    pub(crate) secrets: Vec<Secret>,
    /// The value of the authorization header of the token endpoint: `Basic …`.
    pub(crate) authorization: Secret,
    pub(crate) base_url: BaseUrl,
    pub(crate) api_version: ApiVersion,
    pub(crate) token_path: String,
    pub(crate) revoke_path: String,
    pub(crate) user_agent: String,
    pub(crate) deadline: Duration,
}

/// Settings that are missing or wrong, each by its name with what it must be.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SettingsError(pub(crate) Vec<String>);

impl SettingsError {
    /// The state before the first [`configure`](crate::Client::configure).
    #[must_use]
    pub fn without_settings() -> Self {
        Self(vec![
            "no settings were given: call `configure` first".to_owned(),
        ])
    }

    fn note(&mut self, name: &str, must: &str) {
        self.0.push([name, " ", must].concat());
    }

    /// Every problem, in one line.
    pub(crate) fn text(&self) -> String {
        self.0.join("; ")
    }

    /// The failure of a call that needed the settings.
    pub(crate) fn failure(&self) -> Failure {
        Failure::new(ErrorCode::NotConfigured, self.text(), None)
    }
}

/// What the settings are called where they came from.
struct Names {
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

/// The names of the contract's record.
const FIELDS: Names = Names {
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
    /// Checks what a host hands over at once.
    pub fn new(proposal: RawSettings) -> Result<Self, SettingsError> {
        Self::checked(proposal, &FIELDS, SettingsError(Vec::new()))
    }

    /// Checks a proposal, whose problems so far are known.
    fn checked(
        proposal: RawSettings,
        names: &Names,
        mut problems: SettingsError,
    ) -> Result<Self, SettingsError> {
        let account = Id::parse(&proposal.account_id)
            .map_err(|must| problems.note(names.account_id, must))
            .ok();
        let (authorization, secrets) = authorization(proposal.credentials, names, &mut problems);
        let base_url = BaseUrl::of(&proposal.origin)
            .map_err(|must| problems.note(names.base_url, must))
            .ok();
        let version = proposal.api_version;
        let mut path = |given: Option<String>, name, default: &str| match given {
            None => default.to_owned(),
            Some(path) => {
                if !is_path(&path) {
                    problems.note(
                        name,
                        "must be a path such as /v1/oauth/token, without a query",
                    );
                }
                path
            }
        };
        let token_path = path(proposal.token_path, names.token_path, version.token_path());
        let revoke_path = path(
            proposal.revoke_path,
            names.revoke_path,
            version.revoke_path(),
        );
        let user_agent = match proposal.user_agent {
            None => PRODUCT.to_owned(),
            Some(product) => {
                if !is_product(&product) {
                    problems.note(
                        names.user_agent,
                        "must be Product/version, such as Acme-SOAR/3.1",
                    );
                }
                [&product, " ", PRODUCT].concat()
            }
        };
        let deadline = match proposal.deadline_ms {
            None => DEFAULT_DEADLINE,
            Some(ms) => deadline(ms).unwrap_or_else(|must| {
                problems.note(names.deadline, must);
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
    /// What the paths of the API begin with.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::V1Beta1 => "/v1beta1",
            Self::V1 => "/v1",
        }
    }

    const fn token_path(self) -> &'static str {
        match self {
            Self::V1Beta1 => "/v1beta1/users/oauth2/token",
            Self::V1 => "/v1/oauth/token",
        }
    }

    /// That of `v1` is by analogy with its token path.
    const fn revoke_path(self) -> &'static str {
        match self {
            Self::V1Beta1 => "/v1beta1/users/oauth2/revoke",
            Self::V1 => "/v1/oauth/revoke",
        }
    }
}

/// The time for a whole call, from milliseconds; else what they must be.
pub(crate) fn deadline(ms: u32) -> Result<Duration, &'static str> {
    if (1..=3_600_000).contains(&ms) {
        Ok(Duration::from_millis(ms.into()))
    } else {
        Err("must be milliseconds, from 1 to 3600000")
    }
}

/// Whether this is an absolute path without dot segments, query or fragment (RFC 3986, section 3.3).
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

/// Whether this is one product with a version (RFC 9110, section 10.1.5).
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
