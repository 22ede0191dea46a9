//! Entries of `NO_PROXY`: the hosts that are called directly.

use std::net::IpAddr;

use super::error::NetworkError;

const ENTRIES: &str = "an entry is a host or domain, an address, or a range such as 10.0.0.0/8, each with :PORT or without; or * for all";

/// An entry of `NO_PROXY`.
#[derive(Clone)]
pub(super) struct DirectHost {
    /// Domain, address or range, as the library matches them.
    pub(super) pattern: String,
    /// None for every port.
    pub(super) port: Option<u16>,
}

/// Parses the value of the variable with this name. Fails with the first entry that is not understood: a request that the user
/// keeps from the proxy would go through it.
pub(super) fn direct_hosts(name: &str, value: &str) -> Result<Vec<DirectHost>, NetworkError> {
    let entries = value
        .split(|letter: char| letter == ',' || letter.is_whitespace())
        .filter(|entry| !entry.is_empty());
    let parsed = entries.map(|entry| {
        DirectHost::parse(entry).ok_or_else(|| {
            // A URL can have a password in front of its host.
            let shown = if entry.contains('@') {
                "an entry".to_owned()
            } else {
                format!("{entry:?}")
            };
            let cause = format!("{name}: {shown} is no host, domain, address or range");
            NetworkError::new(cause, Some(ENTRIES))
        })
    });
    parsed.collect()
}

impl DirectHost {
    /// Parses an entry. None if it is not understood.
    fn parse(entry: &str) -> Option<Self> {
        let (host, port) = match entry.rsplit_once(':') {
            // An IPv6 address without brackets has no port.
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                let port: u16 = port.parse().ok()?;
                (host, Some(port).filter(|port| *port > 0)?.into())
            }
            _ => (entry, None),
        };
        let pattern = if let Some(inside) = host.strip_prefix('[') {
            let address = inside.strip_suffix(']')?;
            address.contains(':').then_some(address)?
        } else {
            // Common in other programs; the library knows domains without the asterisk and the dot at the end.
            let domain = host.strip_prefix('*').filter(|rest| rest.starts_with('.'));
            domain.unwrap_or(host)
        };
        let domain = pattern.strip_suffix('.').unwrap_or(pattern);
        let pattern = if pattern == "*" || is_address_or_range(pattern) {
            pattern
        } else {
            is_domain(domain).then_some(domain)?
        };
        Some(Self {
            pattern: pattern.to_owned(),
            port,
        })
    }
}

/// Returns true for an IP address, and for one with the length of its prefix.
fn is_address_or_range(text: &str) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        return false;
    };
    let max = if address.is_ipv4() { 32 } else { 128 };
    length.is_none_or(|length| {
        let is_number = length.bytes().all(|byte| byte.is_ascii_digit());
        is_number && length.parse::<u8>().is_ok_and(|length| length <= max)
    })
}

/// Returns true for a host name or a domain, with or without a dot in front. The last label of a domain does not begin with a
/// digit, as that of an address that is not complete does.
fn is_domain(text: &str) -> bool {
    let domain = text.strip_prefix('.').unwrap_or(text);
    let is_label = |label: &str| {
        let is_letter = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
        !label.is_empty() && label.chars().all(is_letter)
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.split('.').all(is_label) && !last.starts_with(|letter: char| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_that_are_not_understood_are_refused() {
        for entry in [
            "http://localhost",
            "localhost/",
            "\"localhost\"",
            "'localhost'",
            "localhost;x",
            "localhost:port",
            "localhost:0",
            "localhost:99999",
            "localhost:",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0",
            "10.*",
            "256.1.1.1",
            "127.0.0.1-5",
            "*example",
            "a.*.example",
            "a..example",
            "[::1",
            "[localhost]",
            "fd00::1%eth0",
            "::1/129",
            "*:x",
            ".",
            "a|b",
            "user@host",
            "<local>",
        ] {
            let error = direct_hosts("NO_PROXY", entry).err().expect(entry);
            assert!(error.to_string().starts_with("NO_PROXY: "), "{error}");
        }
        let error = direct_hosts("no_proxy", "ok,http://u:s3cr3t@h").err();
        let message = error.expect("an error").to_string();
        assert!(!message.contains("s3cr3t"), "{message}");
    }

    #[test]
    fn entries_of_every_form_are_accepted() {
        let value = "*, localhost a.example,.b.example *.c.example d.example. e_f.example:443,127.0.0.1 10.0.0.0/8 10.0.0.1:80 \
                     ::1 fd00::/8 [::1] [::1]:443 büro.example *:8080";
        let hosts = direct_hosts("NO_PROXY", value).expect("entries");
        assert_eq!(hosts.len(), 16);
        assert_eq!(hosts[5].pattern, "d.example");
    }
}
