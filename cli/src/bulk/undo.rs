//! Selection of the users in a record of a call whose changes can be undone.

use std::{collections::HashSet, path::Path};

use onepassword_users::UserAction;
use serde_json::json;

use super::{
    change::resulting_state,
    report::{self, ReportedTarget},
};
use crate::{
    expected_email::is_comparable,
    failure::Failure,
    named_user::NamedUser,
    output::{
        Output,
        printable::{printable, shell_word},
    },
};

/// Users of a report that are left out, by cause.
#[derive(Default)]
struct LeftOut {
    /// Users whose previous state is unknown.
    unknown: Vec<String>,
    /// Users whose previous state this action does not restore.
    other_state: Vec<String>,
    /// Users without a usable id in the report.
    without_id: Vec<String>,
    /// Users without an e-mail address in the report that could be compared.
    without_email: Vec<String>,
    /// Users whom a later call changed again.
    changed_later: Vec<String>,
}

/// Users whose change is to be undone.
pub(super) struct Undo {
    pub(super) users: Vec<NamedUser>,
    /// True if some are left out, because the action would not bring back their previous state, or could not be read.
    pub(super) is_some_left_out: bool,
    /// True if the correlation id chose the call that is undone, and is not for this call.
    pub(super) is_chosen: bool,
}

/// Reads the users whom a recorded call changed, or may have changed, each once.
pub(super) fn read(
    path: &Path,
    action: UserAction,
    account_id: &str,
    correlation_id: Option<&str>,
    output: &Output,
) -> Result<Undo, Failure> {
    let call = report::read(path, action.opposite(), account_id, correlation_id)?;
    for line in &call.damaged_lines {
        output.warning(&format!(
            "line {line} of {} could not be read, and is left out",
            path.display()
        ));
    }
    let is_dry_run = call.report.dry_run;
    let (mut users, mut left_out) = select(call.report.targets, action);
    users.retain(|user| {
        let is_kept = !call.changed_later.contains(&user.text);
        if !is_kept {
            left_out.changed_later.push(user.text.clone());
        }
        is_kept
    });
    let is_some_left_out = !left_out.is_empty() || !call.damaged_lines.is_empty();
    left_out.report(action, output);
    if users.is_empty() {
        let cause = if is_dry_run {
            "the report is of a dry run, which changed nothing: there is nothing to undo"
        } else {
            "the report contains no change that can be undone"
        };
        output.remark(cause, &json!({ "nothing_to_undo": cause }));
    }
    Ok(Undo {
        users,
        is_some_left_out,
        is_chosen: call.is_chosen,
    })
}

/// Selects the users to change, each once, and those to leave out. Takes time in proportion to the number of targets.
fn select(targets: Vec<ReportedTarget>, action: UserAction) -> (Vec<NamedUser>, LeftOut) {
    let state = resulting_state(action);
    let mut users: Vec<NamedUser> = Vec::new();
    let mut left_out = LeftOut::default();
    let mut selected = HashSet::new();
    let mut unknown = Vec::new();
    let mut seen = HashSet::new();
    for target in targets {
        if !target.may_be_changed() {
            continue;
        }
        let id = target.id().to_owned();
        let user = NamedUser::parse(&id).ok().filter(|user| !user.is_email());
        let email = target.email().filter(|email| is_comparable(email));
        let Some(previous) = target.previous_state.as_deref().filter(|_| user.is_some()) else {
            match user {
                Some(_) => unknown.push(id),
                None => left_out.add_without_id(&mut seen, id),
            }
            continue;
        };
        if !selected.insert(id.clone()) {
            continue;
        }
        match (user, email) {
            (Some(_), _) if previous != state.name() => left_out.other_state.push(id),
            // The user is changed only if they still have this address.
            (Some(user), Some(email)) => users.push(NamedUser {
                expect_email: Some(email.to_owned()),
                ..user
            }),
            _ => left_out.without_email.push(id),
        }
    }
    // A user can be several targets, of which only one has a previous state.
    for id in unknown {
        if selected.insert(id.clone()) {
            left_out.unknown.push(id);
        }
    }
    (users, left_out)
}

impl LeftOut {
    fn add_without_id(&mut self, seen: &mut HashSet<String>, name: String) {
        if seen.insert(name.clone()) {
            self.without_id.push(name);
        }
    }

    fn is_empty(&self) -> bool {
        [
            &self.unknown,
            &self.other_state,
            &self.without_id,
            &self.without_email,
            &self.changed_later,
        ]
        .iter()
        .all(|ids| ids.is_empty())
    }

    /// Reports the users left out, with cause and hint.
    fn report(&self, action: UserAction, output: &Output) {
        let state = resulting_state(action);
        let state = state.name();
        for (ids, cause, hint) in [
            (
                &self.unknown,
                "their previous state is unknown".to_owned(),
                format!(
                    "if they were {state} before, run: op-users {}",
                    action.bulk_name()
                ),
            ),
            (
                &self.other_state,
                format!("their previous state is not {state}"),
                "decide on their state:".to_owned(),
            ),
            (
                &self.without_id,
                "the report contains no id for them".to_owned(),
                "find the users, and name them:".to_owned(),
            ),
            (
                &self.without_email,
                "the report contains no e-mail address to compare".to_owned(),
                format!(
                    "if they are the right users, run: op-users {}",
                    action.bulk_name()
                ),
            ),
            (
                &self.changed_later,
                "a later call changed them again, or found them so".to_owned(),
                format!(
                    "if that is to be undone too, run: op-users {}",
                    action.bulk_name()
                ),
            ),
        ] {
            if ids.is_empty() {
                continue;
            }
            let users = match ids.len() {
                1 => "1 user in the report was".to_owned(),
                count => format!("{count} users in the report were"),
            };
            let text = format!("{users} left out: {cause}\n  hint: {hint} {}", words(ids));
            output.remark(&text, &json!({ "left_out": ids, "why": cause }));
        }
    }
}

/// Ids as arguments of a command that can be copied.
fn words(ids: &[String]) -> String {
    let words = ids
        .iter()
        .map(|id| shell_word(id).unwrap_or_else(|| printable(id)));
    let words = words.collect::<Vec<_>>().join(" ");
    // An id that looks like an option is none after this.
    if ids.iter().any(|id| id.starts_with('-')) {
        format!("-- {words}")
    } else {
        words
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::{Value, json};

    use super::*;

    fn targets(targets: Vec<Value>) -> Vec<ReportedTarget> {
        serde_json::from_value(Value::Array(targets)).expect("they are targets")
    }

    #[test]
    fn a_long_report_is_selected_in_linear_time() {
        let many = targets(
            (0..200_000)
                .map(|number| {
                    json!({
                        "who": format!("U{number}"), "outcome": "changed", "error": null,
                        "user": { "id": format!("U{number}"), "email": format!("u{number}@acme.example") },
                        "previous_state": if number % 2 == 0 { json!("active") } else { Value::Null },
                    })
                })
                .collect(),
        );
        let started = Instant::now();
        let (users, left_out) = select(many, UserAction::Reactivate);
        assert_eq!((users.len(), left_out.unknown.len()), (100_000, 100_000));
        // Quadratic work takes minutes.
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        let ids = ["A B", "$(x)", "C"].map(str::to_owned);
        assert_eq!(words(&ids), "'A B' '$(x)' C");
        assert_eq!(words(&["-y".to_owned()]), "-- -y");
        assert_eq!(words(&["a\u{1b}b".to_owned()]), "a\\u{1b}b");
    }
}
