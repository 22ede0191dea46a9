//! The four operations in both API versions.

use host::{Effect, ErrorCode, ListOptions, UserState};
use host_tests::{Harness, first_page};
use simulator::{Action, Endpoint, Fault, State};

const API_VERSIONS: [&str; 2] = ["v1beta1", "v1"];

async fn harness(api_version: &str) -> Harness {
    Harness::with(|builder| builder, &[("OP_USERS_API_VERSION", api_version)]).await
}

#[tokio::test]
async fn get_returns_the_user_of_the_account() {
    for api_version in API_VERSIONS {
        let mut harness = harness(api_version).await;
        let member = harness.member();
        let user = harness.get(&member.id).await.unwrap();
        assert_eq!(user.id, member.id);
        assert_eq!(user.email, member.email);
        assert_eq!(user.display_name, member.display_name);
        assert_eq!(user.state, UserState::Active);
        assert_eq!(user.create_time, member.create_time);
        assert_eq!(user.path, member.path);
    }
}

#[tokio::test]
async fn suspend_and_reactivate_change_the_account() {
    for api_version in API_VERSIONS {
        let mut harness = harness(api_version).await;
        let id = harness.member().id;
        let state = |harness: &Harness| harness.simulator.user(&id).map(|user| user.state);

        assert_eq!(
            harness.suspend(&id).await.unwrap().state,
            UserState::Suspended
        );
        assert_eq!(state(&harness), Some(State::Suspended));
        let suspended = ListOptions {
            filter: Some(host::StateFilter::Suspended),
            max_page_size: Some(1000),
            page_token: None,
        };
        let page = harness.list(&suspended).await.unwrap();
        assert!(page.users.iter().any(|user| user.id == id));

        assert_eq!(
            harness.reactivate(&id).await.unwrap().state,
            UserState::Active
        );
        assert_eq!(state(&harness), Some(State::Active));
        let page = harness.list(&suspended).await.unwrap();
        assert!(page.users.iter().all(|user| user.id != id));
    }
}

#[tokio::test]
async fn a_repeated_change_returns_the_same_user() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let first = harness.suspend(&id).await.unwrap();
    assert_eq!(harness.suspend(&id).await.unwrap(), first);
    let first = harness.reactivate(&id).await.unwrap();
    assert_eq!(harness.reactivate(&id).await.unwrap(), first);
}

#[tokio::test]
async fn every_operation_uses_the_same_token() {
    for (api_version, token_path) in [
        ("v1beta1", "/v1beta1/users/oauth2/token"),
        ("v1", "/v1/oauth/token"),
    ] {
        let mut harness = harness(api_version).await;
        let id = harness.member().id;
        harness.list(&first_page()).await.unwrap();
        harness.get(&id).await.unwrap();
        harness.suspend(&id).await.unwrap();
        harness.reactivate(&id).await.unwrap();
        let endpoints: Vec<_> = harness
            .simulator
            .requests()
            .iter()
            .map(|request| {
                (
                    request.endpoint,
                    request.path.starts_with(&format!("/{api_version}/")),
                )
            })
            .collect();
        assert_eq!(
            endpoints,
            [
                (Endpoint::Token, true),
                (Endpoint::List, true),
                (Endpoint::Get, true),
                (Endpoint::Suspend, true),
                (Endpoint::Reactivate, true),
            ]
        );
        assert_eq!(harness.simulator.requests()[0].path, token_path);
    }
}

#[tokio::test]
async fn a_response_about_another_user_is_never_a_success() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let other = harness.simulator.owner().id;
    for (endpoint, body) in [
        (
            Endpoint::Get,
            format!(r#"{{"id":"{other}","state":"ACTIVE"}}"#),
        ),
        (
            Endpoint::Suspend,
            format!(r#"{{"id":"{other}","state":"SUSPENDED"}}"#),
        ),
        (
            Endpoint::Suspend,
            format!(r#"{{"id":"{id}","state":"ACTIVE"}}"#),
        ),
        (Endpoint::Suspend, format!(r#"{{"id":"{id}"}}"#)),
        (
            Endpoint::Reactivate,
            format!(r#"{{"id":"{id}","state":"SUSPENDED"}}"#),
        ),
    ] {
        harness
            .simulator
            .fault(Fault::new(Action::json(200, body.clone())).on(endpoint));
        let (result, effect) = match endpoint {
            Endpoint::Get => (harness.get(&id).await, Effect::NotApplied),
            Endpoint::Suspend => (harness.suspend(&id).await, Effect::PossiblyApplied),
            _ => (harness.reactivate(&id).await, Effect::PossiblyApplied),
        };
        let error = result.unwrap_err();
        assert_eq!(error.code, ErrorCode::MalformedResponse, "{body}");
        assert_eq!(error.effect, effect, "{body}");
    }
}
