//! Selection of the users in a report whose changes can be undone.

use std::path::Path;

use onepassword_users::UserAction;
use serde_json::json;

use super::{
    change::resulting_state,
    input::NamedUser,
    report::{self, ReportedTarget},
};
use crate::{
    failure::Failure,
    output::{Output, text::printable},
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
}

/// Reads the users whom the call of a report changed, or may have changed, each once. Also returns true if some of them are
/// left out, because the action would not bring back their previous state.
pub(super) fn users(
    path: &Path,
    action: UserAction,
    account_id: &str,
    output: &Output,
) -> Result<(Vec<NamedUser>, bool), Failure> {
    let report = report::read(path, action.opposite(), account_id)?;
    let state = resulting_state(action);
    let mut users: Vec<NamedUser> = Vec::new();
    let mut left_out = LeftOut::default();
    for target in report
        .targets
        .into_iter()
        .filter(ReportedTarget::may_be_changed)
    {
        let id = target.user.map_or(target.who, |user| user.id);
        let user = NamedUser::parse(&id).ok().filter(|user| !user.is_email());
        match (user, target.previous_state.as_deref()) {
            (None, _) => push_new(&mut left_out.without_id, id),
            (Some(user), Some(previous)) if previous == state.name() => push_new(&mut users, user),
            (Some(_), Some(_)) => push_new(&mut left_out.other_state, id),
            (Some(_), None) => push_new(&mut left_out.unknown, id),
        }
    }
    // A user can be several targets, of which only one has a previous state.
    left_out
        .unknown
        .retain(|id| users.iter().all(|user| user.text != *id));
    let is_some_left_out = !left_out.is_empty();
    left_out.report(action, output);
    if users.is_empty() {
        let cause = if report.dry_run {
            "the report is of a dry run, which changed nothing: there is nothing to undo"
        } else {
            "the report contains no change that can be undone"
        };
        output.remark(cause, &json!({ "nothing_to_undo": cause }));
    }
    Ok((users, is_some_left_out))
}

/// Adds an item unless it is contained already.
fn push_new<T: PartialEq>(items: &mut Vec<T>, item: T) {
    if !items.contains(&item) {
        items.push(item);
    }
}

impl LeftOut {
    fn is_empty(&self) -> bool {
        [&self.unknown, &self.other_state, &self.without_id]
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
        ] {
            if ids.is_empty() {
                continue;
            }
            let shown: Vec<_> = ids.iter().map(|id| printable(id)).collect();
            let users = match ids.len() {
                1 => "1 user in the report was".to_owned(),
                count => format!("{count} users in the report were"),
            };
            let text = format!(
                "{users} left out: {cause}\n  hint: {hint} {}",
                shown.join(" "),
            );
            output.remark(&text, &json!({ "left_out": ids, "why": cause }));
        }
    }
}
