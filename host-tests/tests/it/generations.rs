//! The generation of the API: found with token requests, through the day on which the old paths are shut off.

use host::{Effect, ErrorCode, Outcome};
use host_tests::{Harness, by_email, by_id, first_page, unguarded};
use simulator::{
    Action, Endpoint, Fault,
    Generation::{self, V1, V1Beta1},
    ShutOff,
};

const OLD_TOKEN: &str = "/v1beta1/users/oauth2/token";
const NEW_TOKEN: &str = "/v1/oauth/token";
const ANSWERS: [ShutOff; 3] = [ShutOff::NotFound, ShutOff::Gone, ShutOff::Html];

/// Starts a server of these generations, and an instance with these variables.
async fn harness(served: &[Generation], shut_off: ShutOff, variables: &[(&str, &str)]) -> Harness {
    let change = |builder: simulator::Builder| {
        builder
            .generations(served.iter().copied())
            .shut_off(shut_off)
    };
    Harness::with(change, variables).await
}

/// Returns the paths of the requests since the last call of this function, without account and user.
fn paths(harness: &Harness) -> Vec<String> {
    let account = format!("accounts/{}/users", harness.simulator.account_id());
    let requests = harness.simulator.requests();
    harness.simulator.clear_requests();
    let path = |path: &str| match path.split_once(&account) {
        None => path.to_owned(),
        Some((prefix, rest)) => {
            let suffix = rest.split_once(':').map_or("", |(_, verb)| verb);
            format!(
                "{prefix}users{}{suffix}",
                if suffix.is_empty() { "" } else { ":" }
            )
        }
    };
    requests.iter().map(|request| path(&request.path)).collect()
}

#[tokio::test]
async fn an_instance_outlives_the_shut_off_at_the_cost_of_one_request() {
    for answer in ANSWERS {
        let mut harness = harness(&[V1Beta1], answer, &[]).await;
        let id = harness.member().id;
        harness.get(&id).await.unwrap();
        // The token's lifetime is over when the paths are shut off.
        harness.revoke().await.unwrap();
        assert_eq!(
            paths(&harness),
            [OLD_TOKEN, "/v1beta1/users", "/v1beta1/users/oauth2/revoke"]
        );
        harness.simulator.set_generations([V1], answer);
        harness.suspend(&id).await.unwrap();
        assert_eq!(paths(&harness), [OLD_TOKEN, NEW_TOKEN, "/v1/users:suspend"]);
        // The generation is remembered.
        harness.get(&id).await.unwrap();
        harness.revoke().await.unwrap();
        harness.get(&id).await.unwrap();
        assert_eq!(
            paths(&harness),
            ["/v1/users", "/v1/oauth/revoke", NEW_TOKEN, "/v1/users"]
        );
    }
}

#[tokio::test]
async fn an_instance_with_a_valid_token_outlives_the_shut_off() {
    for answer in ANSWERS {
        let mut harness = harness(&[V1Beta1], answer, &[]).await;
        let id = harness.member().id;
        harness.get(&id).await.unwrap();
        paths(&harness);
        harness.simulator.set_generations([V1], answer);
        let user = harness.suspend(&id).await.unwrap();
        assert_eq!(user.id, id);
        assert_eq!(
            paths(&harness),
            [
                "/v1beta1/users:suspend",
                OLD_TOKEN,
                NEW_TOKEN,
                "/v1/users:suspend"
            ]
        );
    }
}

#[tokio::test]
async fn a_bulk_change_outlives_the_shut_off_and_asks_once() {
    for answer in ANSWERS {
        let mut harness = harness(&[V1Beta1], answer, &[]).await;
        harness.list(&first_page()).await.unwrap();
        paths(&harness);
        harness.simulator.set_generations([V1], answer);
        let members = harness.members(20);
        let mut targets: Vec<_> = members[..10].iter().map(|user| by_id(&user.id)).collect();
        targets.extend(members[10..].iter().map(|user| by_email(&user.email)));
        let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
        for target in &report.targets {
            assert!(matches!(target.outcome, Outcome::Changed), "{target:?}");
        }
        let paths = paths(&harness);
        for path in [OLD_TOKEN, NEW_TOKEN] {
            assert_eq!(paths.iter().filter(|sent| *sent == path).count(), 1);
        }
    }
}

#[tokio::test]
async fn a_server_without_either_generation_is_not_configured() {
    for answer in ANSWERS {
        let mut harness = harness(&[], answer, &[]).await;
        let error = harness.get("x").await.unwrap_err();
        assert_eq!((error.code, error.requests), (ErrorCode::NotConfigured, 2));
        for path in [OLD_TOKEN, NEW_TOKEN] {
            assert!(error.message.contains(path), "{}", error.message);
        }
        let hint = error.hint.unwrap_or_default();
        assert!(
            hint.contains("region") && hint.contains("base URL"),
            "{hint}"
        );
        assert_eq!(paths(&harness), [OLD_TOKEN, NEW_TOKEN]);
    }
}

