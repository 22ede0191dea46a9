//! Fake account with users, served by page and by id.

use std::{cell::RefCell, rc::Rc};

use crate::{
    ChangeOptions, Client, Error, Outcome, Report, Selector, Target,
    platform::{Duration, Method},
    tests::{
        fake_platform::FakePlatform,
        fixtures::client,
        scripted_server::{Reply, SentRequest, reply, with_tokens},
    },
};

/// Delay of every response, so that requests overlap.
pub(super) const LATENCY: Duration = Duration::from_millis(10);

/// Body of a 403 for an application without the permission.
pub(super) const FORBIDDEN: &str = r#"{"code":7,"message":"permission denied","details":[]}"#;

/// Users of an account. Clones share the users.
#[derive(Clone, Default)]
pub(super) struct FakeAccount(Rc<RefCell<Vec<FakeUser>>>);

#[derive(Clone, Debug, PartialEq)]
pub(super) struct FakeUser {
    pub id: String,
    pub email: String,
    pub state: &'static str,
}

impl FakeUser {
    fn json(&self) -> String {
        let Self { id, email, state } = self;
        format!(r#"{{"id":"{id}","email":"{email}","state":"{state}"}}"#)
    }
}

impl FakeAccount {
    /// Creates active users `U0`, `U1`, … with the addresses `u0@acme.example`, `u1@acme.example`, …
    pub(super) fn with_users(count: usize) -> Self {
        let account = Self::default();
        for at in 0..count {
            account.add(&format!("U{at}"), &format!("u{at}@acme.example"), "ACTIVE");
        }
        account
    }

    pub(super) fn add(&self, id: &str, email: &str, state: &'static str) {
        self.0.borrow_mut().push(FakeUser {
            id: id.into(),
            email: email.into(),
            state,
        });
    }

    /// Sets the state of a user directly.
    pub(super) fn set_state(&self, id: &str, state: &'static str) {
        self.0
            .borrow_mut()
            .iter_mut()
            .find(|user| user.id == id)
            .unwrap()
            .state = state;
    }

    /// Returns the ids of all suspended users.
    pub(super) fn suspended_ids(&self) -> Vec<String> {
        let users = self.0.borrow();
        let suspended = users.iter().filter(|user| user.state == "SUSPENDED");
        suspended.map(|user| user.id.clone()).collect()
    }

    /// Returns a client of this account.
    pub(super) fn client(&self) -> Client<FakePlatform> {
        self.client_except(|_| None)
    }

    /// Returns a client of this account. Requests for which `otherwise` returns a reply get that reply.
    pub(super) fn client_except(
        &self,
        mut otherwise: impl FnMut(&SentRequest) -> Option<Reply> + 'static,
    ) -> Client<FakePlatform> {
        let account = self.clone();
        client(with_tokens(move |sent| {
            otherwise(sent).unwrap_or_else(|| account.answer(sent).after(LATENCY))
        }))
    }

    /// Answers a request for a page, a user or a change.
    pub(super) fn answer(&self, sent: &SentRequest) -> Reply {
        let (_, rest) = sent.url.split_once("/users").unwrap();
        if sent.method == Method::Get && !rest.starts_with('/') {
            return self.page(rest);
        }
        let (id, verb) = rest[1..].split_once(':').unwrap_or((&rest[1..], ""));
        let mut users = self.0.borrow_mut();
        let Some(user) = users.iter_mut().find(|user| user.id == id) else {
            return reply(404, r#"{"code":5,"message":"user_not_found"}"#);
        };
        match verb {
            "suspend" => user.state = "SUSPENDED",
            "reactivate" => user.state = "ACTIVE",
            _ => {}
        }
        reply(200, user.json())
    }

    fn page(&self, query: &str) -> Reply {
        let value = |name: &str| {
            let (_, rest) = query.split_once(&format!("{name}="))?;
            rest.split('&').next()?.parse::<usize>().ok()
        };
        let from = value("page_token").unwrap_or(0);
        let to = from + value("max_page_size").unwrap();
        let users = self.0.borrow();
        let page: Vec<_> = users
            .iter()
            .take(to)
            .skip(from)
            .map(FakeUser::json)
            .collect();
        let next = if to < users.len() {
            to.to_string()
        } else {
            String::new()
        };
        let page = page.join(",");
        reply(
            200,
            format!(r#"{{"results":[{page}],"next_page_token":"{next}"}}"#),
        )
    }
}

/// Returns true if a request reads a page of the list.
pub(super) fn is_list(sent: &SentRequest) -> bool {
    sent.method == Method::Get && !sent.url.contains("/users/")
}

/// Returns true if a request reads a user by id.
pub(super) fn is_get(sent: &SentRequest) -> bool {
    sent.method == Method::Get && sent.url.contains("/users/")
}

/// Returns true if a request changes a user.
pub(super) fn is_change(sent: &SentRequest) -> bool {
    sent.method == Method::Post && sent.url.contains("/users/") && sent.body.is_none()
}

/// Returns true if a request changes this user.
pub(super) fn is_change_of(sent: &SentRequest, id: &str) -> bool {
    is_change(sent) && sent.url.contains(&format!("/{id}:"))
}

/// Returns the ids `U0`, `U1`, …
pub(super) fn ids(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("U{at}")).collect()
}

/// Returns targets by e-mail address for names with an `@`, by id for all others.
pub(super) fn targets(names: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<Target> {
    let selectors = names.into_iter().map(|name| selector(name.as_ref()));
    let target = |who| Target {
        who,
        expect_email: None,
    };
    selectors.map(target).collect()
}

pub(super) fn selector(name: &str) -> Selector {
    if name.contains('@') {
        Selector::Email(name.into())
    } else {
        Selector::Id(name.into())
    }
}

/// Suspends these users in one call.
pub(super) fn suspend_users(
    client: &Client<FakePlatform>,
    names: impl IntoIterator<Item = impl AsRef<str>>,
    options: &ChangeOptions,
) -> Result<Report, Error> {
    let targets = targets(names);
    client
        .platform()
        .run(client.suspend_users(&targets, options))
}

/// Returns one word per target: the error code if it failed, else the outcome.
pub(super) fn outcomes(report: &Report) -> Vec<String> {
    let word = |outcome: &Outcome| match outcome {
        Outcome::Failed(error) => format!("{:?}", error.code),
        outcome => format!("{outcome:?}"),
    };
    let outcomes = report.targets.iter().map(|target| &target.outcome);
    outcomes.map(word).collect()
}
