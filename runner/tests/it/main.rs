//! `op-users`, driven as a person or a program would.

mod canary;
mod containment;
mod failures;
mod list;
mod operator;
mod papers;
mod serve;
mod story;
#[cfg(unix)]
mod terminal;
mod usage;
