//! Responses of the API, before they are sent.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use serde::Serialize;

/// A response of the API or of a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiResponse {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl ApiResponse {
    /// Returns a response of type `application/json`.
    pub(crate) fn json<T: Serialize>(status: u16, body: &T) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self::with_content_type(status, "application/json", body),
            Err(error) => Self::text(500, error.to_string()),
        }
    }

    /// Returns a response of type `text/plain`.
    pub(crate) fn text(status: u16, body: String) -> Self {
        Self::with_content_type(status, "text/plain; charset=utf-8", body.into_bytes())
    }

    /// Returns a response of type `text/html`.
    pub(crate) fn html(status: u16, body: &str) -> Self {
        Self::with_content_type(status, "text/html; charset=utf-8", body.into())
    }

    /// Returns a response without a body and without headers.
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

    /// Converts the response to the bytes of HTTP/1.1, with
    /// `connection: close`.
    ///
    /// A `content-length` among the headers is kept, even a wrong one.
    pub(crate) fn into_raw(self) -> RawResponse {
        let reason = StatusCode::from_u16(self.status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or_default();
        let mut head = format!("HTTP/1.1 {} {reason}\r\n", self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let is_length = |(name, _): &(String, String)| name.eq_ignore_ascii_case("content-length");
        if !self.headers.iter().any(is_length) {
            head += &format!("content-length: {}\r\n", self.body.len());
        }
        head += "connection: close\r\n\r\n";
        RawResponse {
            head: head.into_bytes(),
            body: self.body,
        }
    }

    fn with_content_type(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self {
            body,
            ..Self::empty(status).with_header("content-type", content_type)
        }
    }
}

/// A response in bytes.
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

/// Skips malformed headers; the API's own responses have none.
impl From<ApiResponse> for Response {
    fn from(api_response: ApiResponse) -> Self {
        let mut response = Self::new(Body::from(api_response.body));
        *response.status_mut() =
            StatusCode::from_u16(api_response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in api_response.headers {
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
