//! The list operation: filters, page sizes and page tokens.

use serde_json::Value;
use simulator::{MAX_USERS, Simulator, State};

use crate::client::{TestRequest, TestResponse, encode, start, token};

const ACTIVE: &str = "user.isActive()";
const SUSPENDED: &str = "user.isSuspended()";

fn ids(page: &Value) -> Vec<String> {
    let results = page["results"].as_array().expect("the page has results");
    let id = |user| TestResponse::text(user, "id").to_owned();
    results.iter().map(id).collect()
}

/// Returns all pages, from the first to the last.
async fn pages(sim: &Simulator, access_token: &str, query: &str) -> Vec<Value> {
    let mut pages: Vec<Value> = Vec::new();
    loop {
        let next = match pages.last() {
            None => String::new(),
            Some(page) => match page.get("next_page_token") {
                None => return pages,
                Some(next) => format!("&page_token={}", encode(next.as_str().unwrap())),
            },
        };
        let response = TestRequest::list(sim, access_token, &format!("?{query}{next}"))
            .send(sim)
            .await;
        assert_eq!(response.status, 200, "{response:?}");
        pages.push(response.json());
    }
}

fn in_state(sim: &Simulator, state: Option<State>) -> Vec<String> {
    let users = sim.users().into_iter();
    users
        .filter(|user| state.is_none_or(|state| user.state == state))
        .map(|user| user.id)
        .collect()
}

#[tokio::test]
async fn a_user_has_exactly_the_documented_fields() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let owner = sim.owner();
    let body = TestRequest::get(&sim, &access_token, &owner.id)
        .send(&sim)
        .await
        .json();
    assert_eq!(
        body,
        serde_json::json!({
            "id": owner.id,
            "email": "user0000@acme.example",
            "display_name": owner.display_name,
            "state": "ACTIVE",
            "create_time": owner.create_time,
            "path": format!("accounts/{}/users/{}", sim.account_id(), owner.id),
        })
    );
}

#[tokio::test]
async fn the_default_page_size_is_25() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let pages = pages(&sim, &access_token, "").await;
    let sizes: Vec<_> = pages.iter().map(|page| ids(page).len()).collect();
    assert_eq!(sizes, [25, 25, 25, 25]);
    assert!(pages[3].get("next_page_token").is_none());
}

#[tokio::test]
async fn the_pages_contain_each_user_once_in_order() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for (filter, state) in [
        ("", None),
        (ACTIVE, Some(State::Active)),
        (SUSPENDED, Some(State::Suspended)),
    ] {
        for size in [1, 2, 7, 99, 100, 1000] {
            let query = format!("filter={}&max_page_size={size}", encode(filter));
            let pages = pages(&sim, &access_token, &query).await;
            let listed: Vec<_> = pages.iter().flat_map(ids).collect();
            assert_eq!(listed, in_state(&sim, state), "{query}");
            assert!(pages.iter().all(|page| !ids(page).is_empty()), "{query}");
        }
    }
}

#[tokio::test]
async fn a_change_between_two_pages_skips_no_user() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let before = in_state(&sim, Some(State::Active));
    let query = format!("?filter={}&max_page_size=10", encode(ACTIVE));
    let first = TestRequest::list(&sim, &access_token, &query)
        .send(&sim)
        .await
        .json();
    for id in &ids(&first)[2..] {
        sim.set_state(id, State::Suspended);
    }
    let next = encode(TestResponse::text(&first, "next_page_token"));
    let query = format!("{query}&page_token={next}");
    let second = TestRequest::list(&sim, &access_token, &query)
        .send(&sim)
        .await
        .json();
    assert_eq!(ids(&second), before[10..20]);
}

#[tokio::test]
async fn an_empty_page_has_an_empty_list_of_results() {
    let sim = Simulator::builder().users(2).start().await.unwrap();
    let access_token = token(&sim).await;
    let query = format!("?filter={}", encode(SUSPENDED));
    let response = TestRequest::list(&sim, &access_token, &query)
        .send(&sim)
        .await;
    assert_eq!(response.body, r#"{"results":[]}"#);
}

#[tokio::test]
async fn an_empty_filter_or_page_token_is_ignored() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let response = TestRequest::list(&sim, &access_token, "?filter=&page_token=")
        .send(&sim)
        .await;
    assert_eq!(ids(&response.json()), in_state(&sim, None)[..25]);
}

#[tokio::test]
async fn an_undocumented_filter_is_refused() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for filter in [
        "user.isactive()",
        "user.isActive",
        "user.isActive() ",
        "user.isActive() || true",
    ] {
        let query = format!("?filter={}", encode(filter));
        let response = TestRequest::list(&sim, &access_token, &query)
            .send(&sim)
            .await;
        response.assert_grpc_error(400, 3, "filter");
    }
}

