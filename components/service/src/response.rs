//! HTTP response, before it is written by WASI.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use serde::Serialize;

use crate::json;

/// An HTTP response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Names in lower case, with their values.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Response {
    /// Makes a 200 with a JSON body.
    pub(crate) fn json(body: &impl Serialize) -> Self {
        Self::json_text(json::to_string(body))
    }

    /// Makes a 200 with a body that is JSON already.
    pub(crate) fn json_text(body: String) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "application/json".to_owned())],
            body,
        }
    }

    /// Makes a response without a body.
    pub(crate) const fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
