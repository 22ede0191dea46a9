//! Error codes of single calls: cause, message and effect of each, and the next call on the same instance.

use std::time::Duration;

use host::{Effect, Error, ErrorCode, ListOptions};
use host_tests::{Harness, first_page};
use simulator::{Action, Endpoint, Fault, Permission, Permissions};

use crate::closed_port::ClosedPort;

/// Asserts the code, the message and the hint of an error, and that the next call on the same instance succeeds.
async fn assert_error(
    harness: &mut Harness,
    error: &Error,
    code: ErrorCode,
    (message, hint): (&str, Option<&str>),
) {
    assert_eq!(error.code, code);
    assert_eq!(
        (error.message.as_str(), error.hint.as_deref()),
        (message, hint)
    );
    assert!(error.candidates.is_empty());
    harness.simulator.clear_faults();
    harness.simulator.set_permissions(Permissions::ALL);
    harness.list(&first_page()).await.unwrap();
}

#[tokio::test]
async fn a_wrong_argument_is_rejected_before_any_request() {
    let mut harness = Harness::new().await;
    let too_large = ListOptions {
        max_page_size: Some(1001),
        ..first_page()
    };
    let error = harness.list(&too_large).await.unwrap_err();
    assert_eq!(error.requests, 0);
    assert!(harness.simulator.requests().is_empty());
    let texts = ("list-users: the page size must be from 1 to 1000", None);
    assert_error(&mut harness, &error, ErrorCode::InvalidArgument, texts).await;

    for id in ["", ".", "..", "a\r\nb", "a\0b"] {
        let error = harness.suspend(id).await.unwrap_err();
        assert_eq!(
            (error.code, error.requests),
            (ErrorCode::InvalidArgument, 0),
            "{id:?}"
        );
        assert_eq!(error.effect, Effect::NotApplied);
    }
}

#[tokio::test]
async fn a_wrong_secret_is_unauthenticated() {
    let mut harness = Harness::with(
        |builder| builder,
        &[("OP_USERS_CLIENT_SECRET", "not-the-secret")],
    )
    .await;
    let id = harness.member().id;
    let error = harness.suspend(&id).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Unauthenticated);
    assert_eq!(
        error.message,
        "suspend-user: the server refused the client id and secret (401, it says: invalid_client: client authentication failed)"
    );
    assert_eq!(
        error.hint.as_deref(),
        Some(
            "check the region first: another region does not know them; then check both, and that the application still exists"
        )
    );
    assert_eq!((error.effect, error.retryable), (Effect::NotApplied, false));
    assert_eq!((error.status, error.requests), (Some(401), 1));
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    for (permission, endpoint) in [
        (Permission::ListUsers, Endpoint::List),
        (Permission::GetUser, Endpoint::Get),
        (Permission::SuspendUsers, Endpoint::Suspend),
        (Permission::ReactivateUsers, Endpoint::Reactivate),
    ] {
        let mut harness = Harness::new().await;
        let id = harness.member().id;
        let others = [
            Permission::ListUsers,
            Permission::GetUser,
            Permission::SuspendUsers,
            Permission::ReactivateUsers,
        ];
        let others = others.into_iter().filter(|other| *other != permission);
        harness
            .simulator
            .set_permissions(others.collect::<Permissions>());
        let error = match endpoint {
            Endpoint::List => harness.list(&first_page()).await.map(|_| ()),
            Endpoint::Get => harness.get(&id).await.map(|_| ()),
            Endpoint::Suspend => harness.suspend(&id).await.map(|_| ()),
            _ => harness.reactivate(&id).await.map(|_| ()),
        }
        .unwrap_err();
        assert_eq!((error.status, error.api_code), (Some(403), Some(7)));
        assert_eq!((error.effect, error.retryable), (Effect::NotApplied, false));
        assert!(
            error
                .message
                .contains("the OAuth application lacks the permission for this"),
            "{}",
            error.message
        );
        let hint = error.hint.clone().unwrap_or_default();
        assert!(hint.contains("the permission"), "{hint}");
        let texts = (error.message.as_str(), Some(hint.as_str()));
        assert_error(&mut harness, &error, ErrorCode::PermissionDenied, texts).await;
    }
}

