//! `op-users`: the 1Password Users API from a terminal, through the component.

mod cli;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    cli::main().await
}
