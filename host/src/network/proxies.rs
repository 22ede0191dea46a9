//! Proxies from environment variables, in the form that curl reads.

use std::net::{IpAddr, Ipv4Addr};

use http::{HeaderValue, Uri, uri::Scheme};
use hyper_util::client::proxy::matcher::Matcher;

use super::{
    direct_hosts::{DirectHost, direct_hosts},
    error::NetworkError,
    variables::Variables,
};

const WRITE_URL: &str = "write it as http://HOST:PORT, or http://NAME:PASSWORD@HOST:PORT with special characters percent-encoded";

/// Proxies of both schemes, and the hosts that are called directly.
#[derive(Clone, Default)]
pub(super) struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    direct: Vec<DirectHost>,
}

/// A proxy.
#[derive(Clone)]
pub(crate) struct Proxy {
    /// Name of the variable that sets it.
    pub(crate) variable: &'static str,
    /// Host name or address, without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// True if the connection to the proxy itself is encrypted.
    pub(crate) is_tls: bool,
    /// Value of `Proxy-Authorization`. None if the URL has no credentials.
    pub(crate) authorization: Option<HeaderValue>,
}

impl Proxies {
    pub(super) fn from_variables(variables: &Variables) -> Result<Self, NetworkError> {
        let proxy = |lower_case, upper_case| {
            let set = variables.get_either(lower_case, upper_case)?;
            set.map(|(name, url)| Proxy::parse(name, url)).transpose()
        };
        let mut http = proxy("http_proxy", "HTTP_PROXY")?;
        let mut https = proxy("https_proxy", "HTTPS_PROXY")?;
        // Read only if it counts: desktops set it to a SOCKS proxy beside the other two.
        if http.is_none() || https.is_none() {
            let all = proxy("all_proxy", "ALL_PROXY")?;
            http = http.or_else(|| all.clone());
            https = https.or(all);
        }
        // Without a proxy it means nothing.
        let direct = if http.is_some() || https.is_some() {
            variables.get_either("no_proxy", "NO_PROXY")?
        } else {
            None
        };
        let direct = match direct {
            Some((name, hosts)) => direct_hosts(name, hosts)?,
            None => Vec::new(),
        };
        Ok(Self {
            http,
            https,
            direct,
        })
    }

    /// Proxy for requests of this scheme, to origins that are not called directly.
    pub(super) const fn of_scheme(&self, is_https: bool) -> Option<&Proxy> {
        let proxy = if is_https { &self.https } else { &self.http };
        proxy.as_ref()
    }

    /// Proxy for requests to this origin. None if they are sent to it directly.
    ///
    /// This machine is reached through a proxy only if the proxy is on it too: elsewhere, its loopback address means another
    /// machine, and credentials over `http` would leave this one.
    pub(super) fn proxy(&self, origin: &Uri) -> Option<&Proxy> {
        let is_https = origin.scheme() == Some(&Scheme::HTTPS);
        let proxy = self.of_scheme(is_https)?;
        let host = origin.host()?;
        if is_loopback(without_brackets(host)) && !is_loopback(&proxy.host) {
            return None;
        }
        let port = origin.port_u16().unwrap_or(default_port(is_https));
        let entries = self
            .direct
            .iter()
            .filter(|entry| entry.port.is_none_or(|entry| entry == port));
        let patterns: Vec<&str> = entries.map(|entry| entry.pattern.as_str()).collect();
        // The matcher takes it for every name, but for no address.
        if patterns.contains(&"*") {
            return None;
        }
        let matcher = Matcher::builder()
            .all("http://proxy.invalid")
            .no(patterns.join(","))
            .build();
        matcher.intercept(origin).map(|_| proxy)
    }
}

