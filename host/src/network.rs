//! Network settings of an instance: certificate authorities and proxies.

mod certificates;
mod direct_hosts;
mod error;
mod proxies;
mod variables;

use http::Uri;
use rustls::RootCertStore;

pub use self::error::NetworkError;
use self::{certificates::Certificates, proxies::Proxies, variables::Variables};
pub(crate) use self::{
    certificates::TlsConfig,
    proxies::{Proxy, display_address},
};

/// Certificate authorities to trust, and proxies to use.
///
/// By default the authorities of the system are trusted, and no proxy is used.
#[derive(Clone, Default)]
pub struct Network {
    tls: Option<TlsConfig>,
    proxies: Proxies,
}

impl Network {
    /// Names of the variables that [`Network::from_variables`] reads.
    pub const VARIABLES: [&str; 10] = [
        "ALL_PROXY",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "NO_PROXY",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "all_proxy",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    ];

    /// Settings from environment variables, of which all but [`Network::VARIABLES`] are ignored. An empty variable counts as
    /// not set.
    ///
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the authorities of the system. Fails if one of them yields no certificate, if
    /// a proxy is not one of the schemes `http` and `https`, if an entry of `NO_PROXY` beside a proxy is no host, domain,
    /// address or range, and if a variable is set twice, or in both spellings, to different values.
    pub fn from_variables(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, NetworkError> {
        let variables = Variables::new(variables);
        let file = variables.get("SSL_CERT_FILE")?;
        let certificates = Certificates::new(file, variables.get("SSL_CERT_DIR")?);
        Ok(Self {
            tls: certificates
                .map(|certificates| certificates.read())
                .transpose()?,
            proxies: Proxies::from_variables(&variables)?,
        })
    }

    /// Trusts these certificate authorities in place of the system's.
    #[must_use]
    pub fn root_certificates(mut self, roots: RootCertStore) -> Self {
        self.tls = Some(TlsConfig::with_roots(roots));
        self
    }

    /// TLS configuration. Reads the authorities of the system, once for the process, if no others are set.
    pub(crate) fn tls(&self) -> Result<TlsConfig, NetworkError> {
        match &self.tls {
            Some(tls) => Ok(tls.clone()),
            None => TlsConfig::from_system(),
        }
    }

    /// Proxy for requests to this origin. None if they are sent to it directly.
    pub(crate) fn proxy(&self, origin: &Uri) -> Option<&Proxy> {
        self.proxies.proxy(origin)
    }

    /// Proxy for requests of this scheme, to origins that are not called directly.
    pub(crate) fn proxy_of_scheme(&self, is_https: bool) -> Option<&Proxy> {
        self.proxies.of_scheme(is_https)
    }
}
