//! The command `mcp`: the tools of the service for the agent that started this process, on standard input and output.

mod agent;
mod elicitation;
mod lines;
mod message;

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
    sync::Arc,
};

use host::Selector;

use self::agent::Agent;
use super::service::{self, GeneratedKey, KEYS, OperatorLog, ShutdownSignals};
use crate::{
    account::Account,
    arguments::{Arguments, McpArguments},
    bulk::input::{self, file_conflicts},
    core_dumps,
    failure::{CommandResult, Failure},
    operator::default_operator,
    output::{Output, printable::printable},
    written_file::{is_standard_input, is_standard_output},
};

/// Name of the caller in the audit.
const CALLER: &str = "mcp";
const PROTECT: &str = "OP_SERVICE_PROTECT";
const MAX_CHANGES: &str = "OP_SERVICE_MAX_CHANGES";
/// Settings about callers, of which there is one here.
const CALLER_SETTINGS: [&str; 3] = [
    KEYS,
    "OP_SERVICE_WEBHOOK_SECRETS",
    "OP_SERVICE_REASON_HEADER",
];

/// Serves until standard input ends, or until a signal.
pub(super) async fn run(
    arguments: &Arguments,
    mcp: &McpArguments,
    output: &mut Output,
) -> CommandResult {
    check_files(mcp)?;
    core_dumps::turn_off()?;
    let protected = input::protected(&mcp.protect, output)?;
    let account = Account::open(arguments).await?;
    let mut environment = account.settings().to_vec();
    let key = GeneratedKey::new()?;
    environment.extend(settings(mcp, &protected, &key)?);
    let max_wait = service::max_shutdown_wait(&environment);
    let operator = mcp.operator.clone().unwrap_or_else(default_operator);
    let (log, warning) = OperatorLog::open(mcp.audit.as_deref(), Some(operator))?;
    let log = Arc::new(log);
    let service = service::start(
        environment,
        account.network(),
        &log,
        arguments.verbose,
        "docs/setup.md and docs/agents.md list the settings",
    )
    .await?;
    if let Some(warning) = warning {
        output.warning(&warning);
    }
    if io::stdin().is_terminal() {
        output.warning(
            "standard input is a terminal: this command is for an agent, which starts it and writes messages to it; see docs/agents.md",
        );
    }
    let signals = ShutdownSignals::new()
        .map_err(|error| Failure::other(format!("signals cannot be waited for: {error}")))?;
    let has_ended = Agent::new(service, key.key).serve(signals, max_wait).await;
    account.close()?;
    let audited = log.finish();
    if has_ended {
        audited
    } else {
        Err(service::ended_requests(max_wait))
    }
}

/// Fails if a file is named that is one of the two streams of the agent, or named for two purposes.
fn check_files(mcp: &McpArguments) -> CommandResult {
    let protect: &[PathBuf] = &mcp.protect.protect_file;
    if protect.iter().any(|file| is_standard_input(file)) {
        return Err(Failure::usage(
            "--protect-file cannot be standard input, on which the agent writes",
        ));
    }
    if mcp.audit.as_deref().is_some_and(is_standard_output) {
        return Err(Failure::usage(
            "--audit cannot be standard output, from which the agent reads",
        ));
    }
    let audit = mcp.audit.as_slice();
    file_conflicts::check_pair(("--audit", audit), ("--protect-file", protect))
}

/// Settings of the service, for one caller.
fn settings(
    mcp: &McpArguments,
    protected: &[Selector],
    key: &GeneratedKey,
) -> Result<Vec<(String, String)>, Failure> {
    let mut settings = service::settings()?;
    settings.retain(|(name, _)| !CALLER_SETTINGS.contains(&name.as_str()));
    let role = if mcp.allow_contain { "contain" } else { "read" };
    settings.push((KEYS.to_owned(), key.setting(CALLER, role)));
    if !protected.is_empty() {
        // After those of the environment, so that an error names the right one of them.
        let mut names = taken(&mut settings, PROTECT).unwrap_or_default();
        for user in protected {
            names.push(' ');
            names.push_str(protected_name(user)?);
        }
        settings.push((PROTECT.to_owned(), names));
    }
    if let Some(max) = mcp.max_changes {
        let value = match taken(&mut settings, MAX_CHANGES) {
            None => max.to_string(),
            Some(text) => match text.parse::<u32>() {
                Ok(limit) => limit.min(max).to_string(),
                // The service says what is wrong with it.
                Err(_) => text,
            },
        };
        settings.push((MAX_CHANGES.to_owned(), value));
    }
    Ok(settings)
}

/// Removes a setting, and returns its value.
fn taken(settings: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let index = settings.iter().position(|(setting, _)| setting == name)?;
    Some(settings.remove(index).1)
}

/// The name of a protected user, for the setting. The service refuses an id in another form than that of 1Password.
fn protected_name(user: &Selector) -> Result<&str, Failure> {
    match user {
        Selector::Email(email) => Ok(email),
        Selector::Id(id) if lists::has_id_form(id) => Ok(id),
        Selector::Id(id) => Err(Failure::usage(format!(
            "--protect-file: {} is not an id of 26 capital letters and digits",
            printable(id)
        ))),
    }
}
