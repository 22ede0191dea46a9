//! Token exchanges of concurrent calls: one at a time, shared by all.

use super::{fake_platform::FakePlatform, fixtures::*, scripted_server::*, virtual_clock::Task};
use crate::{
    Client, Error, ErrorCode, User,
    platform::{Duration, SendErrorKind},
    settings::Settings,
};

const SECOND: Duration = Duration::from_secs(1);

/// Calls `get_user` at this time.
fn get_at<'a>(client: &'a Client<FakePlatform>, at: Duration) -> Task<'a, Result<User, Error>> {
    Box::pin(async move {
        crate::platform::Platform::sleep(client.platform(), at).await;
        client.get_user(ID).await
    })
}

/// Calls `get_user` this many times concurrently.
fn get_at_once(client: &Client<FakePlatform>, times: usize) -> Vec<Result<User, Error>> {
    let calls = (0..times).map(|_| get_at(client, Duration::ZERO));
    client.platform().join(calls)
}

fn exchanges(client: &Client<FakePlatform>) -> usize {
    client.platform().count(SentRequest::is_token)
}

#[test]
fn concurrent_calls_share_one_token_exchange() {
    let client = client(|sent| {
        let body = if sent.is_token() { TOKEN } else { ACTIVE };
        reply(200, body).after(SECOND)
    });
    let results = get_at_once(&client, 5);
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(exchanges(&client), 1);
    // Once there is a token, all requests are sent at the same time.
    assert_eq!(client.platform().elapsed(), Duration::from_secs(2));
    assert_eq!(client.platform().max_open_requests(), 5);
}

