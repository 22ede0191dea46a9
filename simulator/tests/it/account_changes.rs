//! Changes that a test makes to the account without a request.

use simulator::{Simulator, State, User};

use crate::client::{TestRequest, TestResponse, encode, start, token};

fn new_user(sim: &Simulator) -> User {
    let mut user = sim.users()[5].clone();
    user.id = "NEWUSER".to_owned();
    user
}

/// Returns the ids on a page of two, and the query of the next page.
async fn page(sim: &Simulator, access_token: &str, next: &str) -> (Vec<String>, String) {
    let query = format!("?max_page_size=2{next}");
    let page = TestRequest::list(sim, access_token, &query)
        .send(sim)
        .await
        .json();
    let results = page["results"].as_array().unwrap();
    let ids = results
        .iter()
        .map(|user| TestResponse::text(user, "id").to_owned());
    let next = encode(TestResponse::text(&page, "next_page_token"));
    (ids.collect(), format!("&page_token={next}"))
}

#[tokio::test]
async fn inserting_a_first_user_repeats_one_on_the_next_page() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let (first, next) = page(&sim, &access_token, "").await;
    sim.insert_user(0, new_user(&sim));
    let (second, _) = page(&sim, &access_token, &next).await;
    assert_eq!(first[1], second[0]);
    let response = TestRequest::suspend(&sim, &access_token, "NEWUSER")
        .send(&sim)
        .await;
    assert_eq!(response.status, 200);
    assert_eq!(sim.users()[0].state, State::Suspended);
}

#[tokio::test]
async fn a_removed_user_is_unknown_and_the_others_remain() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let before = sim.users();
    sim.remove_user(&before[3].id);
    let request = TestRequest::get(&sim, &access_token, &before[3].id);
    request
        .send(&sim)
        .await
        .assert_grpc_error(404, 5, "user_not_found");
    assert_eq!(sim.users(), [&before[..3], &before[4..]].concat());
    for user in sim.users() {
        assert_eq!(sim.user(&user.id), Some(user));
    }
}

#[tokio::test]
async fn two_users_can_have_the_same_email_address() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let [first, second] = [2, 3].map(|position| sim.users()[position].clone());
    sim.set_email(&second.id, &first.email);
    for id in [&first.id, &second.id] {
        let user = TestRequest::get(&sim, &access_token, id)
            .send(&sim)
            .await
            .json();
        assert_eq!(TestResponse::text(&user, "email"), first.email);
    }
}

#[tokio::test]
async fn a_state_set_by_the_test_is_returned() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let id = sim.users()[3].id.clone();
    sim.set_state(&id, State::Suspended);
    let body = TestRequest::get(&sim, &access_token, &id)
        .send(&sim)
        .await
        .json();
    assert_eq!(body["state"], "SUSPENDED");
}

#[tokio::test]
#[should_panic(expected = "the account has no user \"UNKNOWN\"")]
async fn setting_the_state_of_an_unknown_user_panics() {
    start().await.set_state("UNKNOWN", State::Active);
}
