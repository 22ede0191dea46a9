//! The command `list`.

mod fold;
mod order;
mod pages;
mod search;
mod sink;

use host::StepsClient;
use serde_json::json;

use self::{
    pages::Pages,
    search::Search,
    sink::{Sink, Taken},
};
use crate::{
    arguments::ListArguments,
    failure::{CommandResult, Failure},
    output::{Output, printable::shell_word, spinner::Spinner},
};

/// Lists users page by page. Shows the users received even if a later page fails.
pub(super) async fn run(
    client: &StepsClient,
    arguments: &ListArguments,
    verbose: bool,
    output: &mut Output,
) -> CommandResult {
    if arguments.csv && output.is_json() {
        return Err(Failure::usage(
            "the argument '--csv' cannot be used with '--json'",
        ));
    }
    let search = arguments.matched.as_deref().map(Search::new).transpose()?;
    let mut pages = Pages::new(arguments);
    let mut sink = Sink::new(arguments, output);
    let spinner = Spinner::start(!verbose && !output.is_json());
    let mut end = End::Last;
    let result = loop {
        let mut users = match pages.read(client).await {
            Ok(Some(users)) => users,
            Ok(None) => break Ok(()),
            Err(failure) => break Err(failure),
        };
        spinner.set_message(&format!("{} users read", pages.users()));
        if let Some(search) = &search {
            users.retain(|user| search.finds(user));
        }
        let mut taken = Taken::All;
        spinner.suspend(|| taken = sink.take(users, output));
        match (taken, pages.next()) {
            (Taken::Some, _) => {
                end = End::Limit;
                break Ok(());
            }
            (Taken::AllUpToLimit, Some(_)) => {
                end = End::PossibleLimit;
                break Ok(());
            }
            _ => {}
        }
        // No one reads the rest.
        if !output.is_open() {
            break Ok(());
        }
    };
    drop(spinner);
    let is_complete = result.is_ok();
    if is_complete || pages.users() > 0 {
        let is_cut = sink.finish(is_complete, output);
        if is_cut {
            end = End::Limit;
        }
    }
    if is_complete {
        if output.is_open() {
            tell_end(arguments, &end, &pages, &sink, output);
        }
    } else if pages.users() > 0 {
        output.remark(
            &format!(
                "the list is not complete: {} users were read before",
                pages.users()
            ),
            &json!({ "complete": false }),
        );
    }
    result
}

/// End of a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum End {
    /// The last page that was asked for.
    Last,
    /// The limit, with users beyond it.
    Limit,
    /// The limit, before a page that was not read.
    PossibleLimit,
}

/// Remarks that users follow, or that there are none.
fn tell_end(arguments: &ListArguments, end: &End, pages: &Pages, sink: &Sink, output: &Output) {
    let limit = arguments.limit.unwrap_or_default();
    match (end, pages.next()) {
        (End::Limit, _) => output.remark(
            &format!("more users follow the first {limit}"),
            &json!({ "limit": limit, "complete": false }),
        ),
        (End::PossibleLimit, _) => output.remark(
            &format!("more users may follow the first {limit}: the next page was not read"),
            &json!({ "limit": limit, "complete": null }),
        ),
        (End::Last, Some(next)) => {
            output.remark(&continuation(next), &json!({ "next_page_token": next }));
        }
        (End::Last, None) if sink.is_empty() => {
            output.remark("no user was found", &json!({ "found": 0 }));
        }
        (End::Last, None) => {}
    }
}

/// Remark that further pages follow, with the option for the next one.
fn continuation(next: &str) -> String {
    match shell_word(next) {
        Some(word) => format!(
            "more users follow: --page-token={word} continues, with the same --page-size and --state"
        ),
        None => {
            "more users follow: the token of the next page cannot be shown, and --json prints it"
                .to_owned()
        }
    }
}
