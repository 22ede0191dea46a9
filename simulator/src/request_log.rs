//! What the simulator remembers of a request.

use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::route::Endpoint;

/// A request that arrived, without its body and without anything secret.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What it was for.
    pub endpoint: Endpoint,
    /// As sent.
    pub method: String,
    /// As sent, percent-encoding and all.
    pub path: String,
    /// As sent, percent-encoding and all; empty if there was none.
    pub query: String,
    /// In the order in which they were sent, names in lower case, credentials
    /// reduced to their scheme: `Basic [redacted]`.
    pub headers: Vec<(String, String)>,
    /// The bytes of the body.
    pub body_length: usize,
    /// The status that was sent; `None` as long as there is none, for good if
    /// no whole head went out or the fault sent raw bytes.
    pub status: Option<u16>,
    /// When its head had arrived.
    pub arrived: Instant,
    /// From the head of the request to the answer; zero as long as the request
    /// is in flight.
    pub duration: Duration,
}

impl Recorded {
    /// The first header of this name, which is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn new(endpoint: Endpoint, request: &Parts) -> Self {
        Self {
            endpoint,
            method: request.method.to_string(),
            path: request.uri.path().to_owned(),
            query: request.uri.query().unwrap_or_default().to_owned(),
            headers: redacted(&request.headers),
            body_length: 0,
            status: None,
            arrived: Instant::now(),
            duration: Duration::ZERO,
        }
    }
}

fn redacted(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            let shown = match name.as_str() {
                "authorization" | "proxy-authorization" => scheme_alone(&value),
                "cookie" => "[redacted]".to_owned(),
                _ => value.into_owned(),
            };
            (name.to_string(), shown)
        })
        .collect()
}

/// Only a known scheme is shown: what stands in its place may be the secret.
fn scheme_alone(credentials: &str) -> String {
    let scheme = credentials.split(' ').next().unwrap_or_default();
    if ["basic", "bearer"].contains(&scheme.to_ascii_lowercase().as_str()) {
        format!("{scheme} [redacted]")
    } else {
        "[redacted]".to_owned()
    }
}
