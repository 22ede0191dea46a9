//! A case of the table: call, actions of the server, and expected result.

use std::{ops::RangeInclusive, time::Duration};

use host::{Effect, ErrorCode};
use simulator::Endpoint;

use super::script::{Script, Step};

/// Call of the component.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Call {
    /// Lists a page of 25 users.
    List,
    /// Lists the second page, after the first one was read without faults; `$page` is its token.
    NextPage,
    /// Lists a page of two users.
    ListTwo,
    /// Reads an active user.
    Get,
    /// Suspends the user.
    Suspend,
    /// Reactivates the user, who is suspended.
    Reactivate,
    /// Revokes the token that an earlier call exchanged.
    Revoke,
}

impl Call {
    /// Endpoint of the request.
    pub(super) const fn endpoint(self) -> Endpoint {
        match self {
            Self::List | Self::NextPage | Self::ListTwo => Endpoint::List,
            Self::Get => Endpoint::Get,
            Self::Suspend => Endpoint::Suspend,
            Self::Reactivate => Endpoint::Reactivate,
            Self::Revoke => Endpoint::Revoke,
        }
    }

    /// Name of the function in the contract.
    pub(super) const fn operation(self) -> &'static str {
        match self {
            Self::List | Self::NextPage | Self::ListTwo => "list-users",
            Self::Get => "get-user",
            Self::Suspend => "suspend-user",
            Self::Reactivate => "reactivate-user",
            Self::Revoke => "revoke-token",
        }
    }
}

/// Number of requests: exact, or a range where it depends on jitter.
pub(super) struct RequestCount(pub RangeInclusive<usize>);

impl From<usize> for RequestCount {
    fn from(exactly: usize) -> Self {
        Self(exactly..=exactly)
    }
}

impl From<RangeInclusive<usize>> for RequestCount {
    fn from(range: RangeInclusive<usize>) -> Self {
        Self(range)
    }
}

/// One case of the table.
pub(super) struct Case {
    pub name: String,
    pub call: Call,
    /// Actions of the server. None if the server refuses every connection.
    pub script: Option<Script>,
    /// Deadline of the call.
    pub deadline: Duration,
    /// Maximum linear memory of the instance in bytes.
    pub memory: usize,
    /// Expected error code. None for a success.
    pub code: Option<ErrorCode>,
    /// Expected effect of a failed call.
    pub effect: Effect,
    /// Expected number of requests, token requests included.
    pub requests: RangeInclusive<usize>,
    /// Minimum duration of the call.
    pub at_least: Duration,
    /// Expected `retry-after-ms` of the error, if the case checks it.
    pub retry_after_ms: Option<Option<u64>>,
}

impl Case {
    /// Returns a case in which the server takes these steps with every request of the call, token requests excepted.
    pub(super) fn new(name: impl Into<String>, call: Call, steps: impl Into<Vec<Step>>) -> Self {
        Self {
            name: name.into(),
            call,
            script: Some(Script {
                on: Some(call.endpoint()),
                is_kept: false,
                skip: 0,
                times: usize::MAX,
                steps: steps.into().into(),
            }),
            // Allows for one wait between two attempts, which is at most half a second.
            deadline: Duration::from_secs(2),
            memory: 32 << 20,
            code: None,
            effect: Effect::NotApplied,
            requests: 0..=0,
            at_least: Duration::ZERO,
            retry_after_ms: None,
        }
    }

    /// Returns a case in which the server refuses every connection.
    pub(super) fn refused(name: impl Into<String>, call: Call) -> Self {
        Self {
            script: None,
            ..Self::new(name, call, [])
        }
    }

    /// Expects a success with this number of requests.
    pub(super) fn succeeds(self, requests: impl Into<RequestCount>) -> Self {
        Self {
            requests: requests.into().0,
            ..self
        }
    }

    /// Expects an error with the effect `not-applied` after this number of requests.
    pub(super) fn fails(self, code: ErrorCode, requests: impl Into<RequestCount>) -> Self {
        Self {
            code: Some(code),
            requests: requests.into().0,
            ..self
        }
    }

    /// Expects an error with the effect `possibly-applied` after this number of requests.
    pub(super) fn possibly_applied(
        self,
        code: ErrorCode,
        requests: impl Into<RequestCount>,
    ) -> Self {
        Self {
            effect: Effect::PossiblyApplied,
            ..self.fails(code, requests)
        }
    }

    /// Applies the steps to token requests.
    pub(super) fn on_token(self) -> Self {
        self.with_script(|script| script.on = Some(Endpoint::Token))
    }

    /// Applies the steps to the connection after that of the token request, without reading a request.
    pub(super) fn unread(self) -> Self {
        self.with_script(|script| {
            script.on = None;
            script.skip = 1;
        })
    }

    /// Applies the steps on a connection that was kept after an earlier request.
    pub(super) fn kept(self) -> Self {
        self.with_script(|script| script.is_kept = true)
    }

    /// Applies the steps to the first request only.
    pub(super) fn once(self) -> Self {
        self.with_script(|script| script.times = 1)
    }

    /// Sets the deadline of the call in milliseconds.
    pub(super) fn deadline_ms(self, ms: u64) -> Self {
        Self {
            deadline: Duration::from_millis(ms),
            ..self
        }
    }

    /// Sets the maximum linear memory of the instance in bytes.
    pub(super) fn memory(self, bytes: usize) -> Self {
        Self {
            memory: bytes,
            ..self
        }
    }

    /// Expects the call to take at least this time in milliseconds.
    pub(super) fn at_least_ms(self, ms: u64) -> Self {
        Self {
            at_least: Duration::from_millis(ms),
            ..self
        }
    }

    /// Expects the call to last until its deadline.
    pub(super) fn at_the_deadline(self) -> Self {
        Self {
            at_least: self.deadline,
            ..self
        }
    }

    /// Expects this `retry-after-ms` in the error.
    pub(super) fn retry_after_ms(self, ms: Option<u64>) -> Self {
        Self {
            retry_after_ms: Some(ms),
            ..self
        }
    }

    fn with_script(mut self, change: impl FnOnce(&mut Script)) -> Self {
        self.script.as_mut().map(change);
        self
    }
}
