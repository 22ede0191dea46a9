//! A change that went out, once or several times, and what is known of it without the component.

use host::{Effect, Error, ErrorCode, Outcome};

use super::super::change::Verb;

/// How often it was sent, and how that ended.
#[derive(Default)]
pub(super) struct Sent {
    is_acknowledged: bool,
    /// Whether there was a 200 that did not show the change.
    is_unclear: bool,
    times: u32,
    /// How often it was refused, and did nothing.
    refused: u32,
    /// The status of the last refusal.
    status: Option<u16>,
}

impl Sent {
    pub fn send(&mut self) {
        self.times += 1;
    }

    pub fn refuse(&mut self, status: u16) {
        self.refused += 1;
        self.status = Some(status);
    }

    /// A 200, which is an acknowledgement if it shows the change.
    pub fn answer(&mut self, shows_it: bool) {
        self.is_acknowledged |= shows_it;
        self.is_unclear |= !shows_it;
    }

    /// What it comes to if nothing more is heard of it.
    pub fn outcome(&self, verb: Verb) -> Outcome {
        if self.is_acknowledged {
            return Outcome::Changed;
        }
        let is_refused = self.times == self.refused;
        let (effect, why) = if is_refused {
            (Effect::NotApplied, "the server refused it")
        } else if self.is_unclear {
            (
                Effect::PossiblyApplied,
                "the server's answer does not show the change; it may have been made",
            )
        } else {
            (
                Effect::PossiblyApplied,
                "the command was ended before the server answered; the change may have been made",
            )
        };
        Outcome::Failed(Error {
            code: ErrorCode::Other,
            message: format!("{}: {why}", verb.function()),
            effect,
            retryable: false,
            retry_after_ms: None,
            status: self.status.filter(|_| is_refused),
            api_code: None,
            api_message: None,
            hint: None,
            candidates: Vec::new(),
            requests: self.times,
        })
    }
}