#[tokio::test]
async fn a_pinned_version_or_path_never_asks_the_other_one() {
    for (variable, served, path) in [
        (("OP_USERS_API_VERSION", "v1beta1"), V1, OLD_TOKEN),
        (("OP_USERS_API_VERSION", "v1"), V1Beta1, NEW_TOKEN),
        (("OP_USERS_TOKEN_PATH", "/auth/token"), V1, "/auth/token"),
        (("OP_USERS_TOKEN_PATH", OLD_TOKEN), V1, OLD_TOKEN),
    ] {
        let mut harness = harness(&[served], ShutOff::Gone, &[variable]).await;
        let error = harness.get("x").await.unwrap_err();
        assert_eq!((error.code, error.requests), (ErrorCode::NotConfigured, 1));
        assert_eq!(paths(&harness), [path]);
    }
    for version in ["v1beta1", "v1"] {
        let pinned = [("OP_USERS_API_VERSION", version)];
        let mut harness = harness(&[V1Beta1, V1], ShutOff::Html, &pinned).await;
        let id = harness.member().id;
        harness.get(&id).await.unwrap();
        harness.simulator.set_generations([], ShutOff::Html);
        let error = harness.suspend(&id).await.unwrap_err();
        assert_eq!((error.code, error.requests), (ErrorCode::NotConfigured, 1));
    }
}

#[tokio::test]
async fn no_other_answer_asks_the_other_generation() {
    for action in [
        Action::status(400),
        Action::status(401),
        Action::status(403),
        Action::status(405),
        Action::status(409),
        Action::status(421),
        Action::status(429),
        Action::status(500),
        Action::status(503),
        Action::Status {
            status: 302,
            headers: vec![("location".into(), NEW_TOKEN.into())],
            body: Vec::new(),
        },
        Action::json(200, "<html>404 Not Found</html>"),
        Action::json(200, r#"{"code":5,"message":"Not Found"}"#),
        Action::json(201, r#"{"access_token":"stub-token-1","expires_in":900}"#),
        Action::Reset,
        Action::CutHead,
    ] {
        let short = [("OP_USERS_DEADLINE_MS", "1500")];
        let mut harness = harness(&[V1Beta1, V1], ShutOff::NotFound, &short).await;
        let fault = Fault::new(action.clone()).on(Endpoint::Token).always();
        harness.simulator.fault(fault);
        harness.get("x").await.unwrap_err();
        let paths = paths(&harness);
        assert!(
            paths.iter().all(|path| path == OLD_TOKEN),
            "{action:?}: {paths:?}"
        );
    }
}

#[tokio::test]
async fn a_missing_path_of_users_never_asks_the_other_generation() {
    for endpoint in [Endpoint::Suspend, Endpoint::Get, Endpoint::List] {
        for (status, body) in [
            (404, "<html>"),
            (404, ""),
            (410, ""),
            (404, r#"{"message":"no Route"}"#),
        ] {
            let mut harness = harness(&[V1Beta1, V1], ShutOff::NotFound, &[]).await;
            let id = harness.member().id;
            let fault = Fault::new(Action::json(status, body)).on(endpoint).always();
            harness.simulator.fault(fault);
            for _ in 0..2 {
                let error = match endpoint {
                    Endpoint::Suspend => harness.suspend(&id).await.map(drop),
                    Endpoint::Get => harness.get(&id).await.map(drop),
                    _ => harness.list(&first_page()).await.map(drop),
                }
                .unwrap_err();
                assert_eq!(error.code, ErrorCode::NotConfigured);
                let is_change = endpoint == Endpoint::Suspend;
                assert_eq!(error.effect == Effect::PossiblyApplied, is_change);
                assert!(!error.message.contains("no such"), "{}", error.message);
            }
            assert!(
                paths(&harness)
                    .iter()
                    .all(|path| path.starts_with("/v1beta1/"))
            );
        }
    }
}

#[tokio::test]
async fn a_wrong_region_is_named_first() {
    for status in [400, 401] {
        let mut harness = Harness::new().await;
        harness.simulator.fault(Fault::wrong_region(status));
        let error = harness.get("x").await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Unauthenticated);
        let hint = error.hint.unwrap_or_default();
        assert!(hint.starts_with("check the region first"), "{hint}");
        assert_eq!(paths(&harness), [OLD_TOKEN]);
    }
}

#[tokio::test]
async fn unknown_states_are_passed_on_and_can_be_changed() {
    let mut harness = Harness::with(simulator::Builder::unknown_states, &[]).await;
    let page = harness.list(&first_page()).await.unwrap();
    let states: Vec<_> = page.users[2..6]
        .iter()
        .map(|user| format!("{:?}", user.state))
        .collect();
    assert_eq!(
        states,
        [
            r#"UserState::Other("PENDING")"#,
            r#"UserState::Other("INACTIVE")"#,
            r#"UserState::Other("RECOVERY_STARTED")"#,
            r#"UserState::Other("TRANSFER_SUSPENDED")"#,
        ]
    );
    let id = page.users[2].id.clone();
    harness.suspend(&id).await.unwrap();
}

#[tokio::test]
async fn a_change_answered_with_the_old_state_is_not_taken_for_done() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let kept = || Fault::new(Action::KeepState).always();
    harness.simulator.fault(kept().on(Endpoint::Suspend));
    let error = harness.suspend(&id).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::MalformedResponse);
    assert_eq!(error.effect, Effect::PossiblyApplied);
    let report = harness
        .suspend_all(&[by_id(&id)], &unguarded())
        .await
        .unwrap();
    assert!(matches!(report.targets[0].outcome, Outcome::Failed(_)));
}
