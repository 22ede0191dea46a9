//! `op-users`, driven as a person or a program would.

mod bulk;
mod canary;
mod demo;
mod documentation;
mod failures;
mod list;
mod operator;
mod serve;
#[cfg(unix)]
mod terminal;
mod usage;
