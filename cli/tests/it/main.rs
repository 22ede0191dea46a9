//! `op-users`, driven as a person or a program would.

mod bulk;
mod demo;
mod documentation;
mod errors;
mod list;
mod no_secrets;
mod process;
mod serve;
#[cfg(unix)]
mod suspend_prompt;
mod usage;
