//! The command `list`.

use std::{
    collections::HashSet,
    io::{self, IsTerminal},
};

use host::{Instance, ListOptions};
use serde_json::json;

use crate::{
    arguments::ListArguments,
    failure::{CommandResult, Failure},
    output::{Output, printable::shell_word, stderr},
};

/// Page size with `--all`: the maximum, which takes the fewest requests.
const MAX_PAGE_SIZE: u32 = 1000;

/// Lists one page or all pages. Shows the users received even if a later page fails.
pub(super) async fn run(
    instance: &mut Instance,
    arguments: &ListArguments,
    output: &mut Output,
) -> CommandResult {
    let mut options = ListOptions {
        filter: arguments.state.map(Into::into),
        max_page_size: arguments
            .page_size
            .or(arguments.all.then_some(MAX_PAGE_SIZE)),
        page_token: arguments.page_token.clone(),
    };
    let mut seen = HashSet::new();
    let mut users = Vec::new();
    let result = loop {
        let page = match instance.list_users(&options).await? {
            Ok(page) => page,
            Err(error) => break Err(error.into()),
        };
        if output.is_json() {
            output.users(&page.users);
        } else {
            users.extend(page.users);
            show_progress(users.len(), arguments.all);
        }
        let Some(next) = page.next_page_token else {
            break Ok(());
        };
        if !arguments.all {
            output.remark(&continuation(&next), &json!({ "next_page_token": next }));
            break Ok(());
        }
        if !seen.insert(next.clone()) {
            break Err(Failure::other(
                "the server's pages repeat; the list is not complete",
            ));
        }
        options.page_token = Some(next);
    };
    if !output.is_json() && (result.is_ok() || !users.is_empty()) {
        output.users(&users);
    }
    if result.is_err() && arguments.all {
        output.remark(
            &format!(
                "the list is not complete: {} users were read before",
                users.len()
            ),
            &json!({ "complete": false }),
        );
    }
    result
}

/// Remark that further pages follow, with the option for the next one.
fn continuation(next: &str) -> String {
    let option = match shell_word(next) {
        Some(word) => format!("--page-token={word} continues"),
        None => "the token of the next page cannot be shown, and --json prints it".to_owned(),
    };
    format!("more users follow: {option}, --all lists every user")
}

/// Shows the number of users so far, if standard error is a terminal.
fn show_progress(users: usize, all: bool) {
    if all && io::stderr().is_terminal() {
        stderr::print_transient(format_args!("{users} users"));
    }
}
