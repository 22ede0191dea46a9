//! Well-formed responses with content that does not match the request.

use host::ErrorCode::MalformedResponse;

use super::{
    case::{
        Call::{Get, List, ListTwo, NextPage, Reactivate, Suspend},
        Case,
    },
    response::{ACTIVE, SUSPENDED, json},
    script::Step::Edit,
    table::run,
};

/// Returns a page with this number of users.
fn page(users: usize) -> String {
    format!("{{\"results\":[{}]}}", vec![ACTIVE; users].join(","))
}

/// Replaces a text in the response of the simulator.
fn edit(from: &str, to: &str) -> [super::script::Step; 1] {
    [Edit(from.into(), to.into())]
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_about_another_user_are_malformed() {
    let cases = vec![
        Case::new("another user", Get, json(ACTIVE.replace("$id", "$other")))
            .fails(MalformedResponse, 2),
        Case::new(
            "another user",
            Suspend,
            json(SUSPENDED.replace("$id", "$other")),
        )
        .possibly_applied(MalformedResponse, 2),
        Case::new(
            "another user, though applied",
            Suspend,
            edit("$id", "$other"),
        )
        .possibly_applied(MalformedResponse, 2),
        Case::new(
            "another user, though applied",
            Reactivate,
            edit("$id", "$other"),
        )
        .possibly_applied(MalformedResponse, 2),
        Case::new(
            "the id with a trailing space",
            Get,
            json(ACTIVE.replace("$id", "$id ")),
        )
        .fails(MalformedResponse, 2),
        Case::new(
            "the id with a leading letter",
            Suspend,
            json(SUSPENDED.replace("$id", "\u{ff21}$id")),
        )
        .possibly_applied(MalformedResponse, 2),
        Case::new(
            "the path instead of the id",
            Get,
            json(ACTIVE.replacen("$id", "accounts/$account/users/$id", 1)),
        )
        .fails(MalformedResponse, 2),
        // The id is the key; the path is returned as the server sent it.
        Case::new(
            "the path of another user",
            Get,
            json(ACTIVE.replace("users/$id", "users/$other")),
        )
        .succeeds(2),
        Case::new("a page instead of a user", Suspend, json(page(1)))
            .possibly_applied(MalformedResponse, 2),
        Case::new(
            "a token instead of a user",
            Get,
            json(r#"{"access_token":"x","expires_in":9}"#),
        )
        .fails(MalformedResponse, 2),
        Case::new("a user instead of a page", List, json(ACTIVE)).fails(MalformedResponse, 2),
    ];
    run("responses about another user", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_that_repeat_a_secret_are_malformed() {
    let named = |user: &str, name: &str| json(user.replace("\"A\"", &format!("\"{name}\"")));
    let next = r#"{"results":[],"next_page_token":"$token"}"#;
    let cases = vec![
        Case::new("the token as a name", Get, named(ACTIVE, "$token")).fails(MalformedResponse, 2),
        Case::new(
            "the token in a name",
            List,
            json(page(1).replace("\"A\"", "\"x$tokenx\"")),
        )
        .fails(MalformedResponse, 2),
        Case::new("the token as a name", Suspend, named(SUSPENDED, "$token"))
            .possibly_applied(MalformedResponse, 2),
        Case::new(
            "the token as a name, in escapes",
            Get,
            named(ACTIVE, "$escaped"),
        )
        .fails(MalformedResponse, 2),
        Case::new(
            "the token as a name, in escapes",
            Suspend,
            named(SUSPENDED, "$escaped"),
        )
        .possibly_applied(MalformedResponse, 2),
        Case::new(
            "the token as a state",
            Get,
            json(ACTIVE.replace("ACTIVE", "$token")),
        )
        .fails(MalformedResponse, 2),
        Case::new("the token as the next page", List, json(next)).fails(MalformedResponse, 2),
        Case::new("the client secret as a name", Get, named(ACTIVE, "$secret"))
            .fails(MalformedResponse, 2),
        Case::new(
            "the client secret as a name",
            Reactivate,
            named(ACTIVE, "$secret"),
        )
        .possibly_applied(MalformedResponse, 2),
    ];
    run("responses that repeat a secret", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_to_another_state_are_malformed_responses() {
    let states = |state: &str| json(ACTIVE.replace("ACTIVE", state));
    let cases = vec![
        Case::new("still active", Suspend, json(ACTIVE)).possibly_applied(MalformedResponse, 2),
        Case::new(
            "active, though applied",
            Suspend,
            edit("SUSPENDED", "ACTIVE"),
        )
        .possibly_applied(MalformedResponse, 2),
        Case::new("still suspended", Reactivate, json(SUSPENDED))
            .possibly_applied(MalformedResponse, 2),
        Case::new(
            "no state, though applied",
            Suspend,
            edit(r#""state":"SUSPENDED","#, ""),
        )
        .possibly_applied(MalformedResponse, 2),
        Case::new("STATE_UNSPECIFIED", Suspend, states("STATE_UNSPECIFIED"))
            .possibly_applied(MalformedResponse, 2),
        Case::new("an unknown state", Suspend, states("SUSPENDING"))
            .possibly_applied(MalformedResponse, 2),
        Case::new("the state in lower case", Suspend, states("suspended"))
            .possibly_applied(MalformedResponse, 2),
        Case::new("no state", Get, states("")).succeeds(2),
        Case::new("an unknown state", Get, states("LOCKED")).succeeds(2),
    ];
    run("responses in another state", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_do_not_match_are_malformed() {
    let next = |token: &str| json(format!(r#"{{"results":[],"next_page_token":"{token}"}}"#));
    let cases = vec![
        Case::new("three users instead of two", ListTwo, json(page(3))).fails(MalformedResponse, 2),
        Case::new("two users as requested", ListTwo, json(page(2))).succeeds(2),
        Case::new("1,001 users", List, json(page(1001))).fails(MalformedResponse, 2),
        Case::new("the same user 1,000 times", List, json(page(1000))).succeeds(2),
        Case::new("the same page again", NextPage, next("$page")).fails(MalformedResponse, 1),
        Case::new("an empty page before another", NextPage, next("another")).succeeds(1),
        Case::new("an empty token of the next page", NextPage, next("")).succeeds(1),
        Case::new(
            "a token of the next page of 4,097 bytes",
            List,
            next(&"x".repeat(4097)),
        )
        .fails(MalformedResponse, 2),
        Case::new(
            "a token of the next page of 1 MB",
            List,
            next(&"x".repeat(1 << 20)),
        )
        .fails(MalformedResponse, 2),
    ];
    run("pages that do not match the request", cases).await;
}