#[tokio::test]
async fn a_page_size_out_of_range_is_refused() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for size in [
        "0",
        "1001",
        "-1",
        "ten",
        "",
        "1.0",
        "%2B5",
        "99999999999999999999",
    ] {
        let query = format!("?max_page_size={size}");
        let response = TestRequest::list(&sim, &access_token, &query)
            .send(&sim)
            .await;
        response.assert_grpc_error(400, 3, "max_page_size");
    }
}

#[tokio::test]
async fn a_page_token_not_issued_for_this_list_is_refused() {
    let sim = start().await;
    let other = Simulator::builder().seed(2).start().await.unwrap();
    let access_token = token(&sim).await;
    let next = |page: &Value| TestResponse::text(page, "next_page_token").to_owned();
    let unfiltered = next(
        &TestRequest::list(&sim, &access_token, "")
            .send(&sim)
            .await
            .json(),
    );
    let other_page = TestRequest::list(&other, &token(&other).await, "")
        .send(&other)
        .await
        .json();
    let active = format!("filter={}&", encode(ACTIVE));
    for (filter, page_token) in [
        (active.as_str(), unfiltered.as_str()),
        ("", &next(&other_page)),
        ("", "CAIQAg"),
        ("", "!"),
    ] {
        let query = format!("?{filter}page_token={}", encode(page_token));
        let response = TestRequest::list(&sim, &access_token, &query)
            .send(&sim)
            .await;
        response.assert_grpc_error(400, 3, "page_token");
    }
    let query = format!("?page_token={}", encode(&unfiltered));
    assert_eq!(
        TestRequest::list(&sim, &access_token, &query)
            .send(&sim)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_page_token_with_an_unencoded_plus_is_refused() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let pages = pages(&sim, &access_token, "max_page_size=1").await;
    let tokens = pages
        .iter()
        .filter_map(|page| page["next_page_token"].as_str());
    let with_plus = tokens
        .clone()
        .find(|token| token.contains('+'))
        .expect("one of the tokens contains a plus");
    assert!(tokens.clone().any(|token| token.contains('/')));
    assert!(tokens.clone().all(|token| token.ends_with("==")));
    let query = format!("?max_page_size=1&page_token={with_plus}");
    let response = TestRequest::list(&sim, &access_token, &query)
        .send(&sim)
        .await;
    response.assert_grpc_error(400, 3, "page_token");
}

#[tokio::test]
async fn a_camel_case_page_token_repeats_page_1() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let first = TestRequest::list(&sim, &access_token, "")
        .send(&sim)
        .await
        .json();
    let next = encode(TestResponse::text(&first, "next_page_token"));
    let query = format!("?pageToken={next}&pageToken=x&maxPageSize=1");
    let second = TestRequest::list(&sim, &access_token, &query)
        .send(&sim)
        .await
        .json();
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_repeated_or_malformed_parameter_is_refused() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for name in ["filter", "max_page_size", "page_token"] {
        let query = format!("?{name}=1&{name}=1");
        let response = TestRequest::list(&sim, &access_token, &query)
            .send(&sim)
            .await;
        response.assert_grpc_error(400, 3, "repeated");
    }
    let response = TestRequest::list(&sim, &access_token, "?filter=%zz")
        .send(&sim)
        .await;
    response.assert_grpc_error(400, 3, "malformed");
}

#[tokio::test]
async fn users_that_are_made_up_when_asked_for_keep_their_changes() {
    let sim = Simulator::builder().users(20_000).start().await.unwrap();
    let access_token = token(&sim).await;
    let user = sim.users().swap_remove(15_003);
    assert_eq!(user.state, State::Active);
    let response = TestRequest::suspend(&sim, &access_token, &user.id);
    assert_eq!(response.send(&sim).await.status, 200);
    let suspended = in_state(&sim, Some(State::Suspended));
    assert!(suspended.contains(&user.id));
    let query = format!("filter={}&max_page_size=1000", encode(SUSPENDED));
    let pages = pages(&sim, &access_token, &query).await;
    let listed: Vec<_> = pages.iter().flat_map(ids).collect();
    assert_eq!(listed, suspended);
}

#[tokio::test]
async fn an_account_of_a_million_users_is_listed() {
    let sim = Simulator::builder().users(MAX_USERS).start().await.unwrap();
    let access_token = token(&sim).await;
    let response = TestRequest::list(&sim, &access_token, "?max_page_size=1000");
    let page = response.send(&sim).await.json();
    assert_eq!(ids(&page).len(), 1000);
    assert!(page["next_page_token"].is_string());
}
