//! `op-users`: the 1Password Users API from a terminal, through the component.

#![deny(clippy::print_stderr, clippy::print_stdout)]

mod account;
mod arguments;
mod atomic_file;
mod bulk;
mod commands;
mod failure;
mod output;

use std::process::ExitCode;

use clap::Parser;
use host::{Instance, Verdict};

use self::{
    account::Account,
    arguments::{Arguments, Command},
    bulk::Verb,
    commands::{component, demo, list, serve, user},
    failure::Failure,
    output::Output,
};

/// What a command comes to.
type Outcome = Result<(), Failure>;

/// Parses the arguments (exit status 2 when they are wrong), does what they ask for, and tells.
#[tokio::main]
async fn main() -> ExitCode {
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
        if arguments.simulator_state.is_some() {
            return Err(Failure::Usage(
                "--simulator-state goes with a command".to_owned(),
            ));
        }
        return demo::tell(output).await;
    };
    match command {
        Command::Serve(serve) => return serve::serve(arguments, serve, output).await,
        Command::Component { service, file } => return component::write(*service, file),
        _ => (),
    }
    let account = Account::open(arguments).await?;
    let outcome = carry_out(command, &account, arguments.verbose, output).await;
    outcome.and(account.close())
}

async fn carry_out(
    command: &Command,
    account: &Account,
    verbose: bool,
    output: &mut Output,
) -> Outcome {
    let instance = account.instance(verbose);
    match command {
        Command::Check => check(&mut instance.await?, output).await,
        Command::List(list) => list::list(&mut instance.await?, list, output).await,
        Command::Get { who } => {
            let mut instance = instance.await?;
            let user = if who.contains('@') {
                instance.find_user(who, None).await??
            } else {
                instance.get_user(who).await??
            };
            Ok(output.users(&[user])?)
        }
        Command::Suspend { id, yes } => user::suspend(&mut instance.await?, id, *yes, output).await,
        Command::Reactivate { id } => {
            let user = instance.await?.reactivate_user(id).await??;
            Ok(output.users(&[user])?)
        }
        Command::Contain(bulk) => bulk::run(account, Verb::Contain, bulk, verbose, output).await,
        Command::Restore(bulk) => bulk::run(account, Verb::Restore, bulk, verbose, output).await,
        // They were done above, without an instance.
        Command::Serve(_) | Command::Component { .. } => Ok(()),
    }
}

async fn check(instance: &mut Instance, output: &mut Output) -> Outcome {
    let findings = instance.check().await?;
    output.findings(&findings)?;
    let failed = findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Failed);
    if failed {
        Err(Failure::Told(1))
    } else {
        Ok(())
    }
}
