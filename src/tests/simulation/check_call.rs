//! What must hold when a call ends.

use super::{
    account::Says,
    check_report::errors,
    history::{Ended, Ledger, RequestEntry},
    intent::Wants,
    route::Route,
};
use crate::{
    Error, Finding, Report, User, UserList, UserPage, Verdict,
    platform::Instant,
    tests::scripted_server::{BASIC, CLIENT_SECRET},
};

/// What a call came to.
#[derive(Debug)]
pub(super) enum Outcome {
    GivenUp,
    Page(UserPage),
    User(User),
    Everybody(UserList),
    Report(Report),
    Revoked,
    Configured,
    Checked(Vec<Finding>),
    Failed(Box<Error>),
}

impl Ledger {
    /// Writes down how a call ended, if it may end so.
    pub fn end(&mut self, call: usize, outcome: &Outcome, now: Instant) {
        let entry = &self.calls[call];
        assert!(now <= entry.deadline, "the call ended after its deadline");
        assert_eq!(entry.open, 0, "a request is left open");
        self.check_secrecy(call, outcome);
        if !matches!(outcome, Outcome::GivenUp) {
            self.check_patience(call, now);
            for strand in 0..entry.strands.len() {
                self.check_perseverance(call, strand);
            }
        }
        let ended = match outcome {
            Outcome::GivenUp => Ended::GivenUp,
            Outcome::Failed(error) => {
                self.check_error(call, error, now);
                if let Wants::Find(email) = &entry.wants {
                    self.check_not_found(call, email, error);
                }
                Ended::Failed(error.effect)
            }
            Outcome::Checked(findings) => {
                self.check_findings(call, findings);
                Ended::Well
            }
            Outcome::Revoked => {
                self.check_revocation(call, now);
                Ended::Well
            }
            Outcome::Configured => Ended::Well,
            Outcome::Page(page) => {
                self.check_told(call, &Says::Page(page.clone()), now);
                Ended::Well
            }
            Outcome::Everybody(list) => {
                let Wants::Everybody(_, limit) = &entry.wants else {
                    panic!("nobody asked for everybody");
                };
                self.check_everybody(call, *limit, list);
                Ended::Well
            }
            Outcome::Report(report) => {
                self.check_report(call, report, now);
                Ended::Well
            }
            Outcome::User(user) if let Wants::Find(email) = &entry.wants => {
                self.check_found(call, email, user);
                Ended::Well
            }
            Outcome::User(user) => {
                self.check_told(call, &Says::User(user.clone()), now);
                let fits = match &self.calls[call].wants {
                    Wants::One(Route::User(id)) => user.id == *id,
                    Wants::One(Route::Change(id, state)) => user.id == *id && user.state == *state,
                    _ => false,
                };
                assert!(fits, "a success with another user or state");
                Ended::Well
            }
        };
        let entry = &mut self.calls[call];
        entry.ended = Some(ended);
        if !matches!(outcome, Outcome::Report(_)) {
            for strand in &mut entry.strands {
                strand.ended = Some(ended);
            }
        }
        self.leave_exchange(call, now);
    }

    /// A call that lasts until its deadline waits for an answer, its own or that to whoever exchanges the token for it: a wait
    /// that does not fit is not begun. Whoever waits for the turn is woken when it is given back.
    fn check_patience(&self, call: usize, now: Instant) {
        let entry = &self.calls[call];
        let configured = &self.configured[entry.configured];
        let was_open = |request: &RequestEntry| request.closed == Some(now);
        assert!(
            now < entry.deadline
                || configured.exchanging.is_some()
                || configured.exchanged == Some(now)
                || self.requests_of(call).any(was_open),
            "waited in vain until the deadline"
        );
    }

    /// Success is what the server truly answered to the last request of this very call: so it was true during it.
    fn check_told(&self, call: usize, says: &Says, now: Instant) {
        let last = self.last(call).expect("a success without a request");
        let told = last.told.as_ref().filter(|_| last.is_genuine);
        assert_eq!(told, Some(says), "a success that the server did not tell");
        let (answered, at) = last.answered.as_ref().expect("a success without an answer");
        assert_eq!(answered.says, *says);
        assert!((self.calls[call].begun..=now).contains(at), "old news");
    }

    fn check_revocation(&mut self, call: usize, now: Instant) {
        let entry = &self.calls[call];
        let Some(last) = self.last(call) else {
            let held = self.configured[entry.configured].held;
            assert!(held.is_none(), "a token is held, and was not revoked");
            return;
        };
        assert_eq!(last.told, Some(Says::Revoked), "not revoked");
        let Route::Revoke(token) = &last.route else {
            panic!("{:?} revokes nothing", last.route);
        };
        let token = token.clone();
        let configured = &mut self.configured[self.calls[call].configured];
        for (place, grant) in self.grants.iter_mut().enumerate() {
            if grant.value == token {
                grant.over.get_or_insert(now);
                if configured.held == Some(place) {
                    configured.held = None;
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
        let told = |which: fn(&Says) -> bool| {
            let mut requests = self.requests_of(call);
            requests.any(|request| request.told.as_ref().is_some_and(which))
        };
        let page = told(|says| matches!(says, Says::Page(_)));
        for (finding, passed) in [
            ("token", told(|says| matches!(says, Says::Token(..)))),
            ("account", page),
            ("list-users", page),
            ("get-user", told(|says| matches!(says, Says::User(_)))),
            ("suspend-user", false),
            ("reactivate-user", false),
        ] {
            let mut findings = findings.iter();
            let found = findings.find(|found| found.check == finding).unwrap();
            assert_eq!(found.verdict == Verdict::Passed, passed, "{found:?}");
        }
    }

    /// Nothing that a call says holds the secret or a token, nor eight bytes of what the server could repeat.
    fn check_secrecy(&self, call: usize, outcome: &Outcome) {
        let (said, repeats) = match outcome {
            Outcome::Failed(error) => (format!("{error:?}"), error.api_message.is_some()),
            Outcome::Checked(findings) => (format!("{findings:?}"), true),
            Outcome::Report(report) => {
                let errors: Vec<_> = errors(report).collect();
                let repeats = errors.iter().any(|error| error.api_message.is_some());
                (format!("{errors:?}"), repeats)
            }
            _ => return,
        };
        let grants = self.grants.iter().map(|grant| grant.value.as_str());
        for secret in grants.chain([CLIENT_SECRET, BASIC]) {
            assert!(!said.contains(secret), "{secret} was said");
            let is_sent = |request: &RequestEntry| {
                request.authorization.ends_with(secret)
                    || matches!(&request.route, Route::Revoke(token) if token == secret)
            };
            if repeats && (secret == CLIENT_SECRET || self.requests_of(call).any(is_sent)) {
                for part in secret.as_bytes().windows(8) {
                    let part = std::str::from_utf8(part).unwrap();
                    assert!(!said.contains(part), "{part} of {secret} was said");
                }
            }
        }
    }
}
