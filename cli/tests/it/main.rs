//! `op-users`, driven as a person or a program would.

mod bulk;
mod canary;
mod demo;
mod failures;
mod list;
mod operator;
mod papers;
mod serve;
#[cfg(unix)]
mod terminal;
mod usage;
