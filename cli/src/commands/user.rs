//! The commands for one user: `get`, `suspend` and `reactivate`.

use std::{
    io::{self, IsTerminal},
    ops::ControlFlow,
};

use host::{
    ChangeOptions, Error, ErrorCode, HostError, Outcome, Report, Selector, StepsClient, Target,
    TargetReport, User,
};
use onepassword_users::{UserAction, comparable_email};
use serde_json::json;

use crate::{
    expected_email::is_comparable,
    failure::{CommandResult, Failure},
    named_user::NamedUser,
    output::{Output, printable::printable, stderr},
};

/// Shows a user, named by id or e-mail address.
pub(super) async fn get(
    client: &StepsClient,
    named: &NamedUser,
    output: &mut Output,
) -> CommandResult {
    let user = read(client, named).await??;
    output.users(&[user]);
    Ok(())
}

/// Suspends or reactivates a user, named by id or e-mail address. Unless `yes`, it shows the user and asks, for which standard
/// input must be a terminal.
pub(super) async fn change(
    client: &StepsClient,
    action: UserAction,
    named: &NamedUser,
    yes: bool,
    output: &mut Output,
) -> CommandResult {
    if yes {
        let changed = if named.is_email() {
            change_target(client, action, named.target()).await?
        } else {
            Some(change_by_id(client, action, &named.text).await?)
        };
        output.users(changed.as_slice());
        return Ok(());
    }
    let confirmed = confirm(client, action, named, output).await?;
    let changed = match confirmed.expected_email {
        Some(_) => {
            let who = Selector::Id(confirmed.id);
            let expect_email = confirmed.expected_email;
            change_target(client, action, Target { who, expect_email }).await?
        }
        None => Some(change_by_id(client, action, &confirmed.id).await?),
    };
    if let (Some(shown), Some(changed)) = (&confirmed.shown, &changed) {
        for difference in differences(shown, changed) {
            output.warning(&difference);
        }
    }
    output.users(changed.as_slice());
    Ok(())
}

/// Reads a user, or finds them on the list.
pub(super) async fn read(
    client: &StepsClient,
    named: &NamedUser,
) -> Result<Result<User, Error>, HostError> {
    if named.is_email() {
        return client.find_user(&named.text, None).await;
    }
    let read = client.get_user(&named.text).await?;
    Ok(read.map_err(|mut error| {
        // A word that no id looks like may be the name of a person.
        if error.code == ErrorCode::NotFound && !lists::has_id_form(&named.text) {
            let names = "names are not looked up; `op-users list --match TEXT` finds users";
            error.hint = Some(match error.hint.take() {
                Some(hint) => format!("{hint}; {names}"),
                None => names.to_owned(),
            });
        }
        error
    }))
}

/// A change that was answered with yes.
struct Confirmed {
    /// Id of the user.
    id: String,
    /// User in the question. None if only the id was shown.
    shown: Option<User>,
    /// E-mail address that was shown and that the change must expect. None if no address was shown, or it cannot be compared.
    expected_email: Option<String>,
}

/// Changes the user with an id, without a guard.
async fn change_by_id(client: &StepsClient, action: UserAction, id: &str) -> Result<User, Failure> {
    Ok(match action {
        UserAction::Suspend => client.suspend_user(id).await??,
        UserAction::Reactivate => client.reactivate_user(id).await??,
    })
}

/// Changes the user of a target, if its guard holds. Returns the user, unless memory does not suffice.
async fn change_target(
    client: &StepsClient,
    action: UserAction,
    target: Target,
) -> Result<Option<User>, Failure> {
    let targets = [target];
    let options = ChangeOptions {
        dry_run: false,
        max_changes: Some(1),
        protect: Vec::new(),
        concurrency: None,
        stop_on_error: false,
        deadline_ms: None,
    };
    let go_on = |_: usize, _: &TargetReport| ControlFlow::Continue(());
    let report: Report = match action {
        UserAction::Suspend => client.suspend_users(&targets, &options, go_on).await??,
        UserAction::Reactivate => client.reactivate_users(&targets, &options, go_on).await??,
    };
    if let Some(error) = report.refused {
        return Err(error.into());
    }
    let target = report.targets.into_iter().next();
    let target = target.ok_or_else(|| Failure::other("the client reported on no user"))?;
    match target.outcome {
        Outcome::Changed | Outcome::Unchanged => Ok(target.user),
        Outcome::Failed(mut error) => {
            if error.code == ErrorCode::PreconditionFailed
                && let Some(user) = target.user.filter(|user| !is_blank(&user.email))
            {
                error.hint = Some(format!("the user has the address {} now", user.email));
            }
            error.requests = report.requests;
            Err(error.into())
        }
        Outcome::Skipped | Outcome::WouldChange => {
            Err(Failure::other("the user was skipped; nothing was changed"))
        }
    }
}

