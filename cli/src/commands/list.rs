//! The command `list`: one page, or all of them.

use std::{
    collections::HashSet,
    io::{self, IsTerminal},
};

use host::{Instance, ListOptions};
use serde_json::json;

use crate::{
    Outcome,
    arguments::List,
    failure::Failure,
    output::{Output, stderr},
};

/// The page size that takes the fewest requests.
const LARGEST_PAGE: u32 = 1000;

/// Lists users. What arrived is shown, whatever happens after it.
pub(crate) async fn list(
    instance: &mut Instance,
    arguments: &List,
    output: &mut Output,
) -> Outcome {
    let mut options = ListOptions {
        filter: arguments.state.map(Into::into),
        max_page_size: arguments
            .page_size
            .or(arguments.all.then_some(LARGEST_PAGE)),
        page_token: arguments.page_token.clone(),
    };
    let mut seen = HashSet::new();
    let mut users = Vec::new();
    let outcome = loop {
        let page = match instance.list_users(&options).await? {
            Ok(page) => page,
            Err(error) => break Err(error.into()),
        };
        if output.is_json() {
            output.users(&page.users)?;
        } else {
            users.extend(page.users);
            progress(users.len(), arguments.all);
        }
        let Some(next) = page.next_page_token else {
            break Ok(());
        };
        if !arguments.all {
            output.remark(
                &format!("there are more: --page-token '{next}' goes on, --all shows everybody"),
                &json!({ "next_page_token": next }),
            );
            break Ok(());
        }
        if !seen.insert(next.clone()) {
            break Err(Failure::Other(
                "the server's pages go round in a circle; the list is not complete".to_owned(),
            ));
        }
        options.page_token = Some(next);
    };
    if !output.is_json() && (outcome.is_ok() || !users.is_empty()) {
        output.users(&users)?;
    }
    if outcome.is_err() && arguments.all {
        output.remark(
            &format!(
                "the list is not complete: {} users were read before",
                users.len()
            ),
            &json!({ "complete": false }),
        );
    }
    outcome
}

/// Shows how far a long list is, to a person who watches.
fn progress(users: usize, all: bool) {
    if all && io::stderr().is_terminal() {
        stderr::say_part(format_args!("\r{users} users\r"));
    }
}
