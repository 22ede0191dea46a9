//! What a server does, and to whom.

use std::{sync::Arc, time::Duration};

use simulator::Endpoint;

use super::response::fill;

/// What the server does with a connection, one step after the other; after the last one it closes.
#[derive(Clone, Debug)]
pub enum Step {
    /// Sends these bytes, with the `$token` of the request, the same `$escaped`, and the `$length` of the body put in.
    Send(Vec<u8>),
    /// The same, a byte at a time.
    Drip(Vec<u8>, Duration),
    /// Sends these bytes again and again, until the client goes away.
    Forever(Vec<u8>),
    /// Has the request carried out, and sends the proper answer.
    Pass,
    /// The same, with the first text in the answer's body replaced by the second.
    Edit(String, String),
    /// Has the request carried out, and keeps the answer.
    Apply,
    /// Does nothing more, and leaves the connection open.
    Hang,
    /// Ends its own direction of the connection, and leaves the other one open.
    HalfClose,
    /// Resets the connection.
    Reset,
}

/// Which connections meet what.
#[derive(Clone, Debug)]
pub struct Script {
    /// Those that ask this; without one, any connection, and its request is not read.
    pub on: Option<Endpoint>,
    /// So many of them pass first.
    pub skip: usize,
    /// So many of them in a row, then no more.
    pub times: usize,
    /// What they meet.
    pub steps: Arc<[Step]>,
}

impl Script {
    /// Puts in what each `$name` stands for.
    pub fn filled(mut self, names: &[(&str, String)]) -> Self {
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
