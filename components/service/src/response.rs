//! HTTP response, before it is written by WASI.

use alloc::{borrow::ToOwned, boxed::Box, string::String, vec, vec::Vec};

use serde::Serialize;

use crate::{bulk_report::ReportBody, json, list::UserPageBody, mcp::ToolResult};

/// An HTTP response.
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Names in lower case, with their values.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: ResponseBody,
    /// Cause of a failure, for the operator. None for a success.
    pub(crate) cause: Option<Cause>,
}

/// Cause of a failed request, for the operator of the service.
pub(crate) struct Cause {
    pub(crate) code: &'static str,
    pub(crate) detail: String,
    /// Name of the caller, if known.
    pub(crate) caller: Option<String>,
}

/// Body of a response. The large ones are written piece by piece: as a whole they could exceed the memory of an instance, after
/// changes were made.
pub(crate) enum ResponseBody {
    Text(String),
    Report(Box<ReportBody>),
    /// One user in the requested state.
    ChangedUser(Box<ReportBody>),
    UserPage(UserPageBody),
    ToolResult(Box<ToolResult>),
}

impl ResponseBody {
    /// Passes the body to `write`, piece by piece.
    pub(crate) fn write(&self, write: &mut dyn FnMut(&str)) {
        match self {
            Self::Text(text) => write(text),
            Self::Report(report) => report.write(write),
            Self::ChangedUser(report) => report.write_changed_user(write),
            Self::UserPage(page) => page.write(write),
            Self::ToolResult(result) => result.write(write),
        }
    }

    /// Report of a change, if it has one.
    pub(crate) fn report_mut(&mut self) -> Option<&mut ReportBody> {
        match self {
            Self::Report(report) | Self::ChangedUser(report) => Some(report),
            Self::ToolResult(result) => result.report_mut(),
            Self::Text(_) | Self::UserPage(_) => None,
        }
    }

    /// Length in bytes, if it is known before the body is written.
    #[cfg(target_arch = "wasm32")]
    pub(crate) const fn length(&self) -> Option<usize> {
        match self {
            Self::Text(text) => Some(text.len()),
            Self::Report(_) | Self::ChangedUser(_) | Self::UserPage(_) | Self::ToolResult(_) => {
                None
            }
        }
    }
}

impl Response {
    /// Makes a 200 with a JSON body.
    pub(crate) fn json(body: &impl Serialize) -> Self {
        Self::json_text(json::to_string(body))
    }

    /// Makes a 200 with a body that is JSON already.
    pub(crate) fn json_text(body: String) -> Self {
        Self::with_body(ResponseBody::Text(body))
    }

    /// Makes a 200 with a body of JSON.
    pub(crate) fn with_body(body: ResponseBody) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "application/json".to_owned())],
            body,
            cause: None,
        }
    }

    /// Sets the status.
    #[must_use]
    pub(crate) const fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Makes a response without a body.
    pub(crate) const fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: ResponseBody::Text(String::new()),
            cause: None,
        }
    }

    /// Adds a header.
    #[must_use]
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
