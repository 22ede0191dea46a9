//! Checks at the end of a call.

use super::{
    account::Payload,
    call_result::{CallEnd, CallResult},
    check_report::errors,
    history::{History, RequestRecord},
    intent::Intent,
    route::Route,
};
use crate::{
    Finding, Verdict,
    platform::Instant,
    tests::fixtures::{BASIC, CLIENT_SECRET},
};

impl History {
    /// Checks and records the result of a call.
    pub(super) fn end(&mut self, call: usize, outcome: &CallResult, now: Instant) {
        let record = &self.calls[call];
        assert!(now <= record.deadline, "the call ended after its deadline");
        assert_eq!(record.open, 0, "a request is left open");
        self.check_secrecy(call, outcome);
        if !matches!(outcome, CallResult::Cancelled) {
            self.check_deadline_wait(call, now);
            for chain in 0..record.chains.len() {
                self.check_retries_exhausted(call, chain);
            }
        }
        let ended = match outcome {
            CallResult::Cancelled => CallEnd::Cancelled,
            CallResult::Failed(error) => {
                self.check_error(call, error, now);
                if let Intent::FindUser(email) = &record.intent {
                    self.check_not_found(call, email, error);
                }
                CallEnd::Failed(error.effect)
            }
            CallResult::Checked(findings) => {
                self.check_findings(call, findings);
                CallEnd::Succeeded
            }
            CallResult::Revoked => {
                self.check_revocation(call, now);
                CallEnd::Succeeded
            }
            CallResult::Configured => CallEnd::Succeeded,
            CallResult::Page(page) => {
                self.check_success(call, &Payload::Page(page.clone()), now);
                CallEnd::Succeeded
            }
            CallResult::Users(list) => {
                let Intent::ListAll(_, limit) = &record.intent else {
                    panic!("a list of all users without such a call");
                };
                self.check_user_list(call, *limit, list);
                CallEnd::Succeeded
            }
            CallResult::Report(report) => {
                self.check_report(call, report, now);
                CallEnd::Succeeded
            }
            CallResult::User(user) if let Intent::FindUser(email) = &record.intent => {
                self.check_found(call, email, user);
                CallEnd::Succeeded
            }
            CallResult::User(user) => {
                self.check_success(call, &Payload::User(user.clone()), now);
                let fits = match &self.calls[call].intent {
                    Intent::SingleRequest(Route::User(id)) => user.id == *id,
                    Intent::SingleRequest(Route::Change(id, state)) => {
                        user.id == *id && user.state == *state
                    }
                    _ => false,
                };
                assert!(fits, "a success with another user or another state");
                CallEnd::Succeeded
            }
        };
        let record = &mut self.calls[call];
        record.ended = Some(ended);
        if !matches!(outcome, CallResult::Report(_)) {
            for chain in &mut record.chains {
                chain.ended = Some(ended);
            }
        }
        self.leave_exchange(call, now);
    }

    /// Checks that a call that lasts until its deadline was waiting for a response: its own, or the one to a token
    /// exchange of another call. A wait that does not fit into the deadline is not begun. A call that waits for the
    /// token lock is woken when the lock is released.
    fn check_deadline_wait(&self, call: usize, now: Instant) {
        let record = &self.calls[call];
        let configuration = &self.configurations[record.configuration];
        let was_open = |request: &RequestRecord| request.closed == Some(now);
        assert!(
            now < record.deadline
                || configuration.exchanging_call.is_some()
                || configuration.last_exchange_ended == Some(now)
                || self.requests_of(call).any(was_open),
            "the call lasted until its deadline without an open request"
        );
    }

    /// Checks that a success is the server's response to the last request of this call, sent while the call was
    /// running.
    fn check_success(&self, call: usize, payload: &Payload, now: Instant) {
        let last = self.last(call).expect("a success without a request");
        let server_payload = last.payload.as_ref().filter(|_| last.is_from_server);
        assert_eq!(
            server_payload,
            Some(payload),
            "a success that is not the server's response"
        );
        let (response, at) = last
            .response
            .as_ref()
            .expect("a success without a response");
        assert_eq!(response.payload, *payload);
        assert!(
            (self.calls[call].begun..=now).contains(at),
            "a success from before the call"
        );
    }

    fn check_revocation(&mut self, call: usize, now: Instant) {
        let record = &self.calls[call];
        let Some(last) = self.last(call) else {
            let held = self.configurations[record.configuration].held;
            assert!(held.is_none(), "a held token was not revoked");
            return;
        };
        assert_eq!(
            last.payload,
            Some(Payload::Revoked),
            "the revocation was not confirmed"
        );
        let Route::Revoke(revoked) = &last.route else {
            panic!("{:?} is not a revocation", last.route);
        };
        let revoked = revoked.clone();
        let configuration = &mut self.configurations[self.calls[call].configuration];
        for (index, token) in self.tokens.iter_mut().enumerate() {
            if token.value == revoked {
                token.ended_at.get_or_insert(now);
                if configuration.held == Some(index) {
                    configuration.held = None;
                }
            }
        }
    }

    fn check_findings(&self, call: usize, findings: &[Finding]) {
        let names = findings.iter().map(|finding| finding.check);
        let expected = [
            "settings",
            "reach",
            "token",
            "account",
            "list-users",
            "get-user",
            "suspend-user",
            "reactivate-user",
        ];
        assert!(names.eq(expected), "{findings:?}");
        let has_received = |which: fn(&Payload) -> bool| {
            let mut requests = self.requests_of(call);
            requests.any(|request| request.payload.as_ref().is_some_and(which))
        };
        let page = has_received(|payload| matches!(payload, Payload::Page(_)));
        for (finding, passed) in [
            (
                "token",
                has_received(|payload| matches!(payload, Payload::Token(..))),
            ),
            ("account", page),
            ("list-users", page),
            (
                "get-user",
                has_received(|payload| matches!(payload, Payload::User(_))),
            ),
            ("suspend-user", false),
            ("reactivate-user", false),
        ] {
            let mut findings = findings.iter();
            let found = findings.find(|found| found.check == finding).unwrap();
            assert_eq!(found.verdict == Verdict::Passed, passed, "{found:?}");
        }
    }

    /// Checks that no output of a call contains a secret or a token. Errors that quote the server contain no eight
    /// consecutive bytes of a secret that the server has seen.
    fn check_secrecy(&self, call: usize, outcome: &CallResult) {
        let (output, quotes_server) = match outcome {
            CallResult::Failed(error) => (format!("{error:?}"), error.api_message.is_some()),
            CallResult::Checked(findings) => (format!("{findings:?}"), true),
            CallResult::Report(report) => {
                let errors: Vec<_> = errors(report).collect();
                let quotes_server = errors.iter().any(|error| error.api_message.is_some());
                (format!("{errors:?}"), quotes_server)
            }
            _ => return,
        };
        let tokens = self.tokens.iter().map(|token| token.value.as_str());
        for secret in tokens.chain([CLIENT_SECRET, BASIC]) {
            assert!(!output.contains(secret), "the output contains {secret}");
            let is_sent = |request: &RequestRecord| {
                request.authorization.ends_with(secret)
                    || matches!(&request.route, Route::Revoke(token) if token == secret)
            };
            if quotes_server && (secret == CLIENT_SECRET || self.requests_of(call).any(is_sent)) {
                for part in secret.as_bytes().windows(8) {
                    let part = std::str::from_utf8(part).unwrap();
                    assert!(
                        !output.contains(part),
                        "the output contains {part} of {secret}"
                    );
                }
            }
        }
    }
}
