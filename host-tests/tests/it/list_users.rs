//! Lists: pages, filters, and the odd answers that a preview may give.

use std::collections::BTreeSet;

use host::{ErrorCode, ListOptions, StateFilter, UserState};
use host_tests::{Harness, first_page};
use simulator::{Action, Endpoint, Fault, State};

/// Every page, and the ids on it.
async fn pages(harness: &mut Harness, mut options: ListOptions) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    loop {
        let page = harness.list(&options).await.unwrap();
        pages.push(page.users.into_iter().map(|user| user.id).collect());
        options.page_token = page.next_page_token;
        if options.page_token.is_none() {
            return pages;
        }
    }
}

#[tokio::test]
async fn pages_show_everybody_once_in_the_servers_order() {
    let mut harness = Harness::new().await;
    let everybody: Vec<_> = harness
        .simulator
        .users()
        .into_iter()
        .map(|user| user.id)
        .collect();
    for (size, count) in [(None, 3), (Some(7), 9), (Some(60), 1), (Some(1000), 1)] {
        let options = ListOptions {
            max_page_size: size,
            ..first_page()
        };
        let pages = pages(&mut harness, options).await;
        assert_eq!(pages.len(), count, "{size:?}");
        assert_eq!(pages.concat(), everybody, "{size:?}");
    }
}

#[tokio::test]
async fn a_filter_shows_one_state_over_every_page() {
    let mut harness = Harness::with(|builder| builder.users(200), &[]).await;
    for (filter, state) in [
        (StateFilter::Active, State::Active),
        (StateFilter::Suspended, State::Suspended),
    ] {
        let options = ListOptions {
            filter: Some(filter),
            max_page_size: Some(3),
            page_token: None,
        };
        let shown: BTreeSet<_> = pages(&mut harness, options)
            .await
            .concat()
            .into_iter()
            .collect();
        let users = harness.simulator.users().into_iter();
        let expected: BTreeSet<_> = users
            .filter(|user| user.state == state)
            .map(|user| user.id)
            .collect();
        assert!(expected.len() > 3);
        assert_eq!(shown, expected);
    }
}

#[tokio::test]
async fn a_page_token_of_another_list_is_an_invalid_argument() {
    let mut harness = Harness::new().await;
    let page = harness.list(&first_page()).await.unwrap();
    let other = ListOptions {
        filter: Some(StateFilter::Suspended),
        page_token: page.next_page_token,
        ..first_page()
    };
    let error = harness.list(&other).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidArgument);
    assert_eq!(error.status, Some(400));
}

#[tokio::test]
async fn odd_but_honest_answers_are_understood() {
    let mut harness = Harness::new().await;
    for (body, users, next) in [
        ("{}", 0, None),
        (r#"{"results":[]}"#, 0, None),
        (r#"{"results":null,"next_page_token":null}"#, 0, None),
        (r#"{"results":[{"id":"A"}],"next_page_token":""}"#, 1, None),
        (r#"{"next_page_token":"CAIQAg"}"#, 0, Some("CAIQAg")),
        (
            r#"{"results":[{"id":"A","roles":["x"]}],"total":9}"#,
            1,
            None,
        ),
    ] {
        harness
            .simulator
            .fault(Fault::new(Action::json(200, body)).on(Endpoint::List));
        let page = harness.list(&first_page()).await.unwrap();
        assert_eq!(page.users.len(), users, "{body}");
        assert_eq!(page.next_page_token.as_deref(), next, "{body}");
    }
}

#[tokio::test]
async fn states_that_are_missing_or_new_are_passed_on() {
    let mut harness = Harness::new().await;
    let body = r#"{"results":[{"id":"A"},{"id":"B","state":"STATE_UNSPECIFIED"},{"id":"C","state":"PENDING"}]}"#;
    harness
        .simulator
        .fault(Fault::new(Action::json(200, body)).on(Endpoint::List));
    let states: Vec<_> = harness
        .list(&first_page())
        .await
        .unwrap()
        .users
        .into_iter()
        .map(|user| user.state)
        .collect();
    assert_eq!(
        states,
        [
            UserState::Unspecified,
            UserState::Unspecified,
            UserState::Other("PENDING".into()),
        ]
    );
}

#[tokio::test]
async fn nobody_silently_sees_an_empty_account() {
    let mut harness = Harness::new().await;
    for body in [
        r#"{"users":[{"id":"A"}]}"#,
        r#"{"users":[{"id":"A"}],"next_page_token":""}"#,
        r#"[{"id":"A"}]"#,
        r#"{"results":[{"email":"a@example.com"}]}"#,
        r#"{"results":[{"id":""}]}"#,
        r#"{"results":{"id":"A"}}"#,
        "null",
        "",
        "<html>Sign in</html>",
    ] {
        harness
            .simulator
            .fault(Fault::new(Action::json(200, body)).on(Endpoint::List));
        let error = harness.list(&first_page()).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::MalformedResponse, "{body}");
    }
    assert_eq!(harness.list(&first_page()).await.unwrap().users.len(), 25);
}
