//! A request as it arrived.

use std::{collections::BTreeMap, io};

/// Maximum number of headers of a request.
const MAX_HEADERS: usize = 100;

/// A request without its body, or with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    /// Method, path and query.
    pub line: String,
    /// Headers by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: String,
}

impl Request {
    /// Reads a head. Returns it with its length, or none if it is not complete.
    pub(super) fn head(bytes: &[u8]) -> io::Result<Option<(Self, usize)>> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let status = request.parse(bytes).map_err(io::Error::other)?;
        let httparse::Status::Complete(length) = status else {
            return Ok(None);
        };
        let (method, target) = (request.method, request.path);
        let headers = request.headers.iter().map(|header| {
            let value = String::from_utf8_lossy(header.value).into_owned();
            (header.name.to_ascii_lowercase(), value)
        });
        let head = Self {
            line: format!(
                "{} {}",
                method.unwrap_or_default(),
                target.unwrap_or_default()
            ),
            headers: headers.collect(),
            body: String::new(),
        };
        Ok(Some((head, length)))
    }

    /// Length of the body in bytes.
    pub(super) fn content_length(&self) -> usize {
        let length = self.headers.get("content-length");
        length
            .and_then(|length| length.parse().ok())
            .unwrap_or_default()
    }

    /// True if the client wants to know first if it may send the request from a page of another origin.
    pub(super) fn is_preflight(&self) -> bool {
        self.line.starts_with("OPTIONS ")
    }
}
