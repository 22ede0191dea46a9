//! The commands for one user: `get`, `suspend` and `reactivate`.

use std::io::{self, IsTerminal};

use host::{ChangeOptions, ErrorCode, Instance, Outcome, Report, Selector, Target, User};
use onepassword_users::UserAction;
use serde_json::json;

use crate::{
    expected_email::is_comparable,
    failure::{CommandResult, Failure},
    output::{Output, printable::printable, stderr},
};

/// Shows a user, named by id or e-mail address.
pub(super) async fn get(instance: &mut Instance, user: &str, output: &mut Output) -> CommandResult {
    let user = if user.contains('@') {
        instance.find_user(user, None).await??
    } else {
        instance.get_user(user).await??
    };
    output.users(&[user]);
    Ok(())
}

/// Suspends or reactivates a user. Unless `yes`, it shows the user and asks, for which standard input must be a terminal.
pub(super) async fn change(
    instance: &mut Instance,
    action: UserAction,
    id: &str,
    yes: bool,
    output: &mut Output,
) -> CommandResult {
    let changed = if yes {
        Some(change_by_id(instance, action, id).await?)
    } else {
        let email = confirm(instance, action, id, output).await?;
        match email {
            Some(email) => change_expecting(instance, action, id, email).await?,
            None => Some(change_by_id(instance, action, id).await?),
        }
    };
    output.users(changed.as_slice());
    Ok(())
}

/// Changes the user with an id, without a guard.
async fn change_by_id(
    instance: &mut Instance,
    action: UserAction,
    id: &str,
) -> Result<User, Failure> {
    Ok(match action {
        UserAction::Suspend => instance.suspend_user(id).await??,
        UserAction::Reactivate => instance.reactivate_user(id).await??,
    })
}

/// Changes the user with an id if they still have an e-mail address. Returns the user, unless memory does not suffice.
async fn change_expecting(
    instance: &mut Instance,
    action: UserAction,
    id: &str,
    email: String,
) -> Result<Option<User>, Failure> {
    let targets = [Target {
        who: Selector::Id(id.to_owned()),
        expect_email: Some(email),
    }];
    let options = ChangeOptions {
        dry_run: false,
        max_changes: Some(1),
        protect: Vec::new(),
        concurrency: None,
        stop_on_error: false,
        deadline_ms: None,
    };
    let report: Report = match action {
        UserAction::Suspend => instance.suspend_users(&targets, &options).await??,
        UserAction::Reactivate => instance.reactivate_users(&targets, &options).await??,
    };
    if let Some(error) = report.refused {
        return Err(error.into());
    }
    let target = report.targets.into_iter().next();
    let target = target.ok_or_else(|| Failure::other("the component reported on no user"))?;
    match target.outcome {
        Outcome::Changed | Outcome::Unchanged => Ok(target.user),
        Outcome::Failed(error) => Err(error.into()),
        Outcome::Skipped | Outcome::WouldChange => {
            Err(Failure::other("the user was skipped; nothing was changed"))
        }
    }
}

/// Shows the user and asks. Fails unless the answer is yes. Returns the e-mail address that was shown and that the change must
/// expect; none if no address was shown, or it cannot be compared, which is told.
async fn confirm(
    instance: &mut Instance,
    action: UserAction,
    id: &str,
    output: &Output,
) -> Result<Option<String>, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "standard input is not a terminal to ask on; nothing was changed",
        )
        .with_hint("--yes changes without asking"));
    }
    // The application may be permitted to change users and not to read them: then only the id is known.
    let user = match instance.get_user(id).await? {
        Ok(user) => Some(user),
        Err(error) if error.code == ErrorCode::PermissionDenied => None,
        Err(error) => return Err(error.into()),
    };
    let email = user.as_ref().map(|user| user.email.clone());
    let email = email.filter(|email| !email.is_empty());
    let shown = match &user {
        Some(user) => format!(
            "{} <{}>, now {}",
            printable(&user.display_name),
            printable(&user.email),
            printable(user.state.name())
        ),
        None => format!("the user {}", printable(id)),
    };
    let expected = email.clone().filter(|email| is_comparable(email));
    if email.is_some() && expected.is_none() {
        output.warning(
            "the e-mail address cannot be compared again; the user is changed by id alone",
        );
    }
    let verb = match action {
        UserAction::Suspend => "Suspend",
        UserAction::Reactivate => "Reactivate",
    };
    let question = format!("{verb} {shown}? [y/N]");
    if output.is_json() {
        stderr::print_object(&json!({ "question": question }));
    } else {
        stderr::print(format_args!("{question} "));
    }
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(|error| {
        Failure::other(format!(
            "no answer could be read: {error}; nothing was changed"
        ))
    })?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(expected),
        _ => Err(Failure::other("not confirmed; nothing was changed")),
    }
}
