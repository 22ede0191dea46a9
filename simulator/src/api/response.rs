//! An answer, before it is put on the wire.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;

/// Status, headers and body, as the API or a fault gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiResponse {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl ApiResponse {
    /// `application/json`.
    pub(crate) fn json<T: Serialize>(status: u16, body: &T) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self::typed(status, "application/json", body),
            Err(error) => Self::text(500, error.to_string()),
        }
    }

    /// `text/plain`.
    pub(crate) fn text(status: u16, body: String) -> Self {
        Self::typed(status, "text/plain; charset=utf-8", body.into_bytes())
    }

    /// No body, hence no type.
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The answer as bytes of HTTP/1.1, after which the connection closes.
    ///
    /// A `content-length` among the headers stays as it is, right or wrong.
    pub(crate) fn into_raw(self) -> RawResponse {
        let reason = StatusCode::from_u16(self.status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or_default();
        let mut head = format!("HTTP/1.1 {} {reason}\r\n", self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let said = |(name, _): &(String, String)| name.eq_ignore_ascii_case("content-length");
        if !self.headers.iter().any(said) {
            head += &format!("content-length: {}\r\n", self.body.len());
        }
        head += "connection: close\r\n\r\n";
        RawResponse {
            head: head.into_bytes(),
            body: self.body,
        }
    }

    fn typed(status: u16, kind: &str, body: Vec<u8>) -> Self {
        Self {
            body,
            ..Self::empty(status).with_header("content-type", kind)
        }
    }
}

/// An answer in bytes, its head apart from its body.
pub(crate) struct RawResponse {
    pub(crate) head: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

impl RawResponse {
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        self.head.append(&mut self.body);
        self.head
    }
}

/// For the API's own answers, whose headers are all well-formed.
impl From<ApiResponse> for Response {
    fn from(answer: ApiResponse) -> Self {
        let mut response = Self::new(Body::from(answer.body));
        *response.status_mut() =
            StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in answer.headers {
            if let (Ok(name), Ok(value)) = (
                HeaderName::from_bytes(name.as_bytes()),
                HeaderValue::from_str(&value),
            ) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}
