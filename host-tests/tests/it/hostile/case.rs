//! A row of the table: what is asked, what the server does, and what must hold.

use std::{ops::RangeInclusive, time::Duration};

use host::{Effect, ErrorCode};
use simulator::Endpoint;

use super::script::{Script, Step};

/// What is asked of the component.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ask {
    /// A page of 25.
    List,
    /// The second page, after the first one came properly; `$page` is its token.
    NextPage,
    /// A page of two.
    Two,
    /// An ordinary user, who is active.
    Get,
    /// To suspend the user.
    Suspend,
    /// To reactivate the user, who is suspended.
    Reactivate,
    /// To revoke the token that a call before has left.
    Revoke,
}

impl Ask {
    pub const fn endpoint(self) -> Endpoint {
        match self {
            Self::List | Self::NextPage | Self::Two => Endpoint::List,
            Self::Get => Endpoint::Get,
            Self::Suspend => Endpoint::Suspend,
            Self::Reactivate => Endpoint::Reactivate,
            Self::Revoke => Endpoint::Revoke,
        }
    }

    pub const fn operation(self) -> &'static str {
        match self {
            Self::List | Self::NextPage | Self::Two => "list-users",
            Self::Get => "get-user",
            Self::Suspend => "suspend-user",
            Self::Reactivate => "reactivate-user",
            Self::Revoke => "revoke-token",
        }
    }
}

/// How many requests: one number, or a range where jitter decides.
pub struct Count(pub RangeInclusive<usize>);

impl From<usize> for Count {
    fn from(exactly: usize) -> Self {
        Self(exactly..=exactly)
    }
}

impl From<RangeInclusive<usize>> for Count {
    fn from(range: RangeInclusive<usize>) -> Self {
        Self(range)
    }
}

/// A row.
pub struct Row {
    pub name: String,
    pub ask: Ask,
    /// None where the server refuses every connection.
    pub script: Option<Script>,
    pub deadline: Duration,
    /// The most linear memory that the instance may take, in bytes.
    pub memory: usize,
    /// The code of the error; none is a success.
    pub code: Option<ErrorCode>,
    pub effect: Effect,
    /// Token requests among them.
    pub requests: RangeInclusive<usize>,
    /// The call takes that long at least.
    pub at_least: Duration,
    /// What the error must say of `Retry-After`, where that is what is tried.
    pub retry_after_ms: Option<Option<u64>>,
}

impl Row {
    /// The server does these steps with every request of this call but those for tokens.
    pub fn new(name: impl Into<String>, ask: Ask, steps: impl Into<Vec<Step>>) -> Self {
        Self {
            name: name.into(),
            ask,
            script: Some(Script {
                on: Some(ask.endpoint()),
                skip: 0,
                times: usize::MAX,
                steps: steps.into().into(),
            }),
            // Room for one wait between two attempts, which is half a second at most.
            deadline: Duration::from_secs(2),
            memory: 32 << 20,
            code: None,
            effect: Effect::NotApplied,
            requests: 0..=0,
            at_least: Duration::ZERO,
            retry_after_ms: None,
        }
    }

    /// The server refuses every connection.
    pub fn refused(name: impl Into<String>, ask: Ask) -> Self {
        Self {
            script: None,
            ..Self::new(name, ask, [])
        }
    }

    /// The call succeeds, with this many requests.
    pub fn succeeds(self, requests: impl Into<Count>) -> Self {
        Self {
            requests: requests.into().0,
            ..self
        }
    }

    /// The call fails, after this many requests, and has changed nothing.
    pub fn fails(self, code: ErrorCode, requests: impl Into<Count>) -> Self {
        Self {
            code: Some(code),
            requests: requests.into().0,
            ..self
        }
    }

    /// The call fails, after this many requests, and may have changed something.
    pub fn uncertain(self, code: ErrorCode, requests: impl Into<Count>) -> Self {
        Self {
            effect: Effect::PossiblyApplied,
            ..self.fails(code, requests)
        }
    }

    /// The requests for tokens meet it.
    pub fn on_token(self) -> Self {
        self.scripted(|script| script.on = Some(Endpoint::Token))
    }

    /// The connection after the one for the token meets it, and its request is not read.
    pub fn unread(self) -> Self {
        self.scripted(|script| {
            script.on = None;
            script.skip = 1;
        })
    }

    /// The first request meets it, and no other.
    pub fn once(self) -> Self {
        self.scripted(|script| script.times = 1)
    }

    pub fn deadline_ms(self, ms: u64) -> Self {
        Self {
            deadline: Duration::from_millis(ms),
            ..self
        }
    }

    pub fn memory(self, bytes: usize) -> Self {
        Self {
            memory: bytes,
            ..self
        }
    }

    pub fn at_least_ms(self, ms: u64) -> Self {
        Self {
            at_least: Duration::from_millis(ms),
            ..self
        }
    }

    /// The call waits until its deadline.
    pub fn at_the_deadline(self) -> Self {
        Self {
            at_least: self.deadline,
            ..self
        }
    }

    pub fn retry_after_ms(self, ms: Option<u64>) -> Self {
        Self {
            retry_after_ms: Some(ms),
            ..self
        }
    }

    fn scripted(mut self, change: impl FnOnce(&mut Script)) -> Self {
        self.script.as_mut().map(change);
        self
    }
}
