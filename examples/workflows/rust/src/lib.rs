//! "An alert names people: contain them, wait, report", in Rust.

#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;
extern crate onepassword_users_guest_runtime as _;

mod bindings {
    #![allow(
        clippy::all,
        missing_docs,
        unreachable_pub,
        unsafe_code,
        unused_qualifications,
        reason = "generated"
    )]

    wit_bindgen::generate!({
        path: ["../../../wit", "../wit"],
        world: "acme:alert/workflow",
        generate_all,
    });

    use super::Workflow;
    export!(Workflow);
}

use alloc::{format, string::String, vec::Vec};

use self::bindings::{
    Guest,
    onepassword::users::{
        containment::{ChangeOptions, Outcome, Selector, Target, TargetReport, suspend_users},
        types::{Error, UserState},
        users::get_user,
    },
};

/// Number of times that a user is read, until the change shows.
const LOOKS: usize = 5;
/// End of the line of a user who is suspended.
const SUSPENDED: &str = ", suspended";

struct Workflow;

impl Guest for Workflow {
    fn handle(people: Vec<String>) -> Result<Vec<String>, String> {
        let options = ChangeOptions {
            dry_run: false,
            max_changes: Some(5),
            protect: Vec::new(),
            concurrency: Some(4),
            stop_on_error: false,
            deadline_ms: None,
        };
        let targets: Vec<Target> = people.iter().map(|name| target(name)).collect();
        let report = suspend_users(&targets, &options).map_err(|error| text(&error))?;
        if let Some(error) = report.refused {
            return Err(format!("refused: {}", error.message));
        }
        let lines = people.iter().zip(&report.targets);
        let lines: Vec<String> = lines
            .map(|(name, report)| line(name, report))
            .collect::<Result<_, _>>()
            .map_err(|error| text(&error))?;
        let left: Vec<&str> = lines
            .iter()
            .map(String::as_str)
            .filter(|line| !line.ends_with(SUSPENDED))
            .collect();
        if left.is_empty() {
            Ok(lines)
        } else {
            Err(left.join("; "))
        }
    }
}

fn target(name: &str) -> Target {
    let who = if name.contains('@') {
        Selector::Email(name.into())
    } else {
        Selector::Id(name.into())
    };
    Target {
        who,
        expect_email: None,
    }
}

/// Waits until a user is shown as suspended.
fn is_suspended(id: &str) -> Result<bool, Error> {
    for _ in 0..LOOKS {
        if matches!(get_user(id)?.state, UserState::Suspended) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn line(name: &str, report: &TargetReport) -> Result<String, Error> {
    let outcome = match &report.outcome {
        Outcome::Failed(error) => return Ok(format!("{name}: {}, {}", code(error), effect(error))),
        Outcome::Changed => "changed",
        Outcome::Unchanged => "unchanged",
        Outcome::WouldChange => "would-change",
        Outcome::Skipped => "skipped",
    };
    let is_suspended = match &report.user {
        Some(user) => is_suspended(&user.id)?,
        None => false,
    };
    let state = if is_suspended {
        SUSPENDED
    } else {
        ", not suspended"
    };
    Ok(format!("{name}: {outcome}{state}"))
}

/// Code and message of an error.
fn text(error: &Error) -> String {
    format!("{}: {}", code(error), error.message)
}

/// Code of an error as the contract spells it.
fn code(error: &Error) -> String {
    words(&format!("{:?}", error.code))
}

/// Effect of an error as the contract spells it.
fn effect(error: &Error) -> String {
    words(&format!("{:?}", error.effect))
}

/// The name of a case in Rust as the contract spells it: `ErrorCode::NotFound` is `not-found`.
fn words(debug: &str) -> String {
    let name = debug.rsplit("::").next().unwrap_or(debug);
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
