//! Scripted faults that replace, delay or distort responses.

use std::time::Duration;

use crate::route::Endpoint;

/// An action, with the requests that it applies to.
///
/// By default it applies to the next request to any endpoint, once. If several
/// faults match a request, the first one in the script applies; the others
/// ignore the request and do not count it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    action: Action,
    endpoint: Option<Endpoint>,
    user: Option<String>,
    skip: usize,
    times: Option<usize>,
}

/// The effect of a fault on one request.
///
/// Only [`Delay`](Self::Delay), [`Hold`](Self::Hold), [`Drip`](Self::Drip) and
/// [`AfterApply`](Self::AfterApply) let the request change the account and the
/// tokens. A connection serves further requests only after `Delay` and `Hold`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sends this response, independent of the request.
    Status {
        /// Status code; may be one that HTTP does not define.
        status: u16,
        /// Headers, sent unchanged. A `content-length` is added only if there
        /// is none.
        headers: Vec<(String, String)>,
        /// Body, sent unchanged.
        body: Vec<u8>,
    },
    /// Waits for this duration, then responds normally.
    Delay(Duration),
    /// Waits for [`release`](crate::Simulator::release), then responds
    /// normally.
    Hold,
    /// Never responds.
    Hang,
    /// Resets the TCP connection in place of a response.
    Reset,
    /// Closes the connection in the middle of the response head.
    CutHead,
    /// Closes the connection in the middle of the response body.
    CutBody {
        /// Number of body bytes that are sent. The `content-length` announces
        /// at least one more.
        after: usize,
    },
    /// Sends exactly these bytes, then closes the connection.
    Raw(Vec<u8>),
    /// Responds normally, but one byte at a time.
    Drip {
        /// Pause after each byte.
        every: Duration,
    },
    /// Sends the user as it is, with 200, in place of the user in the new state.
    /// Invented: a change that is not made and not refused either. Does nothing
    /// to a request that is not about a user.
    KeepState,
    /// Applies the request, then does this to its response. For example, a
    /// suspension that is made but never confirmed.
    AfterApply(Box<Action>),
}

impl Fault {
    /// Creates a fault that applies to the next request to any endpoint, once.
    #[must_use]
    pub fn new(action: Action) -> Self {
        Self {
            action,
            endpoint: None,
            user: None,
            skip: 0,
            times: Some(1),
        }
    }

    /// Creates a fault that answers every token request as credentials of
    /// another region are likely to be answered: with this status and
    /// `invalid_client`. Invented, by analogy with a sister service (400).
    #[must_use]
    pub fn wrong_region(status: u16) -> Self {
        let body = r#"{"error":"invalid_client"}"#;
        Self::new(Action::json(status, body))
            .on(Endpoint::Token)
            .always()
    }

    /// Applies the fault only to requests to this endpoint.
    #[must_use]
    pub fn on(self, endpoint: Endpoint) -> Self {
        Self {
            endpoint: Some(endpoint),
            ..self
        }
    }

    /// Applies the fault only to requests about the user with this id.
    #[must_use]
    pub fn of_user(self, id: impl Into<String>) -> Self {
        Self {
            user: Some(id.into()),
            ..self
        }
    }

    /// Skips this number of matching requests first.
    #[must_use]
    pub fn skip(self, requests: usize) -> Self {
        Self {
            skip: requests,
            ..self
        }
    }

    /// Applies the fault to this number of matching requests.
    #[must_use]
    pub fn times(self, requests: usize) -> Self {
        Self {
            times: Some(requests),
            ..self
        }
    }

    /// Applies the fault to all matching requests, until the script is cleared.
    #[must_use]
    pub fn always(self) -> Self {
        Self {
            times: None,
            ..self
        }
    }

    /// Counts a request, and returns true if the fault applies to it.
    fn count(&mut self, endpoint: Endpoint, user: &str) -> bool {
        let is_match = self.endpoint.is_none_or(|only| only == endpoint)
            && self.user.as_ref().is_none_or(|only| only == user);
        if !is_match || self.is_spent() {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if let Some(times) = &mut self.times {
            *times -= 1;
        }
        true
    }

    fn is_spent(&self) -> bool {
        self.times == Some(0)
    }
}

impl Action {
    /// Returns an action that sends a status without headers and body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Returns an action that sends a body declared as JSON. The body need not
    /// be valid JSON.
    #[must_use]
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Status {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.into(),
        }
    }

    /// Returns an action that applies the request, then does `action` to its
    /// response.
    #[must_use]
    pub fn after_apply(action: Self) -> Self {
        Self::AfterApply(Box::new(action))
    }
}

/// The faults that still wait for requests.
#[derive(Debug, Default)]
pub(crate) struct FaultScript(Vec<Fault>);

impl FaultScript {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the number of faults that wait for a request.
    pub(crate) fn pending(&self) -> usize {
        self.0.len()
    }

    /// Returns the action for the next request to `endpoint`, if any.
    ///
    /// `user` is the decoded user id; empty if the path names no user.
    pub(crate) fn next(&mut self, endpoint: Endpoint, user: &str) -> Option<Action> {
        let action = self
            .0
            .iter_mut()
            .find_map(|fault| fault.count(endpoint, user).then(|| fault.action.clone()));
        self.0.retain(|fault| !fault.is_spent());
        action
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_actions(script: &mut FaultScript, endpoints: &[Endpoint]) -> Vec<Option<Action>> {
        endpoints
            .iter()
            .map(|endpoint| script.next(*endpoint, "A"))
            .collect()
    }

    #[test]
    fn a_fault_skips_then_applies_then_is_spent() {
        use Endpoint::{Get, List};
        let mut script = FaultScript::default();
        script.add(Fault::new(Action::Hang).on(List).skip(1).times(2));
        let hang = Some(Action::Hang);
        assert_eq!(
            next_actions(&mut script, &[List, Get, List, Get, List, List]),
            [None, None, hang.clone(), None, hang, None]
        );
        assert_eq!(script.pending(), 0);
    }

    #[test]
    fn the_first_matching_fault_applies() {
        use Endpoint::Get;
        let mut script = FaultScript::default();
        script.add(Fault::new(Action::Hang));
        script.add(Fault::new(Action::Reset).always());
        assert_eq!(
            next_actions(&mut script, &[Get, Get, Get]),
            [Some(Action::Hang), Some(Action::Reset), Some(Action::Reset)]
        );
        assert_eq!(script.pending(), 1);
    }

    #[test]
    fn a_fault_for_one_user_ignores_other_users() {
        use Endpoint::{Get, List};
        let mut script = FaultScript::default();
        script.add(Fault::new(Action::Hang).of_user("A"));
        assert_eq!(script.next(Get, "B"), None);
        assert_eq!(script.next(List, ""), None);
        assert_eq!(script.next(Get, "A"), Some(Action::Hang));
    }
}
