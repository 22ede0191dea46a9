//! JSON of the contract's records, with enum cases spelt as in the contract.

use alloc::string::String;

use onepassword_users::{
    effect_name, error_code_name, outcome_name, user_state_name, verdict_name,
};
use serde::Serialize;

use crate::bindings::{
    connection::{Finding, Verdict},
    containment::Outcome,
    types::{Effect, Error, ErrorCode, User, UserState},
};

/// Serializes a value as JSON. The types of this crate cannot fail to serialize.
pub(crate) fn to_string(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Passes the JSON of each item to `write`, separated by commas.
pub(crate) fn write_items(items: impl Iterator<Item: Serialize>, write: &mut dyn FnMut(&str)) {
    for (index, item) in items.enumerate() {
        if index > 0 {
            write(",");
        }
        write(&to_string(&item));
    }
}

/// Passes the JSON of an object to `write` without its last brace, so that fields can follow.
pub(crate) fn write_open_object(object: &impl Serialize, write: &mut dyn FnMut(&str)) {
    let text = to_string(object);
    write(text.strip_suffix('}').unwrap_or(&text));
}

/// JSON of a user.
#[derive(Serialize)]
pub(crate) struct UserJson<'a> {
    id: &'a str,
    email: &'a str,
    display_name: &'a str,
    state: &'a str,
    create_time: &'a str,
    path: &'a str,
}

impl<'a> From<&'a User> for UserJson<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: &user.id,
            email: &user.email,
            display_name: &user.display_name,
            state: state_name(&user.state),
            create_time: &user.create_time,
            path: &user.path,
        }
    }
}

/// JSON of an error.
#[derive(Serialize)]
pub(crate) struct ErrorJson<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(flatten)]
    details: ErrorDetailsJson<'a>,
}

impl<'a> From<&'a Error> for ErrorJson<'a> {
    fn from(error: &'a Error) -> Self {
        Self {
            code: code_name(error.code),
            message: &error.message,
            details: error.into(),
        }
    }
}

/// JSON of an error, except its code and message: the part that problem details share.
#[derive(Serialize)]
pub(crate) struct ErrorDetailsJson<'a> {
    hint: Option<&'a str>,
    effect: &'a str,
    retryable: bool,
    retry_after_ms: Option<u64>,
    upstream_status: Option<u16>,
    api_code: Option<i32>,
    api_message: Option<&'a str>,
    candidates: &'a [String],
    requests: u32,
}

impl<'a> From<&'a Error> for ErrorDetailsJson<'a> {
    fn from(error: &'a Error) -> Self {
        Self {
            hint: error.hint.as_deref(),
            effect: effect_name(error.effect),
            retryable: error.retryable,
            retry_after_ms: error.retry_after_ms,
            upstream_status: error.status,
            api_code: error.api_code,
            api_message: error.api_message.as_deref(),
            candidates: &error.candidates,
            requests: error.requests,
        }
    }
}

/// JSON of one finding of a check.
#[derive(Serialize)]
pub(crate) struct FindingJson<'a> {
    pub(crate) check: &'a str,
    pub(crate) verdict: &'a str,
    pub(crate) detail: &'a str,
}

impl<'a> From<&'a Finding> for FindingJson<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            check: &finding.check,
            verdict: verdict_name!(finding.verdict),
            detail: &finding.detail,
        }
    }
}

/// Returns the state as the contract spells it, or as the server does if the contract does not know it.
pub(crate) fn state_name(state: &UserState) -> &str {
    user_state_name!(state)
}

/// Returns the outcome as the contract spells it.
pub(crate) const fn outcome_name(outcome: &Outcome) -> &'static str {
    outcome_name!(outcome)
}

/// Returns the effect as the contract spells it.
pub(crate) const fn effect_name(effect: Effect) -> &'static str {
    effect_name!(effect)
}

/// Returns the error code as the contract spells it.
pub(crate) const fn code_name(code: ErrorCode) -> &'static str {
    error_code_name!(code)
}
