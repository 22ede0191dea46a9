//! What a test can do to the account behind a client's back.

use simulator::{Action, Endpoint, Fault, Simulator, State, User};

use crate::client::{TestRequest, TestResponse, encode, start, token, until};

fn newcomer(sim: &Simulator) -> User {
    let mut user = sim.users()[5].clone();
    user.id = "NEWCOMER".to_owned();
    user
}

/// The ids of a page of two, and the rest of the query for the next one.
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
async fn a_user_who_is_put_first_shows_another_one_twice() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let (first, next) = page(&sim, &access_token, "").await;
    sim.insert_user(0, newcomer(&sim));
    let (second, _) = page(&sim, &access_token, &next).await;
    assert_eq!(first[1], second[0]);
    let response = TestRequest::suspend(&sim, &access_token, "NEWCOMER")
        .send(&sim)
        .await;
    assert_eq!(response.status, 200);
    assert_eq!(sim.users()[0].state, State::Suspended);
}

#[tokio::test]
async fn a_user_who_is_removed_is_unknown_and_everybody_else_is_there() {
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
async fn two_users_can_have_the_same_address() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let [one, other] = [2, 3].map(|position| sim.users()[position].clone());
    sim.set_email(&other.id, &one.email);
    for id in [&one.id, &other.id] {
        let user = TestRequest::get(&sim, &access_token, id)
            .send(&sim)
            .await
            .json();
        assert_eq!(TestResponse::text(&user, "email"), one.email);
    }
}

#[tokio::test]
async fn a_request_is_held_until_it_is_released() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let id = sim.users()[2].id.clone();
    let held = Fault::new(Action::Hold).on(Endpoint::Suspend).times(2);
    sim.fault(held);
    sim.fault(Fault::new(Action::after_apply(Action::Hold)).on(Endpoint::Reactivate));
    let request = TestRequest::suspend(&sim, &access_token, &id);
    let meanwhile = async {
        sim.held(2).await;
        assert_eq!(sim.user(&id).unwrap().state, State::Active);
        sim.release();
    };
    let (one, other, ()) = tokio::join!(request.send(&sim), request.send(&sim), meanwhile);
    assert_eq!((one.status, other.status), (200, 200));
    assert_eq!(sim.user(&id).unwrap().state, State::Suspended);

    let request = TestRequest::reactivate(&sim, &access_token, &id);
    let meanwhile = async {
        sim.held(1).await;
        assert_eq!(sim.user(&id).unwrap().state, State::Active);
        sim.release();
    };
    let (response, ()) = tokio::join!(request.send(&sim), meanwhile);
    assert_eq!(response.status, 200);
}

#[tokio::test]
async fn a_client_that_gives_up_is_not_held() {
    let sim = start().await;
    let access_token = token(&sim).await;
    sim.fault(Fault::new(Action::Hold).on(Endpoint::List).times(2));
    let request = TestRequest::list(&sim, &access_token, "");
    tokio::select! {
        _ = request.send_raw(&sim) => panic!("it is held"),
        () = sim.held(1) => {}
    }
    until(|| sim.connections() == 0).await;
    let meanwhile = async {
        // The first one is gone, so this is the second one alone.
        sim.held(1).await;
        sim.release();
    };
    let (response, ()) = tokio::join!(request.send(&sim), meanwhile);
    assert_eq!(response.status, 200);
}

#[tokio::test]
async fn a_fault_for_one_user_is_met_by_their_requests_alone() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let users = sim.users();
    let fault = Fault::new(Action::status(503)).of_user(&users[2].id);
    sim.fault(fault.always());
    for (request, status) in [
        (TestRequest::get(&sim, &access_token, &users[2].id), 503),
        (TestRequest::suspend(&sim, &access_token, &users[2].id), 503),
        (TestRequest::get(&sim, &access_token, &users[3].id), 200),
        (TestRequest::list(&sim, &access_token, ""), 200),
        (TestRequest::token(&sim), 200),
    ] {
        assert_eq!(request.send(&sim).await.status, status);
    }
}

#[tokio::test]
async fn requests_are_logged_with_the_moment_of_their_arrival() {
    let sim = start().await;
    let access_token = token(&sim).await;
    TestRequest::list(&sim, &access_token, "").send(&sim).await;
    let log = sim.requests();
    assert!(log[1].arrived.duration_since(log[0].arrived) >= log[0].duration);
}
