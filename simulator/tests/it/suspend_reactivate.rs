//! The suspend and reactivate operations.

use simulator::State;

use crate::client::{TestRequest, encode, start, token};

#[tokio::test]
async fn a_suspension_is_visible_to_the_next_get_and_list() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let id = sim.users()[2].id.clone();
    let response = TestRequest::suspend(&sim, &access_token, &id)
        .send(&sim)
        .await;
    assert_eq!(response.status, 200);
    let body = response.json();
    assert_eq!(
        (&body["id"], &body["state"]),
        (&id.as_str().into(), &"SUSPENDED".into())
    );
    assert_eq!(
        TestRequest::get(&sim, &access_token, &id)
            .send(&sim)
            .await
            .json(),
        body
    );
    let query = format!("?filter={}", encode("user.isSuspended()"));
    let listed = TestRequest::list(&sim, &access_token, &query)
        .send(&sim)
        .await
        .json();
    assert!(listed["results"].as_array().unwrap().contains(&body));
    assert_eq!(sim.user(&id).unwrap().state, State::Suspended);
}

#[tokio::test]
async fn a_reactivation_undoes_a_suspension() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let before = sim.users();
    let id = &before[2].id;
    TestRequest::suspend(&sim, &access_token, id)
        .send(&sim)
        .await;
    assert_ne!(sim.users(), before);
    let response = TestRequest::reactivate(&sim, &access_token, id)
        .send(&sim)
        .await;
    assert_eq!(
        (response.status, response.json()["state"].as_str()),
        (200, Some("ACTIVE"))
    );
    assert_eq!(sim.users(), before);
}

#[tokio::test]
async fn suspend_and_reactivate_are_idempotent() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let id = &sim.users()[2].id;
    for request in [
        TestRequest::suspend(&sim, &access_token, id),
        TestRequest::reactivate(&sim, &access_token, id),
    ] {
        let first = request.send(&sim).await;
        let second = request.send(&sim).await;
        assert_eq!((first.status, second.status), (200, 200));
        assert_eq!(first.body, second.body);
    }
}

#[tokio::test]
async fn the_last_active_owner_cannot_be_suspended() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let response = TestRequest::suspend(&sim, &access_token, &sim.owner().id)
        .send(&sim)
        .await;
    assert_eq!(response.status, 403);
    assert_eq!(
        response.json(),
        serde_json::json!({"code": 7, "message": "no_owner_remain", "details": []})
    );
    assert_eq!(sim.owner().state, State::Active);
}

#[tokio::test]
async fn suspending_a_suspended_user_always_succeeds() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for user in [sim.owner(), sim.externally_managed()] {
        sim.set_state(&user.id, State::Suspended);
        let response = TestRequest::suspend(&sim, &access_token, &user.id)
            .send(&sim)
            .await;
        assert_eq!(response.status, 200, "{response:?}");
        assert_eq!(response.json()["state"], "SUSPENDED");
    }
}

#[tokio::test]
async fn an_externally_managed_administrator_cannot_be_suspended() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let id = sim.externally_managed().id;
    let response = TestRequest::suspend(&sim, &access_token, &id)
        .send(&sim)
        .await;
    response.assert_grpc_error(403, 7, "externally_managed_administrator");
    assert_eq!(sim.externally_managed().state, State::Active);
}
