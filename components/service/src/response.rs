//! What is answered, and problem details (RFC 9457).

use alloc::{borrow::ToOwned, boxed::Box, string::String, vec, vec::Vec};

use serde::Serialize;

use crate::{
    bindings::types::Error,
    bulk::Report,
    json::{self, Circumstances},
};

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    /// In lower case.
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Answer {
    /// JSON.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: json::json(body),
        }
    }

    /// Nothing but a status.
    pub const fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A problem, that becomes an answer.
#[derive(Debug)]
pub(crate) struct Problem {
    pub status: u16,
    /// What to branch on.
    pub code: &'static str,
    /// A sentence for a person.
    pub detail: String,
    /// What the plugin said.
    pub error: Option<Box<Error>>,
    /// The value of `Allow`.
    pub allow: Option<&'static str>,
}

/// A problem, as it is shown.
#[derive(Serialize)]
struct Shown<'a> {
    /// RFC 9457, section 4.2.1: then the title is the status in words, and `code` says the rest.
    #[serde(rename = "type")]
    kind: &'a str,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    request_id: &'a str,
    #[serde(flatten)]
    circumstances: Option<Circumstances<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a Report<'a>>,
}

impl Problem {
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            error: None,
            allow: None,
        }
    }

    /// What is wrong with the request itself.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(400, "invalid-argument", detail)
    }

    /// The answer to this request, with what became of each user where that is known.
    pub fn into_answer(self, request_id: &str, report: Option<&Report<'_>>) -> Answer {
        let body = Shown {
            kind: "about:blank",
            title: title(self.status),
            status: self.status,
            code: self.code,
            detail: &self.detail,
            request_id,
            circumstances: self.error.as_deref().map(Circumstances::from),
            report,
        };
        let mut answer = Answer {
            headers: vec![("content-type", "application/problem+json".to_owned())],
            ..Answer::json(self.status, &body)
        };
        if let Some(allow) = self.allow {
            answer = answer.with("allow", allow);
        }
        let wait = self.error.and_then(|error| error.retry_after_ms);
        if let Some(wait) = wait.filter(|_| self.status == 503) {
            answer = answer.with("retry-after", json::json(&wait.div_ceil(1000)));
        }
        if self.status == 401 {
            answer = answer.with("www-authenticate", "Bearer");
        }
        answer
    }
}

/// A status in words (RFC 9110, section 15).
const fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Problem",
    }
}
