//! A plugin that is no component: it remembers what it was called with, and answers what a test wants.

use std::cell::RefCell;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    bindings::{
        connection::{Finding, Verdict},
        containment::{ChangeOptions, Outcome, Report, Selector, Target, TargetReport},
        types::{Effect, Error, ErrorCode, User, UserState},
        users::{ListOptions, UserPage},
    },
    plugin::Plugin,
    request::{Body, Request},
    response::Answer,
    service::Service,
};

/// When every request comes.
pub(super) const NOW_MS: u64 = 1_795_435_200_000;

#[derive(Default)]
pub(super) struct Fake {
    /// What every call fails with.
    pub error: Option<Error>,
    /// What becomes of each target; else it is changed.
    pub outcomes: Vec<Outcome>,
    pub refused: Option<Error>,
    /// Whether it never sees whom it changes.
    pub is_blind: bool,
    /// The calls, in words.
    pub calls: RefCell<Vec<String>>,
    pub options: RefCell<Option<ChangeOptions>>,
}

impl Fake {
    fn called(&self, call: String) -> Result<(), Error> {
        self.calls.borrow_mut().push(call);
        self.error.clone().map_or(Ok(()), Err)
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
        self.called(format!("{name} {}", names.join(" ")))?;
        let report = |(at, name): (usize, &&str)| TargetReport {
            outcome: self.outcomes.get(at).cloned().unwrap_or(Outcome::Changed),
            user: (!self.is_blind).then(|| user(name, state.clone())),
            previous_state: (!self.is_blind).then_some(UserState::Active),
        };
        Ok(Report {
            targets: names.iter().enumerate().map(report).collect(),
            refused: self.refused.clone(),
            requests: 3,
        })
    }
}

impl Plugin for Fake {
    fn list_users(&self, options: &ListOptions) -> Result<UserPage, Error> {
        let ListOptions {
            filter,
            max_page_size,
            page_token,
        } = options;
        self.called(format!("list {filter:?} {max_page_size:?} {page_token:?}"))?;
        Ok(UserPage {
            users: vec![user("A", UserState::Active)],
            next_page_token: Some("next".into()),
        })
    }

    fn get_user(&self, id: &str) -> Result<User, Error> {
        self.called(format!("get {id}"))?;
        Ok(user(id, UserState::Active))
    }

    fn find_user(&self, email: &str) -> Result<User, Error> {
        self.called(format!("find {email}"))?;
        Ok(user("A", UserState::Active))
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
        vec![Finding {
            check: "settings".into(),
            verdict: Verdict::Passed,
            detail: "fine".into(),
        }]
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
        message: "it went wrong".into(),
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

/// A service with a key for each role, `reader` and `responder`, and a webhook secret.
pub(super) fn service() -> Service {
    service_with(&[])
}

pub(super) const WEBHOOK_KEY: &[u8] = b"a key of twenty-four bytes";

/// The same with more settings.
pub(super) fn service_with(more: &[(&str, &str)]) -> Service {
    use base64::{Engine, engine::general_purpose::STANDARD};

    let digest = |key: &str| {
        let digest = Sha256::digest(key.as_bytes());
        digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
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
    environment.extend(more.iter().map(owned));
    Service::new(environment)
}

pub(super) fn request(method: &str, path_and_query: &str) -> Request {
    Request {
        method: method.into(),
        path_and_query: path_and_query.into(),
        headers: vec![("authorization".into(), "Bearer contain-key".into())],
        time_ms: NOW_MS,
        ..Request::default()
    }
}

/// A request with JSON.
pub(super) fn post(path: &str, body: &str) -> Request {
    let mut request = request("POST", path);
    request
        .headers
        .push(("content-type".into(), "application/json".into()));
    request.body = Body::Whole(body.into());
    request
}

pub(super) fn answer(plugin: &Fake, request: &Request) -> Answer {
    service().answer(plugin, request, "made-id")
}

pub(super) fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

pub(super) fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let found = answer.headers.iter().find(|header| header.0 == name);
    found.map(|header| header.1.as_str())
}
