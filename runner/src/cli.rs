//! The command line: what was asked for, done, and told to a person or a program.

mod account;
mod arguments;
mod change;
mod failure;
mod json;
mod list;
mod output;
mod story;

use std::process::ExitCode;

use clap::Parser;
use runner::{Instance, Verdict};

use self::{
    account::Account,
    arguments::{Arguments, Command},
    failure::Failure,
    output::Output,
};

/// What a command comes to.
type Outcome = Result<(), Failure>;

/// Parses the arguments (exit status 2 when they are wrong), does what they ask for, and tells.
pub(crate) async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut output = Output::new(arguments.json);
    let outcome = run(&arguments, &mut output).await;
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output.failure(&failure),
    }
}

async fn run(arguments: &Arguments, output: &mut Output) -> Outcome {
    let Some(command) = &arguments.command else {
        return story::tell(output).await;
    };
    let account = Account::open(arguments).await?;
    let mut instance = account.instance(arguments.verbose).await?;
    match command {
        Command::Check => check(&mut instance, output).await,
        Command::List(list) => list::list(&mut instance, list, output).await,
        Command::Get { id } => {
            let user = instance.get_user(id).await??;
            Ok(output.users(&[user])?)
        }
        Command::Suspend { id, yes } => change::suspend(&mut instance, id, *yes, output).await,
        Command::Reactivate { id } => {
            let user = instance.reactivate_user(id).await??;
            Ok(output.users(&[user])?)
        }
    }
}

async fn check(instance: &mut Instance, output: &mut Output) -> Outcome {
    let findings = instance.check().await?;
    output.findings(&findings)?;
    let failed = findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Failed);
    if failed { Err(Failure::Told) } else { Ok(()) }
}
