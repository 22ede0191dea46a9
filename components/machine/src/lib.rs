//! The client as a state machine: its host tells it what happened, and does what it asks for.
//!
//! See `onepassword_users_protocol` for the messages.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![cfg_attr(
    not(any(test, fuzzing)),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod convert;
mod count_targets;
mod exchange;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod json;
mod machine;
mod operation;
mod outbox;
mod platform;
mod read_event;
mod read_operation;
mod task;
#[cfg(test)]
mod tests;

pub use self::machine::Machine;
