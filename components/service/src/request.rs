//! HTTP request, as the service reads it.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

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

/// Ids of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestIds<'a> {
    /// Id that the service chose, which is unique.
    pub(crate) generated: &'a str,
    /// Id that the caller chose, if any.
    pub(crate) chosen: Option<&'a str>,
}

impl<'a> RequestIds<'a> {
    /// Returns the id that responses carry: the caller's, or else the service's.
    pub(crate) fn shown(self) -> &'a str {
        self.chosen.unwrap_or(self.generated)
    }
}

/// Caller, ids and time of an authenticated request: the details that its audit events carry.
#[derive(Clone, Debug)]
pub(crate) struct RequestContext {
    /// Name of the API key or webhook secret.
    pub(crate) caller: String,
    /// Id that responses carry.
    pub(crate) request_id: String,
    /// Id that the service chose.
    pub(crate) correlation_id: String,
    /// Time of arrival, in milliseconds since 1970.
    pub(crate) time_ms: u64,
    /// False if a change would leave no evidence, and is refused.
    pub(crate) is_audit_writable: bool,
}

impl RequestContext {
    pub(crate) fn new(
        caller: &str,
        ids: RequestIds<'_>,
        time_ms: u64,
        is_audit_writable: bool,
    ) -> Self {
        Self {
            caller: caller.to_owned(),
            request_id: ids.shown().to_owned(),
            correlation_id: ids.generated.to_owned(),
            time_ms,
            is_audit_writable,
        }
    }

    /// Returns the id that the caller chose, if any.
    pub(crate) fn chosen_id(&self) -> Option<&str> {
        Some(self.request_id.as_str()).filter(|id| *id != self.correlation_id)
    }
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

    /// Returns the ids of the request.
    pub(crate) fn ids<'r>(&'r self, generated: &'r str) -> RequestIds<'r> {
        RequestIds {
            generated,
            chosen: self.id(),
        }
    }

    /// Returns the request id chosen by the caller, if it is visible ASCII of at most 128 bytes.
    pub(crate) fn id(&self) -> Option<&str> {
        let id = self.header("x-request-id")?;
        let is_valid = (1..=MAX_ID_BYTES).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_graphic());
        is_valid.then_some(id)
    }

    /// Returns true if a `Content-Encoding` other than `identity` is set: the service decodes none.
    pub(crate) fn is_encoded(&self) -> bool {
        let mut encodings = self.headers.iter();
        encodings.any(|(name, value)| {
            name == "content-encoding" && !value.trim().eq_ignore_ascii_case("identity")
        })
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
                let detail = "the body did not arrive completely, or not in time";
                Err(Problem::new(408, "too-slow", detail))
            }
        }
    }
}