#[test]
fn a_token_of_unknown_lifetime_serves_concurrent_calls() {
    let client = client(|sent| {
        if sent.is_token() {
            reply(200, r#"{"access_token":"for-how-long"}"#).after(SECOND)
        } else {
            reply(200, ACTIVE)
        }
    });
    let results = get_at_once(&client, 100);
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(exchanges(&client), 1);
}

#[test]
fn a_failed_exchange_without_oauth_s_words_is_repeated_at_once() {
    for failure in [
        reply(302, ""),
        reply(403, "<html>"),
        reply(404, ""),
        reply(405, r#"{"message":"no"}"#),
        reply(501, r#"{"error":"not_implemented"}"#),
        reply(200, "<html>"),
    ] {
        let client = client(script([failure, reply(200, TOKEN), reply(200, ACTIVE)]));
        get_user(&client).unwrap_err();
        get_user(&client).unwrap();
    }
}

#[test]
fn a_refused_exchange_is_not_repeated_for_10_seconds() {
    for refusal in [
        reply(400, r#"{"error":"unauthorized_client"}"#),
        reply(400, r#"{"error":"INVALID_CLIENT"}"#),
        reply(401, ""),
        reply(403, r#"{"error":"access_denied"}"#),
        reply(200, r#"{"error":"invalid_scope"}"#),
    ] {
        let client = client(move |_| refusal.clone());
        let first = get_user(&client).unwrap_err();
        client.platform().advance(Duration::from_millis(9_900));
        let again = get_user(&client).unwrap_err();
        assert_eq!((again.code, again.requests), (first.code, 0));
        assert!(
            again.message.contains("not asked again within 10 seconds"),
            "{again}"
        );
        client.platform().advance(Duration::from_millis(200));
        assert_eq!(get_user(&client).unwrap_err().requests, first.requests);
    }
}

#[test]
fn calls_waiting_for_a_refused_exchange_fail_with_it() {
    for (refusal, requests) in [
        (reply(401, ""), 1),
        (reply(404, ""), 1),
        (reply(200, "{}"), 1),
        (send_fails(SendErrorKind::Denied, false), 0),
    ] {
        let client = client(script([refusal.after(SECOND)]));
        let results = get_at_once(&client, 5);
        let first = results[0].as_ref().unwrap_err();
        assert_eq!(first.requests, requests);
        for result in &results[1..] {
            let other = result.as_ref().unwrap_err();
            assert_eq!((other.code, other.requests), (first.code, 0));
            assert_eq!(other.message, first.message);
        }
    }
}

#[test]
fn refused_credentials_are_not_tried_again_for_10_seconds() {
    let client = client(script([
        reply(401, "").after(SECOND),
        reply(200, TOKEN),
        reply(200, ACTIVE),
    ]));
    let results = get_at_once(&client, 2);
    assert!(results.iter().all(Result::is_err));
    client.platform().advance(Duration::from_millis(9_999));
    let error = get_user(&client).unwrap_err();
    assert_eq!(
        (error.code, error.status, error.requests),
        (ErrorCode::Unauthenticated, Some(401), 0)
    );
    assert_eq!(
        message_and_hint(&error),
        (
            "get-user: the server refused the client id and secret (401); it is not asked again within 10 seconds",
            results[0].as_ref().unwrap_err().hint
        )
    );
    assert_eq!(exchanges(&client), 1);
    client.platform().advance(Duration::from_millis(1));
    get_user(&client).unwrap();
}

#[test]
fn new_settings_are_tried_at_once_after_a_refusal() {
    let client = client(script([
        reply(401, ""),
        reply(200, TOKEN),
        reply(200, ACTIVE),
    ]));
    get_user(&client).unwrap_err();
    client.configure(Settings::new(raw_settings())).unwrap();
    get_user(&client).unwrap();
}

#[test]
fn a_call_waiting_for_a_transient_failure_exchanges_again() {
    let failing = (0..5).map(|_| reply(503, "").retry_after("0").after(SECOND));
    let better = [reply(200, TOKEN), reply(200, ACTIVE)];
    let client = client(script(failing.chain(better)));
    let results = get_at_once(&client, 2);
    assert_eq!(
        results[0].as_ref().unwrap_err().code,
        ErrorCode::Unavailable
    );
    assert!(results[1].is_ok());
}

#[test]
fn a_waiting_call_takes_over_from_a_cancelled_exchange() {
    let client = client(script([
        no_response(),
        reply(200, TOKEN),
        reply(200, ACTIVE),
    ]));
    let platform = client.platform();
    let cancelled = platform.cancel_after(SECOND, client.get_user(ID));
    let waiting = platform.cancel_after(Duration::from_secs(2), client.get_user(ID));
    let results = platform.join([Box::pin(cancelled) as Task<'_, _>, Box::pin(waiting)]);
    assert_eq!(results[0], None);
    assert!(matches!(results[1], Some(Ok(_))));
    assert_eq!(platform.elapsed(), SECOND);
}

#[test]
fn an_old_refusal_is_not_applied_to_a_later_exchange() {
    let client = client(script([
        reply(401, ""),
        no_response(),
        reply(200, TOKEN),
        reply(200, ACTIVE),
    ]));
    get_user(&client).unwrap_err();
    let platform = client.platform();
    platform.advance(Duration::from_secs(10));
    let cancelled = platform.cancel_after(SECOND, client.get_user(ID));
    let waiting = platform.cancel_after(Duration::from_secs(2), client.get_user(ID));
    let results = platform.join([Box::pin(cancelled) as Task<'_, _>, Box::pin(waiting)]);
    assert!(matches!(results[1], Some(Ok(_))));
}

#[test]
fn a_waiting_call_takes_over_from_a_timed_out_exchange() {
    let client = client(script([
        no_response(),
        no_response(),
        reply(200, TOKEN),
        reply(200, ACTIVE),
    ]));
    let calls = [
        get_at(&client, Duration::ZERO),
        get_at(&client, Duration::from_secs(10)),
    ];
    let results = client.platform().join(calls);
    assert_eq!(results[0].as_ref().unwrap_err().code, ErrorCode::TimedOut);
    assert!(results[1].is_ok());
    assert_eq!(client.platform().elapsed(), Duration::from_secs(30));
}

/// Returns a client that holds a token. The next two requests get a 401: the first after 5 seconds, the second at once.
fn with_refused_token(
    mut later: impl FnMut(&SentRequest) -> Reply + 'static,
) -> Client<FakePlatform> {
    let mut replies = [
        reply(200, TOKEN),
        reply(200, ACTIVE),
        reply(401, "").after(Duration::from_secs(5)),
        reply(401, ""),
    ]
    .into_iter();
    let client = client(move |sent| replies.next().unwrap_or_else(|| later(sent)));
    get_user(&client).unwrap();
    client
}

#[test]
fn a_call_that_times_out_waiting_names_the_exchange() {
    let client = with_refused_token(script([no_response(), no_response()]));
    let calls = [
        get_at(&client, Duration::ZERO),
        get_at(&client, Duration::from_secs(3)),
    ];
    let results = client.platform().join(calls);
    let error = results[0].as_ref().unwrap_err();
    assert_eq!(error.code, ErrorCode::TimedOut);
    assert_eq!(
        message_and_hint(error),
        (
            "get-user: the deadline passed while another call exchanged the token",
            Some(SET_LONGER_DEADLINE)
        )
    );
}

#[test]
fn a_late_401_for_an_old_token_keeps_the_new_one() {
    let client = with_refused_token(script([
        reply(200, r#"{"access_token":"stub-token-2","expires_in":900}"#),
        reply(200, ACTIVE),
        reply(200, ACTIVE),
    ]));
    let calls = [
        get_at(&client, Duration::ZERO),
        get_at(&client, Duration::from_secs(3)),
    ];
    let results = client.platform().join(calls);
    assert!(results.iter().all(Result::is_ok));
    let sent = client.platform().sent();
    assert_eq!(sent[6].at, Duration::from_secs(5));
    assert_eq!(sent[6].authorization(), "Bearer stub-token-2");
}

#[test]
fn a_successful_exchange_clears_the_last_refusal() {
    let client = client(script([
        reply(401, ""),
        reply(200, TOKEN).after(SECOND),
        reply(200, ACTIVE),
        reply(200, ACTIVE),
    ]));
    get_user(&client).unwrap_err();
    client.platform().advance(Duration::from_secs(10));
    let results = get_at_once(&client, 2);
    assert!(results.iter().all(Result::is_ok));
}

#[test]
fn a_check_waits_for_a_running_token_exchange() {
    let client = client(|sent| {
        if sent.is_token() {
            reply(200, TOKEN).after(SECOND)
        } else {
            reply(404, "")
        }
    });
    let get = async { drop(client.get_user(ID).await) };
    let check = async { drop(client.check().await) };
    client
        .platform()
        .join([Box::pin(get) as Task<'_, _>, Box::pin(check)]);
    let sent = client.platform().sent();
    let exchanges: Vec<_> = sent.iter().filter(|sent| sent.is_token()).collect();
    assert_eq!(exchanges[1].at, SECOND);
}
