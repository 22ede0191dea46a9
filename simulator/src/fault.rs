//! Faults: what a request meets in place of its proper answer.

use std::time::Duration;

use crate::route::Endpoint;

/// An entry of the script: an action, and the requests that it is for.
///
/// By default the next request to any endpoint meets it, once. Of several
/// entries, the first that fits takes the request, and those after it neither
/// see nor count it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    action: Action,
    endpoint: Option<Endpoint>,
    user: Option<String>,
    skip: usize,
    times: Option<usize>,
}

/// What happens to a request.
///
/// All but [`Delay`](Self::Delay), [`Hold`](Self::Hold), [`Drip`](Self::Drip)
/// and [`AfterApply`](Self::AfterApply) leave the account and the tokens as
/// they are. No connection serves another request after a fault other than
/// `Delay` and `Hold`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Answers with this, whatever was asked. A `content-length` among the
    /// headers is sent as it is; without one, the right one is added.
    Status {
        /// Any number, even one that no status has.
        status: u16,
        /// Sent as they are.
        headers: Vec<(String, String)>,
        /// Sent as it is.
        body: Vec<u8>,
    },
    /// Waits, then answers properly.
    Delay(Duration),
    /// Waits for [`release`](crate::Simulator::release), then answers properly.
    Hold,
    /// Never answers.
    Hang,
    /// Resets the connection before the answer.
    Reset,
    /// Closes the connection in the middle of the head.
    CutHead,
    /// Closes the connection in the middle of the body.
    CutBody {
        /// The bytes of the body that are sent; the `content-length` promises
        /// at least one more.
        after: usize,
    },
    /// Sends exactly these bytes, then closes the connection.
    Raw(Vec<u8>),
    /// Answers properly, but a byte at a time.
    Drip {
        /// The pause after each byte.
        every: Duration,
    },
    /// Does what was asked, then spoils the answer: what a suspension looks
    /// like that was made but never confirmed.
    AfterApply(Box<Action>),
}

impl Fault {
    /// The next request to any endpoint meets `action`, once.
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

    /// Only requests to this endpoint.
    #[must_use]
    pub fn on(self, endpoint: Endpoint) -> Self {
        Self {
            endpoint: Some(endpoint),
            ..self
        }
    }

    /// Only requests about the user with this id.
    #[must_use]
    pub fn of_user(self, id: impl Into<String>) -> Self {
        Self {
            user: Some(id.into()),
            ..self
        }
    }

    /// Lets so many requests pass first.
    #[must_use]
    pub fn skip(self, requests: usize) -> Self {
        Self {
            skip: requests,
            ..self
        }
    }

    /// So many requests in a row.
    #[must_use]
    pub fn times(self, requests: usize) -> Self {
        Self {
            times: Some(requests),
            ..self
        }
    }

    /// All requests, until the faults are cleared.
    #[must_use]
    pub fn always(self) -> Self {
        Self {
            times: None,
            ..self
        }
    }

    /// Whether the fault takes a request to `endpoint` about `user`, which it
    /// counts.
    fn takes(&mut self, endpoint: Endpoint, user: &str) -> bool {
        let is_for_others = self.endpoint.is_some_and(|only| only != endpoint)
            || self.user.as_ref().is_some_and(|only| only != user);
        if is_for_others || self.is_spent() {
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
    /// A status with neither headers nor a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A status with a body that is said to be JSON, be it or not.
    #[must_use]
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Status {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.into(),
        }
    }

    /// `action` on the answer of a request that was carried out.
    #[must_use]
    pub fn after_apply(action: Self) -> Self {
        Self::AfterApply(Box::new(action))
    }
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct FaultScript(Vec<Fault>);

impl FaultScript {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// How many entries wait for a request.
    pub(crate) fn pending(&self) -> usize {
        self.0.len()
    }

    /// What the next request to `endpoint` meets, if anything; `user` is empty
    /// where it is about nobody.
    pub(crate) fn next(&mut self, endpoint: Endpoint, user: &str) -> Option<Action> {
        let taking = self
            .0
            .iter_mut()
            .find_map(|fault| fault.takes(endpoint, user).then(|| fault.action.clone()));
        self.0.retain(|fault| !fault.is_spent());
        taking
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(script: &mut FaultScript, endpoints: &[Endpoint]) -> Vec<Option<Action>> {
        endpoints.iter().map(|one| script.next(*one, "A")).collect()
    }

    #[test]
    fn a_fault_skips_then_repeats_then_is_spent() {
        use Endpoint::{Get, List};
        let mut script = FaultScript::default();
        script.add(Fault::new(Action::Hang).on(List).skip(1).times(2));
        let hang = Some(Action::Hang);
        assert_eq!(
            met(&mut script, &[List, Get, List, Get, List, List]),
            [None, None, hang.clone(), None, hang, None]
        );
        assert_eq!(script.pending(), 0);
    }

    #[test]
    fn the_first_fault_that_fits_takes_the_request() {
        use Endpoint::Get;
        let mut script = FaultScript::default();
        script.add(Fault::new(Action::Hang));
        script.add(Fault::new(Action::Reset).always());
        assert_eq!(
            met(&mut script, &[Get, Get, Get]),
            [Some(Action::Hang), Some(Action::Reset), Some(Action::Reset)]
        );
        assert_eq!(script.pending(), 1);
    }

    #[test]
    fn a_fault_for_one_user_passes_others_by() {
        use Endpoint::{Get, List};
        let mut script = FaultScript::default();
        script.add(Fault::new(Action::Hang).of_user("A"));
        assert_eq!(script.next(Get, "B"), None);
        assert_eq!(script.next(List, ""), None);
        assert_eq!(script.next(Get, "A"), Some(Action::Hang));
    }
}
