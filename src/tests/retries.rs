//! Retries: conditions, number, waits.

use super::{fixtures::*, scripted_server::*};
use crate::{
    Operation,
    platform::{Duration, SendErrorKind},
};

/// Returns the number of attempts of a `get_user` that always gets this reply.
fn times_tried(reply: Reply) -> usize {
    let client = client(with_tokens(move |_| reply.clone()));
    get_user(&client).unwrap_err();
    client.platform().count(|sent| !sent.is_token())
}

#[test]
fn transient_failures_are_tried_five_times() {
    for status in [408, 429, 500, 502, 503, 504] {
        assert_eq!(times_tried(reply(status, "")), 5, "{status}");
    }
    for kind in [
        SendErrorKind::Connection,
        SendErrorKind::TimedOut,
        SendErrorKind::Malformed,
    ] {
        for is_possibly_received in [false, true] {
            assert_eq!(
                times_tried(send_fails(kind, is_possibly_received)),
                5,
                "{kind:?}"
            );
        }
    }
    let broken_off = vec![BodyPiece::Fails(send_error(
        SendErrorKind::Connection,
        true,
    ))];
    assert_eq!(times_tried(pieces(200, broken_off)), 5);
}

#[test]
fn permanent_failures_are_tried_once() {
    for status in [
        204, 301, 302, 307, 400, 403, 404, 405, 409, 412, 422, 501, 505,
    ] {
        assert_eq!(times_tried(reply(status, "")), 1, "{status}");
    }
    assert_eq!(times_tried(send_fails(SendErrorKind::Denied, false)), 1);
    assert_eq!(times_tried(send_fails(SendErrorKind::TooLarge, true)), 1);
    for body in ["", "{}", "<html>", "[]"] {
        assert_eq!(times_tried(reply(200, body)), 1, "{body}");
    }
}

#[test]
fn a_token_request_is_retried_unless_refused() {
    for (first, expected) in [
        (reply(503, ""), 5),
        (reply(429, ""), 5),
        (send_fails(SendErrorKind::Connection, true), 5),
        (reply(400, ""), 1),
        (reply(401, ""), 1),
        (reply(403, ""), 1),
        (reply(404, ""), 1),
    ] {
        let client = client(script(vec![first; expected]));
        get_user(&client).unwrap_err();
        assert_eq!(client.platform().sent().len(), expected);
    }
}

#[test]
fn a_change_is_retried_like_a_get() {
    let client = client(with_tokens(script([
        reply(503, ""),
        send_fails(SendErrorKind::Connection, true),
        reply(429, ""),
        reply(200, SUSPENDED),
    ])));
    client.platform().run(client.suspend_user(ID)).unwrap();
    assert_eq!(client.platform().count(|sent| !sent.is_token()), 4);
}

#[test]
fn a_retry_waits_exactly_as_long_as_retry_after() {
    for status in [429, 503] {
        let client = client(with_tokens(script([
            reply(status, "")
                .retry_after("7")
                .after(Duration::from_secs(2)),
            reply(200, ACTIVE),
        ])));
        get_user(&client).unwrap();
        assert_eq!(client.platform().sent()[2].at, Duration::from_secs(9));
    }
}

#[test]
fn a_retry_after_of_zero_still_waits_100_ms() {
    let client = client(with_tokens(script([
        reply(503, "").retry_after("0"),
        reply(200, ACTIVE),
    ])));
    get_user(&client).unwrap();
    assert_eq!(client.platform().elapsed(), Duration::from_millis(100));
}

#[test]
fn an_invalid_retry_after_falls_back_to_back_off() {
    for value in ["soon", "", "-1", "Wed, 21 Oct 2026 07:28:00 GMT"] {
        let client = client(with_tokens(script([
            reply(503, "").retry_after(value),
            reply(200, ACTIVE),
        ])));
        get_user(&client).unwrap();
        assert!(client.platform().elapsed() < Duration::from_millis(500));
    }
}

#[test]
fn back_off_waits_stay_below_a_doubling_bound() {
    for start in 0..200 {
        let client = client(with_tokens(|_| reply(503, "")));
        client
            .platform()
            .advance(Duration::from_nanos(start * 1_234_567));
        get_user(&client).unwrap_err();
        let sent = client.platform().sent();
        let waits = sent[1..].windows(2).map(|pair| pair[1].at.less(pair[0].at));
        for (wait, bound) in waits.zip([500, 1000, 2000, 4000]) {
            assert!(wait < Duration::from_millis(bound), "{wait:?}");
        }
    }
}

#[test]
fn token_and_api_requests_have_five_attempts_each() {
    let failing = || (0..4).map(|_| reply(503, "").retry_after("0"));
    let replies = failing()
        .chain([reply(200, TOKEN)])
        .chain(failing())
        .chain([reply(200, ACTIVE)]);
    let client = client(script(replies));
    get_user(&client).unwrap();
}

#[test]
fn the_last_failure_is_reported() {
    let error = error_of(
        Operation::GetUser,
        [
            send_fails(SendErrorKind::Connection, true),
            reply(503, ""),
            reply(404, "gone"),
        ],
    );
    assert_eq!(error.status, Some(404));
    assert_eq!(error.api_message.as_deref(), Some("gone"));
}