#[tokio::test]
async fn last_owner_and_externally_managed_are_distinct_errors() {
    let mut harness = Harness::new().await;
    let owner = harness.simulator.owner().id;
    let error = harness.suspend(&owner).await.unwrap_err();
    assert_eq!(error.api_message.as_deref(), Some("no_owner_remain"));
    assert_eq!((error.status, error.api_code), (Some(403), Some(7)));
    assert_eq!((error.effect, error.retryable), (Effect::NotApplied, false));
    let texts = (
        "suspend-user: this is the last remaining owner, who cannot be suspended (403, it says: no_owner_remain)",
        Some("make another person an owner first"),
    );
    assert_error(&mut harness, &error, ErrorCode::LastOwner, texts).await;

    let administrator = harness.simulator.externally_managed().id;
    let error = harness.suspend(&administrator).await.unwrap_err();
    assert_eq!((error.effect, error.retryable), (Effect::NotApplied, false));
    let texts = (error.message.as_str(), error.hint.as_deref());
    assert!(texts.1.is_some());
    assert_error(&mut harness, &error, ErrorCode::ExternallyManaged, texts).await;
}

#[tokio::test]
async fn a_403_without_a_known_reason_is_other() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let in_form = r#"{"code":7,"message":"","details":[]}"#;
    for (body, effect) in [
        (in_form, Effect::NotApplied),
        ("", Effect::PossiblyApplied),
        ("forbidden", Effect::PossiblyApplied),
    ] {
        harness
            .simulator
            .fault(Fault::new(Action::json(403, body)).on(Endpoint::Suspend));
        let error = harness.suspend(&id).await.unwrap_err();
        assert_eq!(
            (error.code, error.effect),
            (ErrorCode::Other, effect),
            "{body}"
        );
        assert!(
            error.message.contains("without a known reason"),
            "{}",
            error.message
        );
    }
}

#[tokio::test]
async fn an_unknown_user_is_not_found() {
    let mut harness = Harness::new().await;
    let error = harness.get("UNKNOWN").await.unwrap_err();
    assert_eq!((error.status, error.api_code), (Some(404), Some(5)));
    let texts = (
        "get-user: the server knows no such user (404, it says: user_not_found)",
        Some("check the user's id, the account id, the region and the API version"),
    );
    assert_error(&mut harness, &error, ErrorCode::NotFound, texts).await;
}

#[tokio::test]
async fn an_unknown_account_is_not_found() {
    let mut harness =
        Harness::with(|builder| builder, &[("OP_USERS_ACCOUNT_ID", "ELSEWHERE")]).await;
    let error = harness.list(&first_page()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert!(
        error.message.contains("the server knows no such account"),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn an_api_version_the_server_lacks_is_not_configured() {
    for (served, configured, advice) in [
        (
            simulator::Generation::V1,
            "v1beta1",
            "set the API version to v1, ",
        ),
        (
            simulator::Generation::V1Beta1,
            "v1",
            "set the API version to v1beta1, ",
        ),
    ] {
        let variables = [("OP_USERS_API_VERSION", configured)];
        let mut harness = Harness::with(|builder| builder.generations([served]), &variables).await;
        let error = harness.get("x").await.unwrap_err();
        assert_eq!(
            (error.code, error.status),
            (ErrorCode::NotConfigured, Some(404))
        );
        let hint = error.hint.unwrap_or_default();
        assert!(hint.contains(advice), "{hint}");
    }
}

#[tokio::test]
async fn a_429_is_retried_within_the_deadline_or_reported() {
    let mut harness = Harness::with(|builder| builder, &[("OP_USERS_DEADLINE_MS", "5000")]).await;
    let fault = |seconds: &str| {
        Fault::new(Action::Status {
            status: 429,
            headers: vec![("retry-after".into(), seconds.into())],
            body: Vec::new(),
        })
        .on(Endpoint::List)
    };
    harness.simulator.fault(fault("0").times(2));
    harness.list(&first_page()).await.unwrap();
    assert_eq!(harness.take_records().len(), 4);

    // A wait beyond the deadline is not started.
    harness.simulator.fault(fault("60"));
    let error = harness.list(&first_page()).await.unwrap_err();
    assert_eq!(error.retry_after_ms, Some(60_000));
    assert_eq!((error.retryable, error.requests), (true, 1));
    let texts = (
        "list-users: the server asks for fewer requests (429)",
        Some("try again later"),
    );
    assert_error(&mut harness, &error, ErrorCode::RateLimited, texts).await;
}

#[tokio::test]
async fn a_503_is_retried_and_five_in_a_row_are_unavailable() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let fault = || Fault::new(Action::status(503)).on(Endpoint::Suspend);
    harness.simulator.fault(fault());
    harness.suspend(&id).await.unwrap();

    harness.simulator.fault(fault().always());
    let error = harness.suspend(&id).await.unwrap_err();
    assert_eq!((error.requests, error.retryable), (5, true));
    assert_eq!(error.effect, Effect::PossiblyApplied);
    let texts = (
        "suspend-user: the server failed (503)",
        Some("try again later"),
    );
    assert_error(&mut harness, &error, ErrorCode::Unavailable, texts).await;
}

#[tokio::test]
async fn a_server_that_never_responds_is_timed_out() {
    let mut harness = Harness::with(|builder| builder, &[("OP_USERS_DEADLINE_MS", "1000")]).await;
    let id = harness.member().id;
    harness.list(&first_page()).await.unwrap();
    for (endpoint, effect) in [
        (Endpoint::Get, Effect::NotApplied),
        (Endpoint::Suspend, Effect::PossiblyApplied),
    ] {
        harness
            .simulator
            .fault(Fault::new(Action::Hang).on(endpoint).always());
        let start = std::time::Instant::now();
        let error = match endpoint {
            Endpoint::Get => harness.get(&id).await,
            _ => harness.suspend(&id).await,
        }
        .unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(5));
        assert_eq!((error.effect, error.retryable), (effect, true));
        let message = format!(
            "{}: the deadline passed while waiting for the response",
            if endpoint == Endpoint::Get {
                "get-user"
            } else {
                "suspend-user"
            }
        );
        let hint = "try again, or set a longer deadline";
        let texts = (message.as_str(), Some(hint));
        assert_error(&mut harness, &error, ErrorCode::TimedOut, texts).await;
    }
}

#[tokio::test]
async fn a_suspend_whose_response_was_lost_is_retried() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let lost = Fault::new(Action::after_apply(Action::Reset)).on(Endpoint::Suspend);
    harness.simulator.fault(lost);
    let user = harness.suspend(&id).await.unwrap();
    assert_eq!(user.state, host::UserState::Suspended);
}

