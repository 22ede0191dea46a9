//! `op-users`: the 1Password Users API from a terminal, through the component.

#![forbid(unsafe_code)]
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod account;
mod arguments;
mod atomic_file;
mod bulk;
mod commands;
mod core_dumps;
mod environment;
mod failure;
mod output;

use std::process::ExitCode;

use clap::Parser;

use self::{arguments::Arguments, output::Output};

/// Parses the arguments (exit status 2 if they are wrong), runs the command, and reports a failure.
#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut output = Output::new(arguments.json);
    match commands::run(&arguments, &mut output).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output.failure(&failure),
    }
}
