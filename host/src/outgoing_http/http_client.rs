//! HTTP clients with the same network settings: one per scheme, made when it is needed.

use std::{sync::OnceLock, time::Duration};

use reqwest::{
    Client, Proxy as ReqwestProxy, Request, Response, StatusCode, Url, redirect::Policy, retry,
};
use rustls::{ClientConfig, RootCertStore};

use super::{
    call_log::Causes,
    connect_timeout::{ConnectTimeoutLayer, with_connect_timeout},
    send_failure::SendFailure,
};
use crate::network::{Network, Proxy, TlsConfig};

/// Time after which a connection without a request is closed: shorter than servers and proxies wait, so that they seldom close
/// it under a request.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// Maximum number of connections that are kept without a request: as many as the instances of a service that work at a time.
const MAX_IDLE: usize = 64;

/// HTTP clients with the same network settings.
pub(crate) struct HttpClients {
    network: Network,
    http: OnceLock<Result<Client, String>>,
    https: OnceLock<Result<Client, String>>,
    forwarding_proxy: OnceLock<String>,
}

impl HttpClients {
    /// Clients without connections.
    pub(crate) const fn new(network: Network) -> Self {
        Self {
            network,
            http: OnceLock::new(),
            https: OnceLock::new(),
            forwarding_proxy: OnceLock::new(),
        }
    }

    /// Certificate authorities and proxies.
    pub(super) const fn network(&self) -> &Network {
        &self.network
    }

    /// Causes that the module does not know: a proxy that forwards requests can answer them itself.
    pub(crate) fn causes(&self) -> Causes {
        let proxy = self.forwarding_proxy.get();
        Causes {
            connection: None,
            response: proxy.map(|proxy| format!("through {proxy}")),
        }
    }

    /// Sends a request, and waits for the head of its response. Dropping the future, or later the response, cancels the request.
    ///
    /// Keeps the connection for later requests once the body of the response was read.
    pub(crate) async fn send(
        &self,
        request: Request,
        connect_timeout: Duration,
    ) -> Result<Response, SendFailure> {
        let url = request.url().clone();
        let proxy = self.proxy(&url);
        let forwarding_proxy = self.forwarding_proxy(&url);
        let sent = self.client(&url)?.execute(request);
        let response = with_connect_timeout(connect_timeout, sent)
            .await
            .map_err(|error| SendFailure::of(&error, &url, proxy))?;
        match forwarding_proxy {
            Some(proxy) if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                Err(SendFailure::proxy_credentials(proxy))
            }
            _ => Ok(response),
        }
    }

    /// Client for requests to a URL.
    fn client(&self, url: &Url) -> Result<&Client, SendFailure> {
        let is_https = url.scheme() == "https";
        let client = if is_https { &self.https } else { &self.http };
        let client = client.get_or_init(|| build(&self.network, is_https));
        let client = client.as_ref();
        client.map_err(|cause| SendFailure::not_configured(cause))
    }

    /// Proxy for requests to a URL. None if they are sent directly.
    pub(crate) fn proxy(&self, url: &Url) -> Option<&Proxy> {
        // Without a proxy, which is most of the time, the URL is not read once more.
        self.network.proxy_of_scheme(url.scheme() == "https")?;
        self.network.proxy(&url.as_str().parse().ok()?)
    }

    /// Proxy that reads and forwards the requests to a URL.
    fn forwarding_proxy(&self, url: &Url) -> Option<&Proxy> {
        let proxy = self.proxy(url).filter(|_| url.scheme() != "https")?;
        self.forwarding_proxy.get_or_init(|| proxy.name());
        Some(proxy)
    }
}

/// URL of a request. Fails if the library would ask for another path than is written here.
pub(crate) fn request_url(text: &str) -> Result<Url, SendFailure> {
    let url: Url = text.parse().map_err(|_| SendFailure::not_accepted())?;
    let origin_and_path = match url.query() {
        Some(query) => text
            .strip_suffix(query)
            .and_then(|text| text.strip_suffix('?')),
        None => Some(text),
    };
    if origin_and_path.is_some_and(|text| text.ends_with(url.path())) {
        Ok(url)
    } else {
        Err(SendFailure::not_accepted())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_keep_their_path_and_query() {
        for text in [
            "https://api.1password.com/v1beta1/accounts/A/users/B:suspend",
            "http://127.0.0.1:8080/v1/accounts/A/users?filter=a%20b&page_token=x%3D%2F",
            "https://api.1password.eu:443/v1/accounts/A/users/a%2Fb",
            "https://[::1]/v1/users?a=b?c",
        ] {
            let url = request_url(text).expect(text);
            assert!(text.ends_with(url.query().unwrap_or(url.path())), "{text}");
        }
    }

    #[test]
    fn urls_that_would_be_rewritten_are_not_accepted() {
        for text in [
            "https://api.1password.com/v1/accounts/A/users/..",
            "https://api.1password.com/v1/accounts/A/users/%2E%2e",
            "https://api.1password.com/v1/accounts/A/users/%2e/B:suspend",
            "https://api.1password.com/v1/accounts\\A/users/B",
            "https://api.1password.com/v1/accounts/A/users/a b",
            "https://api.1password.com/v1/accounts/A/users/B\t:suspend",
            "https://api.1password.com",
            "/v1/accounts",
        ] {
            assert!(request_url(text).is_err(), "{text}");
        }
    }
}