#[tokio::test]
async fn a_closed_port_is_connection_failed() {
    let closed = ClosedPort::new();
    let variables = [
        ("OP_USERS_BASE_URL", closed.url.as_str()),
        ("OP_USERS_DEADLINE_MS", "2000"),
    ];
    let mut harness = Harness::with(|builder| builder, &variables).await;
    let id = harness.member().id;
    let error = harness.suspend(&id).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::ConnectionFailed);
    let starts = format!(
        "suspend-user: the server refused the connection ({} cannot be connected to, ",
        closed.url.trim_start_matches("http://")
    );
    assert!(error.message.starts_with(&starts), "{}", error.message);
    assert_eq!(
        error.hint.as_deref(),
        Some("check the network, the base URL, and any proxy that inspects TLS")
    );
    assert_eq!((error.effect, error.retryable), (Effect::NotApplied, true));
    assert_eq!(error.status, None);
}

#[tokio::test]
async fn an_html_page_is_a_malformed_response() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let page = || Action::Status {
        status: 200,
        headers: vec![("content-type".into(), "text/html".into())],
        body: b"<!doctype html><title>Sign in</title>".to_vec(),
    };
    harness
        .simulator
        .fault(Fault::new(page()).on(Endpoint::Get));
    // The token exchange succeeds; the response to the get is the sign-in page of a proxy.
    let error = harness.get(&id).await.unwrap_err();
    assert_eq!((error.effect, error.retryable), (Effect::NotApplied, false));
    let texts = (
        "get-user: the server's response does not fit: it is a page of HTML, not JSON",
        Some("check that the base URL is that of the API, and that no proxy answers in its place"),
    );
    assert_error(&mut harness, &error, ErrorCode::MalformedResponse, texts).await;

    harness
        .simulator
        .fault(Fault::new(page()).on(Endpoint::Suspend));
    let error = harness.suspend(&id).await.unwrap_err();
    assert_eq!(error.effect, Effect::PossiblyApplied);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let mut harness = Harness::new().await;
    let elsewhere = simulator::Simulator::builder().start().await.unwrap();
    for status in [301, 302, 303, 307, 308] {
        let redirect = Action::Status {
            status,
            headers: vec![("location".into(), format!("{}/x", elsewhere.url()))],
            body: Vec::new(),
        };
        harness
            .simulator
            .fault(Fault::new(redirect).on(Endpoint::List));
        let error = harness.list(&first_page()).await.unwrap_err();
        assert_eq!(
            (error.code, error.status),
            (ErrorCode::MalformedResponse, Some(status))
        );
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn a_wait_of_zero_is_a_tenth_of_a_second() {
    let mut harness = Harness::new().await;
    let busy = Action::Status {
        status: 429,
        headers: vec![("retry-after".to_owned(), "0".to_owned())],
        body: Vec::new(),
    };
    harness
        .simulator
        .fault(Fault::new(busy).on(Endpoint::List).times(4));
    let start = std::time::Instant::now();
    harness.list(&first_page()).await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(400));
}
