//! A client for the 1Password Users API that runs anywhere WebAssembly runs.
//!
//! The core ([`Client`]) is plain async Rust that does no I/O: it knows its surroundings by one trait, [`platform::Platform`].

#![cfg_attr(
    not(any(test, fuzzing)),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]
#![warn(missing_docs)]
#![cfg_attr(not(any(test, fuzzing)), no_std)]

extern crate alloc;

mod account;
mod async_lock;
mod backoff;
mod base64;
mod bulk;
mod call;
mod call_context;
mod check;
mod client;
mod clone_cell;
mod endpoint;
mod error;
mod error_response;
mod failure;
mod http;
mod http_date;
mod memory;
pub mod platform;
mod redact;
mod request;
mod response;
mod retry;
mod retry_after;
mod secret;
pub mod settings;
mod shared_state;
mod small;
mod time;
mod token;
mod token_source;
mod user;
mod users;

#[cfg(any(test, fuzzing))]
pub mod fuzzing;
#[cfg(test)]
mod tests;

pub use self::{
    bulk::{ChangeOptions, Outcome, Report, Selector, Target, TargetReport, UserList},
    check::{Finding, Verdict},
    client::Client,
    error::{Effect, Error, ErrorCode, Operation},
    secret::Secret,
    user::{ListOptions, StateFilter, User, UserPage, UserState},
    users::UserAction,
};
