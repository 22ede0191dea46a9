//! A change that went out, once or several times, and what is known of it without the component.

use runner::{Effect, Error, ErrorCode, Outcome};

use super::verb::Verb;

/// How often it was sent, and how that ended.
#[derive(Default)]
pub(super) struct Sent {
    is_acknowledged: bool,
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

    pub fn acknowledge(&mut self) {
        self.is_acknowledged = true;
    }

    /// What it comes to if nothing more is heard of it.
    pub fn outcome(&self, verb: Verb) -> Outcome {
        if self.is_acknowledged {
            return Outcome::Changed;
        }
        let is_refused = self.times == self.refused;
        let (effect, why) = if is_refused {
            (Effect::Unchanged, "the server refused it")
        } else {
            (
                Effect::Uncertain,
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
            attempts: self.times,
        })
    }
}
