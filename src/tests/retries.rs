//! What is tried again, how often, and after which wait.

use super::{fixtures::*, scripted_server::*};
use crate::{
    Operation,
    platform::{Duration, SendErrorKind},
};

/// How often a get is sent that is always answered like this.
fn times_tried(reply: Reply) -> usize {
    let client = client(with_tokens(move |_| reply.clone()));
    get_user(&client).unwrap_err();
    client.platform().count(|sent| !sent.is_token())
}

#[test]
fn what_may_go_better_is_tried_five_times() {
    for status in [408, 429, 500, 502, 503, 504] {
        assert_eq!(times_tried(reply(status, "")), 5, "{status}");
    }
    for kind in [
        SendErrorKind::Connection,
        SendErrorKind::TimedOut,
        SendErrorKind::Malformed,
    ] {
        for possibly_received in [false, true] {
            assert_eq!(
                times_tried(send_fails(kind, possibly_received)),
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
fn what_stays_as_it_is_is_tried_once() {
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
fn a_token_request_is_tried_again_unless_the_server_refused_it() {
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
fn a_change_is_tried_again_like_a_get() {
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
fn retry_after_is_waited_to_the_second() {
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
fn retry_after_nothing_is_not_waited_for() {
    let client = client(with_tokens(script([
        reply(503, "").retry_after("0"),
        reply(200, ACTIVE),
    ])));
    get_user(&client).unwrap();
    assert_eq!(client.platform().elapsed(), Duration::ZERO);
}

#[test]
fn a_retry_after_that_cannot_be_read_leaves_it_to_the_back_off() {
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
fn without_retry_after_each_wait_is_less_than_a_bound_that_doubles() {
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
fn the_attempts_of_the_token_and_of_the_request_are_counted_apart() {
    let failing = || (0..4).map(|_| reply(503, "").retry_after("0"));
    let replies = failing()
        .chain([reply(200, TOKEN)])
        .chain(failing())
        .chain([reply(200, ACTIVE)]);
    let client = client(script(replies));
    get_user(&client).unwrap();
}

#[test]
fn the_last_failure_is_the_one_reported() {
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
