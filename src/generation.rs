//! Generations of the API, which differ in their paths only.

/// Generation of the API's paths.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Generation {
    /// The documented public preview.
    V1Beta1,
    /// Announced to partners; its paths are known from their clients.
    V1,
}

impl Generation {
    /// Generation that is asked first, if no setting names one.
    pub(crate) const FIRST: Self = Self::V1Beta1;

    /// The generation to ask if this one has no token endpoint.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::V1Beta1 => Self::V1,
            Self::V1 => Self::V1Beta1,
        }
    }

    /// First segment of the paths.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::V1Beta1 => "/v1beta1",
            Self::V1 => "/v1",
        }
    }

    /// Name in the settings.
    pub(crate) fn name(self) -> &'static str {
        self.prefix().get(1..).unwrap_or_default()
    }

    /// Path of the token endpoint.
    pub(crate) const fn token_path(self) -> &'static str {
        match self {
            Self::V1Beta1 => "/v1beta1/users/oauth2/token",
            Self::V1 => "/v1/oauth/token",
        }
    }

    /// Path of the revocation endpoint. That of `v1` is not documented: it is an analogy to the token path.
    pub(crate) const fn revoke_path(self) -> &'static str {
        match self {
            Self::V1Beta1 => "/v1beta1/users/oauth2/revoke",
            Self::V1 => "/v1/oauth/revoke",
        }
    }
}
