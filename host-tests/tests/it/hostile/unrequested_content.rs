//! Answers that are well-formed, and about something else than was asked for.

use host::ErrorCode::MalformedResponse;

use super::{
    case::{
        Ask::{Get, List, NextPage, Reactivate, Suspend, Two},
        Row,
    },
    response::{ACTIVE, SUSPENDED, json},
    script::Step::Edit,
    table::run,
};

/// A page of so many users.
fn page(users: usize) -> String {
    format!("{{\"results\":[{}]}}", vec![ACTIVE; users].join(","))
}

fn edit(from: &str, to: &str) -> [super::script::Step; 1] {
    [Edit(from.into(), to.into())]
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_about_somebody_else() {
    let rows = vec![
        Row::new("another user", Get, json(ACTIVE.replace("$id", "$other")))
            .fails(MalformedResponse, 2),
        Row::new(
            "another user",
            Suspend,
            json(SUSPENDED.replace("$id", "$other")),
        )
        .uncertain(MalformedResponse, 2),
        Row::new(
            "another user, though applied",
            Suspend,
            edit("$id", "$other"),
        )
        .uncertain(MalformedResponse, 2),
        Row::new(
            "another user, though applied",
            Reactivate,
            edit("$id", "$other"),
        )
        .uncertain(MalformedResponse, 2),
        Row::new(
            "the id and a space",
            Get,
            json(ACTIVE.replace("$id", "$id ")),
        )
        .fails(MalformedResponse, 2),
        Row::new(
            "the id in other letters",
            Suspend,
            json(SUSPENDED.replace("$id", "\u{ff21}$id")),
        )
        .uncertain(MalformedResponse, 2),
        Row::new(
            "the path in place of the id",
            Get,
            json(ACTIVE.replacen("$id", "accounts/$account/users/$id", 1)),
        )
        .fails(MalformedResponse, 2),
        // The id is the key; the path is passed on as the server spells it.
        Row::new(
            "somebody else's path",
            Get,
            json(ACTIVE.replace("users/$id", "users/$other")),
        )
        .succeeds(2),
        Row::new("a page instead of a user", Suspend, json(page(1)))
            .uncertain(MalformedResponse, 2),
        Row::new(
            "a token instead of a user",
            Get,
            json(r#"{"access_token":"x","expires_in":9}"#),
        )
        .fails(MalformedResponse, 2),
        Row::new("a user instead of a page", List, json(ACTIVE)).fails(MalformedResponse, 2),
    ];
    run("answers about somebody else", rows).await;
}

/// Nothing that is returned holds a secret or a token, not even where the server repeats it.
#[tokio::test(flavor = "multi_thread")]
async fn answers_that_repeat_a_secret() {
    let named = |user: &str, name: &str| json(user.replace("\"A\"", &format!("\"{name}\"")));
    let next = r#"{"results":[],"next_page_token":"$token"}"#;
    let rows = vec![
        Row::new("the token as a name", Get, named(ACTIVE, "$token")).fails(MalformedResponse, 2),
        Row::new(
            "the token in a name",
            List,
            json(page(1).replace("\"A\"", "\"x$tokenx\"")),
        )
        .fails(MalformedResponse, 2),
        Row::new("the token as a name", Suspend, named(SUSPENDED, "$token"))
            .uncertain(MalformedResponse, 2),
        Row::new(
            "the token as a name, in escapes",
            Get,
            named(ACTIVE, "$escaped"),
        )
        .fails(MalformedResponse, 2),
        Row::new(
            "the token as a name, in escapes",
            Suspend,
            named(SUSPENDED, "$escaped"),
        )
        .uncertain(MalformedResponse, 2),
        Row::new(
            "the token as a state",
            Get,
            json(ACTIVE.replace("ACTIVE", "$token")),
        )
        .fails(MalformedResponse, 2),
        Row::new("the token as the next page", List, json(next)).fails(MalformedResponse, 2),
        Row::new(
            "the client's secret as a name",
            Get,
            named(ACTIVE, "$secret"),
        )
        .fails(MalformedResponse, 2),
        Row::new(
            "the client's secret as a name",
            Reactivate,
            named(ACTIVE, "$secret"),
        )
        .uncertain(MalformedResponse, 2),
    ];
    run("answers that repeat a secret", rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_in_another_state() {
    let states = |state: &str| json(ACTIVE.replace("ACTIVE", state));
    let rows = vec![
        Row::new("still active", Suspend, json(ACTIVE)).uncertain(MalformedResponse, 2),
        Row::new(
            "says active, though applied",
            Suspend,
            edit("SUSPENDED", "ACTIVE"),
        )
        .uncertain(MalformedResponse, 2),
        Row::new("still suspended", Reactivate, json(SUSPENDED)).uncertain(MalformedResponse, 2),
        Row::new(
            "no state, though applied",
            Suspend,
            edit(r#""state":"SUSPENDED","#, ""),
        )
        .uncertain(MalformedResponse, 2),
        Row::new("STATE_UNSPECIFIED", Suspend, states("STATE_UNSPECIFIED"))
            .uncertain(MalformedResponse, 2),
        Row::new("a state that nobody knows", Suspend, states("SUSPENDING"))
            .uncertain(MalformedResponse, 2),
        Row::new("the state in small letters", Suspend, states("suspended"))
            .uncertain(MalformedResponse, 2),
        Row::new("no state", Get, states("")).succeeds(2),
        Row::new("a state that nobody knows", Get, states("LOCKED_BY_ALIENS")).succeeds(2),
    ];
    run("answers in another state", rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_do_not_fit() {
    let next = |token: &str| json(format!(r#"{{"results":[],"next_page_token":"{token}"}}"#));
    let rows = vec![
        Row::new("three users for two", Two, json(page(3))).fails(MalformedResponse, 2),
        Row::new("two users for two", Two, json(page(2))).succeeds(2),
        Row::new("1,001 users", List, json(page(1001))).fails(MalformedResponse, 2),
        Row::new("the same user 1,000 times", List, json(page(1000))).succeeds(2),
        Row::new("the same page again", NextPage, next("$page")).fails(MalformedResponse, 1),
        Row::new("an empty page, and another one", NextPage, next("another")).succeeds(1),
        Row::new("a next page of nothing", NextPage, next("")).succeeds(1),
        Row::new("a next page of 4,097 bytes", List, next(&"x".repeat(4097)))
            .fails(MalformedResponse, 2),
        Row::new("a next page of 1 MB", List, next(&"x".repeat(1 << 20)))
            .fails(MalformedResponse, 2),
    ];
    run("pages that do not fit", rows).await;
}
