//! HTTP request, as the service reads it.

use alloc::{string::String, vec::Vec};

use crate::problem::Problem;

/// Maximum length of a request id that a caller chooses, in bytes.
const MAX_ID_BYTES: usize = 128;

/// Body of a request, as far as it was read.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// The whole body. Empty if the request has none.
    Whole(Vec<u8>),
    /// The body exceeds the limit, and was not read to its end.
    TooLarge,
    /// The body broke off, or did not arrive in time.
    Incomplete,
}

impl Default for Body {
    fn default() -> Self {
        Self::Whole(Vec::new())
    }
}

/// An HTTP request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query, still percent-encoded.
    pub(crate) path_and_query: String,
    /// Names in lower case, with their values, in the order of the request. A value that is not UTF-8 is empty here: the header
    /// still counts as present, but matches nothing.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
    /// Time of arrival by the host's clock, in milliseconds since 1970.
    pub(crate) time_ms: u64,
}

/// Caller, id and time of an authenticated request: the details that its audit events carry.
#[derive(Debug)]
pub(crate) struct RequestContext<'a> {
    /// Name of the API key or webhook secret.
    pub(crate) caller: &'a str,
    pub(crate) request_id: &'a str,
    /// Time of arrival, in milliseconds since 1970.
    pub(crate) time_ms: u64,
}

impl Request {
    /// Returns the value of a header. None if the request contains it more than once: a proxy in front of the service could
    /// read a different one of them.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|header| header.0 == name);
        let value = values.next().filter(|_| values.next().is_none())?;
        // RFC 9110, section 5.6.3: optional white space is spaces and tabs.
        Some(value.1.trim_matches([' ', '\t']))
    }

    /// Returns the path, still percent-encoded.
    pub(crate) fn path(&self) -> &str {
        let parts = self.path_and_query.split_once('?');
        parts.map_or(&self.path_and_query, |(path, _)| path)
    }

    /// Returns the query, still percent-encoded. Empty if there is none.
    pub(crate) fn query(&self) -> &str {
        let parts = self.path_and_query.split_once('?');
        parts.map_or("", |(_, query)| query)
    }

    /// Returns the request id chosen by the caller, if it is visible ASCII of at most 128 bytes.
    pub(crate) fn id(&self) -> Option<&str> {
        let id = self.header("x-request-id")?;
        let is_valid = (1..=MAX_ID_BYTES).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_graphic());
        is_valid.then_some(id)
    }

    /// Returns the whole body.
    ///
    /// Errors: 413 for a body that exceeds the limit, 408 for a body that did not arrive completely.
    pub(crate) fn whole_body(&self) -> Result<&[u8], Problem> {
        match &self.body {
            Body::Whole(body) => Ok(body),
            Body::TooLarge => {
                let detail = "the body must not be larger than 64 KiB";
                Err(Problem::new(413, "too-large", detail))
            }
            Body::Incomplete => {
                let detail = "the body did not arrive completely within 10 seconds";
                Err(Problem::new(408, "too-slow", detail))
            }
        }
    }
}
