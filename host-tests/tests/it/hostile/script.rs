//! Scripts of the hostile server: steps, and the connections they apply to.

use std::{sync::Arc, time::Duration};

use simulator::Endpoint;

use super::placeholder::fill;

/// Action of the server on a connection. After the last step the server closes the connection.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Sends bytes, with `$token` replaced by the token of the request, `$escaped` by the token in JSON escapes, and
    /// `$length` by the length of the body.
    Send(Vec<u8>),
    /// Sends bytes like `Send`, one by one, with this pause after each.
    Drip(Vec<u8>, Duration),
    /// Sends bytes repeatedly until the client closes the connection.
    Forever(Vec<u8>),
    /// Forwards the request to the simulator, and sends its response.
    Pass,
    /// Forwards the request to the simulator, and sends its response with the first text in the body replaced by the second.
    Edit(String, String),
    /// Forwards the request to the simulator, and drops its response.
    Apply,
    /// Stops, and leaves the connection open.
    Hang,
    /// Closes the sending direction of the connection only.
    HalfClose,
    /// Resets the connection.
    Reset,
}

/// Steps, and the connections they apply to.
#[derive(Clone, Debug)]
pub(super) struct Script {
    /// Endpoint of the requests. None applies to any connection, whose request is not read.
    pub on: Option<Endpoint>,
    /// True if the server keeps connections open after a response, and takes the steps only on a connection that was kept.
    pub is_kept: bool,
    /// Number of requests that are forwarded before the first one with the steps.
    pub skip: usize,
    /// Number of requests with the steps.
    pub times: usize,
    /// Steps for each of these requests.
    pub steps: Arc<[Step]>,
}

impl Script {
    /// Replaces each `$name` in the steps by its value.
    pub(super) fn filled(mut self, names: &[(&str, String)]) -> Self {
        let text = |text: &str| String::from_utf8_lossy(&fill(text.as_bytes(), names)).into_owned();
        let steps = self.steps.iter().map(|step| match step {
            Step::Send(bytes) => Step::Send(fill(bytes, names)),
            Step::Drip(bytes, every) => Step::Drip(fill(bytes, names), *every),
            Step::Edit(from, to) => Step::Edit(text(from), text(to)),
            other => other.clone(),
        });
        self.steps = steps.collect();
        self
    }
}