impl Proxy {
    /// Parses the value of a variable. The error does not show it: it may contain a password.
    fn parse(variable: &'static str, url: &str) -> Result<Self, NetworkError> {
        let failed = |cause: &str, hint| NetworkError::new(format!("{variable} {cause}"), hint);
        let invalid = || failed("is not the URL of a proxy", Some(WRITE_URL));
        if let Some((scheme, _)) = url.split_once("://") {
            let scheme = scheme.to_ascii_lowercase();
            if scheme.starts_with("socks") {
                return Err(failed(
                    "names a SOCKS proxy, which is not supported",
                    Some(
                        "name a proxy of the scheme http or https, or list the API's host in NO_PROXY",
                    ),
                ));
            }
            if scheme != "http" && scheme != "https" {
                return Err(failed(
                    "names a proxy of another scheme than http and https",
                    Some(WRITE_URL),
                ));
            }
        }
        let uri: Uri = url.parse().map_err(|_| invalid())?;
        let is_bare = uri.path_and_query().is_none_or(|path| path.as_str() == "/");
        let authority = uri.authority().ok_or_else(invalid)?;
        let (_, address) = authority
            .as_str()
            .rsplit_once('@')
            .unwrap_or(("", authority.as_str()));
        let host = without_brackets(authority.host());
        // `Authority` takes ports that are none.
        let after_host = address.strip_prefix(authority.host()).unwrap_or(address);
        let has_valid_port = match after_host.strip_prefix(':') {
            Some(port) => port.parse::<u16>().is_ok_and(|port| port > 0),
            None => after_host.is_empty(),
        };
        // Programs disagree on the end of the password if it contains an `@`.
        let is_ambiguous = authority.as_str().matches('@').count() > 1;
        if !is_bare || host.is_empty() || !has_valid_port || is_ambiguous {
            return Err(invalid());
        }
        let is_tls = uri.scheme() == Some(&Scheme::HTTPS);
        // The library decodes and encodes the credentials.
        let anywhere = Uri::from_static("http://origin.invalid");
        let parsed = Matcher::builder().all(url.to_owned()).build();
        let parsed = parsed.intercept(&anywhere).ok_or_else(invalid)?;
        Ok(Self {
            variable,
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(default_port(is_tls)),
            is_tls,
            authorization: parsed.basic_auth().cloned().map(|mut value| {
                value.set_sensitive(true);
                value
            }),
        })
    }

    /// URL of the proxy, without its credentials.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{}", display_address(&self.host, self.port))
    }

    /// The proxy for people: variable, host and port.
    pub(crate) fn name(&self) -> String {
        let address = display_address(&self.host, self.port);
        format!("the proxy {address} of {}", self.variable)
    }
}

