//! `list-users`: pages, filters, and unusual responses.

use std::collections::BTreeSet;

use host::{ErrorCode, InstanceOptions, ListOptions, StateFilter, UserState};
use host_tests::{Harness, environment, first_page, instance};
use simulator::{Action, Endpoint, Fault, Simulator, State};

/// Returns the ids of every page.
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
async fn pages_contain_every_user_once_in_server_order() {
    let mut harness = Harness::new().await;
    let expected: Vec<_> = harness
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
        assert_eq!(pages.concat(), expected, "{size:?}");
    }
}

#[tokio::test]
async fn a_filter_applies_to_every_page() {
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
async fn unusual_but_valid_pages_are_accepted() {
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
async fn missing_and_unknown_states_are_returned() {
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
async fn a_malformed_page_is_never_an_empty_list() {
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

#[tokio::test]
async fn a_page_of_1000_users_fits_into_4_mib() {
    let simulator = Simulator::builder().users(1000).start().await.unwrap();
    let options = InstanceOptions::new(environment(&simulator)).max_memory(4 << 20);
    let (mut instance, _) = instance(options).await;
    let largest = ListOptions {
        max_page_size: Some(1000),
        ..first_page()
    };
    for _ in 0..3 {
        let page = instance.list_users(&largest).await.unwrap().unwrap();
        assert_eq!(page.users.len(), 1000);
    }
}
