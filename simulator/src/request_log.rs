//! The log of received requests, without their secrets.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, request::Parts};

use crate::route::Endpoint;

/// Maximum number of requests in the log; the oldest are removed first.
const MAX_LOGGED_REQUESTS: usize = 100_000;

/// A received request, without its body and its secrets.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Endpoint that the path names.
    pub endpoint: Endpoint,
    /// HTTP method.
    pub method: String,
    /// Path as sent, still percent-encoded.
    pub path: String,
    /// Query as sent, still percent-encoded; empty if there was none.
    pub query: String,
    /// Headers in the order in which they were sent. Names are in lower case;
    /// credentials are reduced to their scheme, as in `Basic [redacted]`.
    pub headers: Vec<(String, String)>,
    /// Length of the body in bytes.
    pub body_length: usize,
    /// Status of the response. `None` while the request is in flight, and if no
    /// complete response head was sent or a fault sent raw bytes.
    pub status: Option<u16>,
    /// Time at which the request head had arrived.
    pub arrived: Instant,
    /// Time from the arrival of the request head to the end of the response;
    /// zero while the request is in flight.
    pub duration: Duration,
}

impl Recorded {
    /// Returns the first header with this name, given in lower case.
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
            headers: redact_headers(&request.headers),
            body_length: 0,
            status: None,
            arrived: Instant::now(),
            duration: Duration::ZERO,
        }
    }
}

/// Requests in order of arrival, with a count of those in flight.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<(u64, Recorded)>,
    last_number: u64,
    in_flight: usize,
    max_in_flight: usize,
}

/// The part of an entry that is known when the request ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestOutcome {
    pub(crate) status: Option<u16>,
    pub(crate) duration: Duration,
    pub(crate) body_length: usize,
}

impl RequestLog {
    /// Adds a request in flight and returns its number.
    pub(crate) fn start(&mut self, request: Recorded) -> u64 {
        if self.entries.len() == MAX_LOGGED_REQUESTS {
            self.entries.pop_front();
        }
        self.last_number += 1;
        self.entries.push_back((self.last_number, request));
        self.in_flight += 1;
        self.max_in_flight = self.max_in_flight.max(self.in_flight);
        self.last_number
    }

    /// Completes the entry of a request and returns it.
    ///
    /// `None` if the entry was removed in the meantime.
    pub(crate) fn finish(&mut self, number: u64, outcome: RequestOutcome) -> Option<&Recorded> {
        self.in_flight -= 1;
        let index = self
            .entries
            .binary_search_by_key(&number, |(number, _)| *number)
            .ok()?;
        let (_, recorded) = self.entries.get_mut(index)?;
        recorded.status = outcome.status;
        recorded.duration = outcome.duration;
        recorded.body_length = outcome.body_length;
        Some(recorded)
    }

    /// Removes all entries and resets the maximum to the current number of
    /// requests in flight.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.max_in_flight = self.in_flight;
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        let requests = self.entries.iter().map(|(_, recorded)| recorded.clone());
        requests.collect()
    }

    pub(crate) fn max_in_flight(&self) -> usize {
        self.max_in_flight
    }
}

fn redact_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            let redacted = match name.as_str() {
                "authorization" | "proxy-authorization" => redact_credentials(&value),
                "cookie" => "[redacted]".to_owned(),
                _ => value.into_owned(),
            };
            (name.to_string(), redacted)
        })
        .collect()
}

/// Keeps the scheme only. An unknown scheme is redacted too, because a client
/// may have sent the secret in its place.
fn redact_credentials(credentials: &str) -> String {
    let scheme = credentials.split(' ').next().unwrap_or_default();
    if ["basic", "bearer"].contains(&scheme.to_ascii_lowercase().as_str()) {
        format!("{scheme} [redacted]")
    } else {
        "[redacted]".to_owned()
    }
}
