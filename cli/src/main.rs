//! `op-users`: the 1Password Users API from a terminal.

#![forbid(unsafe_code)]
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod account;
mod arguments;
mod atomic_file;
mod audit_file;
mod bulk;
mod commands;
mod compiled_folder;
mod core_dumps;
mod environment;
mod expected_email;
mod failure;
mod named_user;
mod operator;
mod output;
mod usage;
mod version;
mod written_file;

use std::process::ExitCode;

use self::{output::Output, usage::ParsedArguments};

/// Parses the arguments (exit status 2 if they are wrong), runs the command, and reports a failure.
#[tokio::main]
async fn main() -> ExitCode {
    let status = match usage::parse() {
        ParsedArguments::Run(arguments) => {
            let mut output = Output::new(arguments.json);
            let result = commands::run(&arguments, &mut output).await;
            output.finish(result)
        }
        ParsedArguments::Version => {
            let mut output = Output::new(true);
            output.object(&version::object());
            output.finish(Ok(()))
        }
        ParsedArguments::Help { text, is_json } => {
            let mut output = Output::new(is_json);
            output.bytes(text.as_bytes());
            output.finish(Ok(()))
        }
        ParsedArguments::Wrong(error) => {
            usage::report(&error);
            2
        }
    };
    ExitCode::from(status)
}
