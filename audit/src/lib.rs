//! Audit events: class Account Change (3001) of the Open Cybersecurity Schema Framework (OCSF), version 1.8.0.
//!
//! One event is the change of one user. The command writes events to a file, the service returns them. Both count the outcomes
//! of a call in the same classes.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod change;
mod event;
mod summary;
mod timestamp;

pub use self::{
    change::{Activity, Actor, Change, Error, User},
    event::Event,
    summary::{OutcomeClass, Summary},
    timestamp::Timestamp,
};
