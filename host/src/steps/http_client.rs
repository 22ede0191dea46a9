//! HTTP clients of an instance: one per scheme, made when it is needed.

use std::{sync::OnceLock, time::Duration};

use reqwest::{Client, Proxy as ReqwestProxy, Url, redirect::Policy, retry};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::{connect_timeout::ConnectTimeoutLayer, send_error::SendFailure};
use crate::{
    network::{Network, Proxy, TlsConfig},
    outgoing_http::Causes,
};

/// Time after which a connection without a request is closed: shorter than servers and proxies wait, so that they seldom close
/// it under a request.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// Maximum number of connections that are kept without a request.
const MAX_IDLE: usize = 16;

/// HTTP clients with the same network settings.
pub(super) struct HttpClients {
    network: Network,
    http: OnceLock<Result<Client, String>>,
    https: OnceLock<Result<Client, String>>,
    forwarding_proxy: OnceLock<String>,
}

impl HttpClients {
    /// Clients without connections.
    pub(super) const fn new(network: Network) -> Self {
        Self {
            network,
            http: OnceLock::new(),
            https: OnceLock::new(),
            forwarding_proxy: OnceLock::new(),
        }
    }

    /// Causes that the module does not know: a proxy that forwards requests can answer them itself.
    pub(super) fn causes(&self) -> Causes {
        let proxy = self.forwarding_proxy.get();
        Causes {
            connection: None,
            response: proxy.map(|proxy| format!("through {proxy}")),
        }
    }

    /// Client for requests to a URL.
    pub(super) fn client(&self, url: &Url) -> Result<&Client, SendFailure> {
        let is_https = url.scheme() == "https";
        let client = if is_https { &self.https } else { &self.http };
        let client = client.get_or_init(|| build(&self.network, is_https));
        client.as_ref().map_err(|cause| {
            SendFailure::not_sent(format!(
                "the host's HTTP client is not configured ({cause})"
            ))
        })
    }

    /// Proxy for requests to a URL. None if they are sent directly.
    pub(super) fn proxy(&self, url: &Url) -> Option<&Proxy> {
        self.network.proxy(&url.as_str().parse().ok()?)
    }

    /// Proxy that reads and forwards the requests to a URL.
    pub(super) fn forwarding_proxy(&self, url: &Url) -> Option<&Proxy> {
        let proxy = self.proxy(url).filter(|_| url.scheme() != "https")?;
        self.forwarding_proxy.get_or_init(|| proxy.name());
        Some(proxy)
    }
}

fn build(network: &Network, is_https: bool) -> Result<Client, String> {
    let proxy = network.proxy_of_scheme(is_https);
    // The authorities of the system are read only if a certificate is to be checked.
    let tls = if is_https || proxy.is_some_and(|proxy| proxy.is_tls) {
        network.tls().map_err(|error| error.to_string())?
    } else {
        TlsConfig::with_roots(RootCertStore::empty())
    };
    let mut client = Client::builder()
        .tls_backend_preconfigured(with_alpn(&tls))
        .connector_layer(ConnectTimeoutLayer)
        .redirect(Policy::none())
        .retry(retry::never())
        .referer(false)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(MAX_IDLE)
        .no_proxy();
    if let Some(proxy) = proxy {
        client = client.proxy(reqwest_proxy(network, proxy)?);
    }
    client.build().map_err(|error| error.to_string())
}

/// Offers HTTP/2 beside HTTP/1.1 (RFC 7301).
fn with_alpn(tls: &TlsConfig) -> ClientConfig {
    let mut config = ClientConfig::clone(&tls.0);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

/// The same proxy for `reqwest`, except for the hosts that are called directly.
fn reqwest_proxy(network: &Network, proxy: &Proxy) -> Result<ReqwestProxy, String> {
    let address: Url = proxy.url().parse().map_err(|_| {
        let name = proxy.name();
        format!("{name} has no valid address")
    })?;
    let network = network.clone();
    let reqwest_proxy = ReqwestProxy::custom(move |url| {
        let origin = url.as_str().parse().ok()?;
        network.proxy(&origin).map(|_| address.clone())
    });
    Ok(match &proxy.authorization {
        Some(authorization) => reqwest_proxy.custom_http_auth(authorization.clone()),
        None => reqwest_proxy,
    })
}
