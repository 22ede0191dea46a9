//! A workflow of the engine Obelisk that suspends several users.

#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;
extern crate onepassword_users_guest_runtime as _;

mod bindings;

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use self::bindings::{
    exports::onepassword::users_workflow::containment::{Guest, Outcome},
    onepassword::users_activity::access::{self, AccessError},
};

/// State of a user without access.
const SUSPENDED: &str = "suspended";

/// Implementation of the exported interface.
struct Workflow;

impl Guest for Workflow {
    fn contain(names: Vec<String>) -> Result<Vec<Outcome>, String> {
        let outcomes: Vec<Outcome> = names.into_iter().map(contained).collect();
        let left: Vec<&Outcome> = outcomes.iter().filter(|it| !it.suspended).collect();
        if left.is_empty() {
            return Ok(outcomes);
        }
        let mut text = format!("{} of {} are not suspended", left.len(), outcomes.len());
        for outcome in left {
            text.push_str(&format!("; {}: {}", outcome.name, outcome.detail));
        }
        Err(text)
    }
}

/// Suspends one user. Each call of an activity is recorded by the engine, with its result.
fn contained(name: String) -> Outcome {
    let result = if name.contains('@') {
        access::find_user(&name).and_then(|user| access::suspend_user(&user.id))
    } else {
        access::suspend_user(&name)
    };
    let (detail, suspended) = match result {
        Ok(user) => {
            let suspended = user.state == SUSPENDED;
            (user.state, suspended)
        }
        Err(AccessError::Permanent(text) | AccessError::Transient(text)) => (text, false),
        Err(AccessError::ExecutionFailed) => (
            "the activity failed, and may have changed the user".to_owned(),
            false,
        ),
    };
    Outcome {
        name,
        detail,
        suspended,
    }
}
