//! Commands other than `contain` and `restore`, which are in `bulk`.

mod check;
mod completions;
mod component;
mod demo;
mod list;
mod man;
mod mcp;
mod serve;
mod service;
mod user;

use host::{COMPONENT, SERVICE, STEPS};
use onepassword_users::UserAction;

use crate::{
    account::Account,
    arguments::{Arguments, Command},
    bulk,
    failure::{CommandResult, Failure},
    named_user::NamedUser,
    output::Output,
    usage,
};

/// Runs the command that the arguments select; without one, the demonstration.
pub(crate) async fn run(arguments: &Arguments, output: &mut Output) -> CommandResult {
    let Some(command) = &arguments.command else {
        if arguments.simulator_state.is_some() {
            return Err(Failure::usage("--simulator-state needs a command"));
        }
        return demo::run(output).await;
    };
    match command {
        Command::Serve(serve) => return serve::run(arguments, serve, output).await,
        Command::Mcp(mcp) => return mcp::run(arguments, mcp, output).await,
        Command::Completions { shell } => {
            completions::run(*shell, usage::command(), output);
            return Ok(());
        }
        Command::Man { dir } => return man::run(usage::command(), dir.as_deref(), output),
        Command::Component {
            service,
            steps,
            with,
            file,
        } => {
            if let Some(with) = with {
                let composed = component::composed(with)?;
                return component::run(&composed, file, output);
            }
            let component = match (service, steps) {
                (true, _) => SERVICE,
                (_, true) => STEPS,
                _ => COMPONENT,
            };
            return component::run(component, file, output);
        }
        _ => (),
    }
    let account = Account::open(arguments).await?;
    let result = run_on(&account, command, arguments.verbose, output).await;
    let closed = account.close();
    if let (Err(_), Err(failure)) = (&result, &closed) {
        // The status is that of the command.
        output.failure(failure);
    }
    result.and(closed)
}

/// Runs a command on an account.
async fn run_on(
    account: &Account,
    command: &Command,
    verbose: bool,
    output: &mut Output,
) -> CommandResult {
    let client = || account.client(verbose);
    match command {
        Command::Check { prove } => {
            let proven = prove.as_deref().map(NamedUser::of_argument).transpose()?;
            check::run(&client()?, proven.as_ref(), output).await
        }
        Command::List(list) => list::run(&client()?, list, verbose, output).await,
        Command::Get { user } => {
            let user = NamedUser::of_argument(user)?;
            user::get(&client()?, &user, output).await
        }
        Command::Suspend { user, yes } => {
            let user = NamedUser::of_argument(user)?;
            let action = UserAction::Suspend;
            user::change(&client()?, action, &user, *yes, output).await
        }
        Command::Reactivate { user, yes } => {
            let user = NamedUser::of_argument(user)?;
            let action = UserAction::Reactivate;
            user::change(&client()?, action, &user, *yes, output).await
        }
        Command::Contain(bulk) => {
            bulk::run(account, UserAction::Suspend, bulk, verbose, output).await
        }
        Command::Restore(bulk) => {
            bulk::run(account, UserAction::Reactivate, bulk, verbose, output).await
        }
        // Handled in `run`: they need no client.
        Command::Serve(_)
        | Command::Mcp(_)
        | Command::Completions { .. }
        | Command::Man { .. }
        | Command::Component { .. } => Ok(()),
    }
}