/// Host and port for people.
pub(crate) fn display_address(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// A host without the brackets that an IPv6 address has in a URI.
fn without_brackets(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

const fn default_port(is_tls: bool) -> u16 {
    if is_tls { 443 } else { 80 }
}

fn is_loopback(host: &str) -> bool {
    match host.parse() {
        Ok(IpAddr::V4(address)) => address.is_loopback(),
        Ok(IpAddr::V6(address)) => {
            address.is_loopback()
                || address
                    .to_ipv4_mapped()
                    .is_some_and(|it| Ipv4Addr::is_loopback(&it))
        }
        Err(_) => {
            let host = host.to_ascii_lowercase();
            host == "localhost" || host.ends_with(".localhost")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &'static str)]) -> Result<Proxies, NetworkError> {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Proxies::from_variables(&Variables::new(variables))
    }

    /// Port of the proxy for an origin. None if it is called directly.
    fn port(variables: &[(&str, &'static str)], origin: &'static str) -> Option<u16> {
        let proxies = proxies(variables).unwrap();
        proxies
            .proxy(&Uri::from_static(origin))
            .map(|proxy| proxy.port)
    }

    const API: &str = "https://api.example/v1";
    const LOCAL: &str = "http://127.0.0.1:8080/v1";

    #[test]
    fn each_scheme_has_its_proxy_and_all_proxy_is_the_rest() {
        let https = ("HTTPS_PROXY", "http://p:1");
        let http = ("HTTP_PROXY", "http://localhost:2");
        let all = ("ALL_PROXY", "127.0.0.1:3");
        assert_eq!(port(&[https, http, all], API), Some(1));
        assert_eq!(port(&[https, http, all], LOCAL), Some(2));
        assert_eq!(port(&[http], API), None);
        assert_eq!(port(&[https], LOCAL), None);
        assert_eq!(port(&[http, all], API), Some(3));
        assert_eq!(port(&[https, all], LOCAL), Some(3));
        assert_eq!(port(&[("https_proxy", "http://p:4")], API), Some(4));
        assert_eq!(port(&[https, ("https_proxy", "http://p:1")], API), Some(1));
        assert_eq!(port(&[("HTTPS_PROXY", "http://p")], API), Some(80));
        assert_eq!(port(&[("HTTPS_PROXY", "https://p/")], API), Some(443));
        assert_eq!(port(&[("HTTPS_PROXY", "http://[::1]:5")], API), Some(5));
    }

    #[test]
    fn loopback_is_reached_through_a_proxy_on_loopback_only() {
        for origin in [
            LOCAL,
            "http://localhost:8080/",
            "http://[::1]:8080/",
            "http://[::ffff:127.0.0.1]:8080/",
        ] {
            assert_eq!(
                port(&[("HTTP_PROXY", "http://p:1")], origin),
                None,
                "{origin}"
            );
            let local = ("HTTP_PROXY", "http://[::1]:1");
            assert_eq!(port(&[local], origin), Some(1), "{origin}");
        }
        assert_eq!(
            port(&[("HTTPS_PROXY", "http://p:1")], "https://localhost/"),
            None
        );
    }

    #[test]
    fn hosts_in_no_proxy_are_called_directly() {
        for (entry, origin, is_direct) in [
            ("*", API, true),
            ("*", "https://10.1.2.3/", true),
            ("*", "https://[fd00::1]/", true),
            ("*:443", "https://10.1.2.3/", true),
            ("*:444", "https://10.1.2.3/", false),
            ("x.test, *", "https://10.1.2.3/", true),
            ("0.0.0.0/0", "https://10.1.2.3/", true),
            ("::/0", "https://[fd00::1]/", true),
            ("0.0.0.0/0", API, false),
            ("api.example", API, true),
            ("API.Example", API, true),
            ("example", API, true),
            (".example", API, true),
            ("*.example", API, true),
            ("a.test b.test, api.example", API, true),
            ("api.example:443", API, true),
            ("api.example:8443", API, false),
            ("ample", API, false),
            ("pi.example", API, false),
            ("other.api.example", API, false),
            ("10.0.0.0/8", "https://10.1.2.3/", true),
            ("10.1.2.3", "https://10.1.2.3/", true),
            ("10.0.0.0/8", "https://11.1.2.3/", false),
            ("fd00::1", "https://[fd00::1]/", true),
            ("[fd00::1]", "https://[fd00::1]/", true),
            ("[fd00::1]:443", "https://[fd00::1]/", true),
            ("[fd00::1]:444", "https://[fd00::1]/", false),
            (",", API, false),
        ] {
            let variables = [("HTTPS_PROXY", "http://p:1"), ("NO_PROXY", entry)];
            assert_eq!(
                port(&variables, origin).is_none(),
                is_direct,
                "{entry} {origin}"
            );
        }
    }

    #[test]
    fn a_variable_with_two_values_is_refused_by_name() {
        let one = ("HTTPS_PROXY", "http://s3cr3t:1");
        for (variables, names) in [
            (vec![one, ("HTTPS_PROXY", "http://p:2")], "HTTPS_PROXY is"),
            (
                vec![one, ("https_proxy", "http://p:2")],
                "HTTPS_PROXY and https_proxy are",
            ),
            (
                vec![one, ("NO_PROXY", "a"), ("no_proxy", "b")],
                "NO_PROXY and no_proxy are",
            ),
        ] {
            let message = proxies(&variables).err().expect(names).to_string();
            assert!(message.starts_with(names), "{message}");
            assert!(!message.contains("s3cr3t"), "{message}");
        }
        assert!(proxies(&[one, one, ("https_proxy", one.1)]).is_ok());
        assert!(proxies(&[("NO_PROXY", "a"), ("no_proxy", "b")]).is_ok());
    }

    #[test]
    fn credentials_are_decoded_and_sent_as_basic() {
        for (url, expected) in [
            (
                "http://Aladdin:open%20sesame@p:1",
                "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            ),
            (
                "Aladdin:open%20sesame@p:1",
                "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            ),
        ] {
            let proxies = proxies(&[("HTTPS_PROXY", url)]).unwrap();
            let proxy = proxies.https.unwrap();
            assert_eq!(proxy.authorization.unwrap(), expected);
            assert_eq!((proxy.host.as_str(), proxy.port), ("p", 1));
        }
    }

    #[test]
    fn an_invalid_proxy_is_refused_by_name_without_its_value() {
        for (url, part) in [
            ("socks5h://s3cr3t@p:1", "SOCKS"),
            ("SOCKS5://s3cr3t@p:1", "SOCKS"),
            ("socks://s3cr3t:1", "SOCKS"),
            ("ftp://s3cr3t:1", "another scheme"),
            ("http://", "is not the URL"),
            ("http://s3cr3t:port", "is not the URL"),
            ("http://s3cr3t:99999", "is not the URL"),
            ("http://s3cr3t:0", "is not the URL"),
            ("http://s3cr3t:1/path", "is not the URL"),
            ("http://s3cr3t:1?query", "is not the URL"),
            ("http://a:s3cr3t@b@p:1", "is not the URL"),
            ("http://a:s3cr3t/@p:1", "is not the URL"),
            (" http://s3cr3t:1", "another scheme"),
            ("http://s3cr3t:1\n", "is not the URL"),
            ("http//s3cr3t:1", "is not the URL"),
            ("/s3cr3t", "is not the URL"),
        ] {
            for name in ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"] {
                let error = proxies(&[(name, url)]).err().expect(url);
                let message = error.to_string();
                assert!(
                    message.starts_with(name) && message.contains(part),
                    "{url}: {message}"
                );
                assert!(!message.contains("s3cr3t"), "{message}");
            }
        }
        let both = [("HTTP_PROXY", "http://p"), ("HTTPS_PROXY", "http://p")];
        let socks = [both[0], both[1], ("ALL_PROXY", "socks5://p")];
        assert!(proxies(&socks).is_ok());
    }
}
