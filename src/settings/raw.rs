//! Settings before they are checked.

use alloc::string::String;

use super::credentials::Credentials;

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
    /// Path of the token endpoint, if not the one of the API version. There is then no other path to ask, and
    /// [`ApiVersion::Auto`] means `v1beta1`.
    pub token_path: Option<String>,
    /// Path of the revocation endpoint, if not the one of the API version.
    pub revoke_path: Option<String>,
    /// Product for the `User-Agent` header, as `product/version`: at most 256 bytes.
    pub user_agent: Option<String>,
    /// Deadline of a call in milliseconds: 1 to 3,600,000. Default: 30,000.
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

/// Generation of the API's paths: asked of the server, or given.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ApiVersion {
    /// The token endpoint of `v1beta1`, and after a 404 or 410 that of `v1`. Whichever issues a token is used from then on.
    #[default]
    Auto,
    /// The documented public preview.
    V1Beta1,
    /// Announced to partners; its paths are known from their clients.
    V1,
}
