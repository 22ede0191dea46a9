//! Fake plugin that records its calls and returns the results a test sets, with helpers to call the service.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    bindings::{
        connection::{Finding, Verdict},
        containment::{ChangeOptions, Outcome, Report, Selector, Target, TargetReport},
        types::{Effect, Error, ErrorCode, User, UserState},
        users::{ListOptions, UserPage},
    },
    log::Log,
    plugin::Plugin,
    request::{Body, Request},
    response::Response,
    service::Service,
};

/// Time of arrival of every request, in milliseconds since 1970.
pub(super) const NOW_MS: u64 = 1_795_435_200_000;

/// A plugin without a server.
#[derive(Default)]
pub(super) struct FakePlugin {
    /// Error of every call. None if calls succeed.
    pub(super) error: Option<Error>,
    /// Outcome of each target, in order. For the targets after the last one `changed`, or `would-change` in a dry run.
    pub(super) outcomes: Vec<Outcome>,
    /// Outcome of each target of a change that is no dry run, if they differ from those of a dry run.
    pub(super) change_outcomes: Option<Vec<Outcome>>,
    /// Error that refuses the whole bulk change.
    pub(super) refused: Option<Error>,
    pub(super) warnings: Vec<String>,
    /// Findings of a check. One that passed if there are none.
    pub(super) findings: Vec<(&'static str, Verdict)>,
    /// True if reports contain no users and no previous states.
    pub(super) is_without_users: bool,
    /// Name and address of every user, if not `A` and `a@acme.example`.
    pub(super) name: Option<(&'static str, &'static str)>,
    /// Calls, as a function and its arguments.
    pub(super) calls: RefCell<Vec<String>>,
    /// Options of the last bulk change.
    pub(super) options: RefCell<Option<ChangeOptions>>,
    /// Addresses that the targets of the last bulk change must have.
    pub(super) expected_emails: RefCell<Vec<Option<String>>>,
}

impl FakePlugin {
    /// Records a call.
    fn record(&self, call: String) -> Result<(), Error> {
        self.calls.borrow_mut().push(call);
        self.error.clone().map_or(Ok(()), Err)
    }

    fn user(&self, id: &str, state: UserState) -> User {
        let (name, email) = self.name.unwrap_or(("A", "a@acme.example"));
        User {
            display_name: name.into(),
            email: email.into(),
            ..user(id, state)
        }
    }

    fn change(
        &self,
        name: &str,
        targets: &[Target],
        options: &ChangeOptions,
        state: &UserState,
    ) -> Result<Report, Error> {
        let names: Vec<_> = targets
            .iter()
            .map(|target| match &target.who {
                Selector::Id(id) => id.as_str(),
                Selector::Email(email) => email.as_str(),
            })
            .collect();
        *self.options.borrow_mut() = Some(options.clone());
        *self.expected_emails.borrow_mut() = targets
            .iter()
            .map(|target| target.expect_email.clone())
            .collect();
        self.record(format!("{name} {}", names.join(" ")))?;
        let (usual, state) = if options.dry_run {
            (Outcome::WouldChange, &UserState::Active)
        } else {
            (Outcome::Changed, state)
        };
        let outcomes = match &self.change_outcomes {
            Some(outcomes) if !options.dry_run => outcomes,
            _ => &self.outcomes,
        };
        let report = |(index, name): (usize, &&str)| TargetReport {
            outcome: outcomes.get(index).unwrap_or(&usual).clone(),
            user: (!self.is_without_users).then(|| self.user(name, state.clone())),
            previous_state: (!self.is_without_users).then_some(UserState::Active),
        };
        Ok(Report {
            targets: names.iter().enumerate().map(report).collect(),
            refused: self.refused.clone(),
            requests: 3,
            warnings: self.warnings.clone(),
        })
    }
}

impl Plugin for FakePlugin {
    fn list_users(&self, options: &ListOptions) -> Result<UserPage, Error> {
        let ListOptions {
            filter,
            max_page_size,
            page_token,
        } = options;
        self.record(format!("list {filter:?} {max_page_size:?} {page_token:?}"))?;
        Ok(UserPage {
            users: vec![self.user("A", UserState::Active)],
            next_page_token: Some("next".into()),
        })
    }

    fn get_user(&self, id: &str) -> Result<User, Error> {
        self.record(format!("get {id}"))?;
        if id.is_empty() {
            return Err(error(ErrorCode::InvalidArgument));
        }
        Ok(self.user(id, UserState::Active))
    }

    fn find_user(&self, email: &str) -> Result<User, Error> {
        self.record(format!("find {email}"))?;
        Ok(self.user("A", UserState::Active))
    }

    fn suspend_users(&self, targets: &[Target], options: &ChangeOptions) -> Result<Report, Error> {
        self.change("suspend", targets, options, &UserState::Suspended)
    }

    fn reactivate_users(
        &self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        self.change("reactivate", targets, options, &UserState::Active)
    }

