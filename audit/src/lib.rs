//! Audit events: class Account Change (3001) of the Open Cybersecurity Schema Framework (OCSF), version 1.8.0.
//!
//! One event is the change of one user. The command writes events to a file, the service returns them.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod change;
mod event;

pub use self::{
    change::{Activity, Actor, Change, Error, User},
    event::Event,
};
