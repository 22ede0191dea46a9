//! A client for the 1Password Users API that runs anywhere WebAssembly runs.
//!
//! The core ([`Client`]) is plain async Rust that does no I/O: it knows its surroundings by one trait, [`host::Host`].
//! Built for WebAssembly, this crate is a component: the `plugin` world of `wit/`, over WASI 0.2.

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
// Without std the component needs no machinery that prints a panic: nothing of it would be seen.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod account;
mod answer;
mod base64;
mod body;
mod call;
mod check;
mod client;
mod containment;
mod date;
mod endpoint;
mod error;
mod exchange;
pub mod host;
mod lowercase;
mod memory;
mod pause;
mod refusal;
mod request;
mod retry;
mod secret;
pub mod settings;
mod slot;
mod text;
mod time;
mod token;
mod turn;
mod unshown;
mod user;
mod users;

#[cfg(any(test, fuzzing))]
pub mod fuzzing;
#[cfg(test)]
mod tests;

#[cfg(target_arch = "wasm32")]
mod plugin;
#[cfg(target_arch = "wasm32")]
mod runtime;
#[cfg(target_arch = "wasm32")]
mod wasi;

pub use self::{
    check::{Finding, Verdict},
    client::Client,
    containment::{ChangeOptions, Outcome, Report, Selector, Target, TargetReport, UserList},
    error::{Effect, Error, ErrorCode, Operation},
    secret::Secret,
    user::{ListOptions, StateFilter, User, UserPage, UserState},
};