/// Shows the user and asks. Fails unless the answer is yes. An address that is missing or cannot be compared is told.
async fn confirm(
    client: &StepsClient,
    action: UserAction,
    named: &NamedUser,
    output: &Output,
) -> Result<Confirmed, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::without_terminal());
    }
    // The application may be permitted to change users and not to read them: then only the id is known.
    let user = match read(client, named).await? {
        Ok(user) => Some(user),
        Err(error) if error.code == ErrorCode::PermissionDenied && !named.is_email() => None,
        Err(error) => return Err(error.into()),
    };
    let shown = match &user {
        Some(user) => format!("{}, now {}", described(user), printable(user.state.name())),
        None => format!("the user {}", printable(&named.text)),
    };
    let email = user.as_ref().map(|user| user.email.as_str());
    let email = email.filter(|email| !is_blank(email));
    let expected = email.filter(|email| is_comparable(email));
    let warning = match (&user, email, expected) {
        (Some(_), None, _) => Some(
            "the server shows no e-mail address, so that none can be compared; the user is changed by id alone",
        ),
        (_, Some(_), None) => {
            Some("the e-mail address cannot be compared again; the user is changed by id alone")
        }
        _ => None,
    };
    if let Some(warning) = warning {
        output.warning(warning);
    }
    let expected_email = expected.map(str::to_owned);
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
        "y" | "yes" => Ok(Confirmed {
            id: user
                .as_ref()
                .map_or_else(|| named.text.clone(), |user| user.id.clone()),
            shown: user,
            expected_email,
        }),
        _ => Err(Failure::other("not confirmed; nothing was changed")),
    }
}

/// Returns true if a name or an address shows nothing.
fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// Name and address of a user for a question, in which nothing that is missing looks like something that is there.
fn described(user: &User) -> String {
    let (name, email) = (printable(&user.display_name), printable(&user.email));
    match (is_blank(&name), is_blank(&email)) {
        (false, false) => format!("{name} <{email}>"),
        (false, true) => format!("{name} (the server shows no e-mail address)"),
        (true, false) => format!("<{email}> (the server shows no name)"),
        (true, true) => {
            let id = printable(&user.id);
            format!("the user {id} (the server shows no name and no e-mail address)")
        }
    }
}

/// Sentences about the name and the address in the response to a change, where they are not those that the question showed.
fn differences(shown: &User, changed: &User) -> Vec<String> {
    let email = |user: &User| comparable_email(&user.email);
    let is_same_email = email(shown) == email(changed);
    let name = |user: &User| user.display_name.trim().to_owned();
    let is_same_name = name(shown) == name(changed);
    let checked = [
        (
            "e-mail address",
            is_same_email,
            &shown.email,
            &changed.email,
        ),
        (
            "name",
            is_same_name,
            &shown.display_name,
            &changed.display_name,
        ),
    ];
    let differing = checked.into_iter().filter(|(_, is_same, ..)| !is_same);
    differing
        .map(|(field, _, shown, changed)| {
            let or_none = |text: &str| {
                if is_blank(text) {
                    format!("no {field}")
                } else {
                    format!("{text:?}")
                }
            };
            let (shown, changed) = (or_none(shown), or_none(changed));
            format!(
                "the question showed {shown}, and the response to the change shows {changed}: check that it was the right user"
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use host::UserState;

    use super::*;

    fn user(name: &str, email: &str) -> User {
        User {
            id: "U".to_owned(),
            email: email.to_owned(),
            display_name: name.to_owned(),
            state: UserState::Active,
            create_time: String::new(),
            path: String::new(),
        }
    }

    #[test]
    fn a_missing_name_or_address_is_told() {
        for (name, email, expected) in [
            ("W", "w@acme.example", "W <w@acme.example>"),
            ("W", "", "W (the server shows no e-mail address)"),
            ("W", " ", "W (the server shows no e-mail address)"),
            (
                "",
                "w@acme.example",
                "<w@acme.example> (the server shows no name)",
            ),
            (
                "",
                "",
                "the user U (the server shows no name and no e-mail address)",
            ),
        ] {
            assert_eq!(described(&user(name, email)), expected);
        }
    }

    #[test]
    fn a_different_or_missing_name_or_address_is_a_warning() {
        let shown = user("W", "w@acme.example");
        assert_eq!(differences(&shown, &user("W", "W@Acme.example")), [""; 0]);
        for (name, email, parts) in [
            (
                "W",
                "boss@acme.example",
                "\"w@acme.example\", and the response to the change shows \"boss@acme.example\"",
            ),
            ("W", "", "shows no e-mail address"),
            (
                "Boss",
                "w@acme.example",
                "\"W\", and the response to the change shows \"Boss\"",
            ),
            ("", "w@acme.example", "shows no name"),
        ] {
            let found = differences(&shown, &user(name, email));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].contains(parts), "{found:?}");
        }
        let unnamed = differences(&user("W", ""), &user("W", "w@acme.example"));
        assert!(unnamed[0].starts_with("the question showed no e-mail address, and"));
        // It was told before the question.
        assert_eq!(differences(&user("W", ""), &user("W", "")), [""; 0]);
    }
}