    fn check(&self) -> Vec<Finding> {
        let finding = |&(check, verdict): &(&str, Verdict)| Finding {
            check: check.into(),
            verdict,
            detail: format!("detail of {check}"),
        };
        let passed = [("settings", Verdict::Passed)];
        let findings = if self.findings.is_empty() {
            &passed
        } else {
            &self.findings[..]
        };
        findings.iter().map(finding).collect()
    }
}

pub(super) fn user(id: &str, state: UserState) -> User {
    User {
        id: id.into(),
        email: "a@acme.example".into(),
        display_name: "A".into(),
        state,
        create_time: String::new(),
        path: format!("accounts/ACME/users/{id}"),
    }
}

pub(super) fn error(code: ErrorCode) -> Error {
    Error {
        code,
        message: "operation failed".into(),
        hint: Some("try again".into()),
        effect: Effect::NotApplied,
        retryable: false,
        retry_after_ms: None,
        status: None,
        api_code: None,
        api_message: None,
        candidates: Vec::new(),
        requests: 1,
    }
}

/// Makes a service with one key per role, named `reader` and `responder`, and a webhook secret.
pub(super) fn service() -> Service {
    service_with(&[])
}

/// SHA-256 of a key, in hexadecimal.
pub(super) fn digest(key: &str) -> String {
    let digest = Sha256::digest(key.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) const WEBHOOK_KEY: &[u8] = b"a key of twenty-four bytes";

/// Makes the same service with more settings.
pub(super) fn service_with(more: &[(&str, &str)]) -> Service {
    service_with_log(more, FakeLog::default())
}

/// Makes the same service with more settings, and with a log of the test.
pub(super) fn service_with_log(more: &[(&str, &str)], log: FakeLog) -> Service {
    service_of(more, Box::new(log))
}

/// Makes the same service with more settings, and with any log.
pub(super) fn service_of(more: &[(&str, &str)], log: Box<dyn Log>) -> Service {
    use base64::{Engine, engine::general_purpose::STANDARD};

    let mut environment = vec![
        (
            "OP_SERVICE_KEYS".to_owned(),
            format!(
                "reader:read:{},responder:contain:{}",
                digest("read-key"),
                digest("contain-key")
            ),
        ),
        (
            "OP_SERVICE_WEBHOOK_SECRETS".to_owned(),
            format!("siem:whsec_{}", STANDARD.encode(WEBHOOK_KEY)),
        ),
    ];
    let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    environment.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    environment.extend(more.iter().map(owned));
    Service::new(environment, log)
}

/// Lines of a service, and what its host says about them.
#[derive(Clone, Default)]
pub(super) struct FakeLog {
    pub(super) lines: Rc<RefCell<Vec<String>>>,
    /// True if lines cannot be written.
    pub(super) is_full: Rc<Cell<bool>>,
    /// True if lines cannot be written, although the host says otherwise.
    pub(super) is_failing: Rc<Cell<bool>>,
}

impl FakeLog {
    /// Takes the lines, as JSON.
    pub(super) fn take(&self) -> Vec<Value> {
        let lines = self.lines.take();
        let parse = |line: String| {
            assert!(line.is_ascii() && line.ends_with('\n'), "{line}");
            assert_eq!(line.lines().count(), 1, "{line}");
            serde_json::from_str(&line).unwrap()
        };
        lines.into_iter().map(parse).collect()
    }
}

impl Log for FakeLog {
    fn is_writable(&self) -> bool {
        !self.is_full.get()
    }

    fn write(&self, line: &str) -> bool {
        let is_written = !self.is_full.get() && !self.is_failing.get();
        if is_written {
            self.lines.borrow_mut().push(line.to_owned());
        }
        is_written
    }
}

/// Makes a request with the key of `responder`.
pub(super) fn request(method: &str, path_and_query: &str) -> Request {
    Request {
        method: method.into(),
        path_and_query: path_and_query.into(),
        headers: vec![("authorization".into(), "Bearer contain-key".into())],
        time_ms: NOW_MS,
        ..Request::default()
    }
}

/// Makes a request with a JSON body.
pub(super) fn post(path: &str, body: &str) -> Request {
    let mut request = request("POST", path);
    request
        .headers
        .push(("content-type".into(), "application/json".into()));
    request.body = Body::Whole(body.into());
    request
}

/// Sends a request to a new service.
pub(super) fn respond(plugin: &FakePlugin, request: &Request) -> Response {
    service().respond(plugin, request, "generated-id")
}

pub(super) fn json(response: &Response) -> Value {
    serde_json::from_str(&text(response)).unwrap()
}

/// Returns the whole body.
pub(super) fn text(response: &Response) -> String {
    let mut text = String::new();
    response.body.write(&mut |piece| text.push_str(piece));
    text
}

pub(super) fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    let found = response.headers.iter().find(|header| header.0 == name);
    found.map(|header| header.1.as_str())
}
