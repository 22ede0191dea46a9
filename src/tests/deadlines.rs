//! Deadlines and timeouts of calls.

use super::{fixtures::*, scripted_server::*};
use crate::{
    Client, Effect, Error, ErrorCode, Operation,
    platform::{Duration, SendErrorKind},
    settings::RawSettings,
    tests::fake_platform::FakePlatform,
};

const DEADLINE: Duration = Duration::from_secs(30);

/// Returns the error of a `get_user` against this server, and its duration.
fn get_with(server: impl FnMut(&SentRequest) -> Reply + 'static) -> (Error, Duration) {
    let client = client(with_tokens(server));
    let error = get_user(&client).unwrap_err();
    (error, client.platform().elapsed())
}

fn bytes(after: Duration) -> BodyPiece {
    BodyPiece::Bytes(after, b" ".to_vec())
}

#[test]
fn a_silent_server_times_out_at_the_deadline() {
    let (error, elapsed) = get_with(|_| no_response());
    assert_eq!(elapsed, DEADLINE);
    assert_eq!(error.code, ErrorCode::TimedOut);
    assert_eq!(
        message_and_hint(&error),
        (
            "get-user: the deadline passed while waiting for the response",
            Some(SET_LONGER_DEADLINE)
        )
    );
}

#[test]
fn a_silent_token_endpoint_times_out_at_the_deadline() {
    let client = client(|_| no_response());
    assert_eq!(get_user(&client).unwrap_err().code, ErrorCode::TimedOut);
    assert_eq!(client.platform().elapsed(), DEADLINE);
}

#[test]
fn a_body_that_stalls_times_out_by_the_deadline() {
    let (error, elapsed) = get_with(|_| pieces(200, vec![bytes(Duration::ZERO), BodyPiece::Never]));
    assert!(elapsed <= DEADLINE);
    assert_eq!(error.code, ErrorCode::TimedOut);
    assert_eq!(error.requests, 6);
    assert_eq!(
        message_and_hint(&error),
        (
            "get-user: no response came in time while reading the response",
            Some("try again later")
        )
    );
}

#[test]
fn a_body_that_trickles_times_out_at_the_deadline() {
    let (error, elapsed) = get_with(|_| pieces(200, vec![bytes(Duration::from_millis(4900)); 100]));
    assert_eq!(elapsed, DEADLINE);
    assert_eq!(error.code, ErrorCode::TimedOut);
    assert_eq!(
        message_and_hint(&error),
        (
            "get-user: the deadline passed while reading the response",
            Some(SET_LONGER_DEADLINE)
        )
    );
}

#[test]
fn an_error_body_that_trickles_keeps_its_status() {
    let (error, elapsed) = get_with(|_| pieces(403, vec![bytes(Duration::from_millis(4900)); 100]));
    assert_eq!(elapsed, Duration::from_secs(5));
    assert_eq!(error.status, Some(403));
}

#[test]
fn a_body_that_trickles_ends_after_a_minute() {
    let trickle = |sent: &SentRequest| {
        if sent.is_token() {
            return reply(200, TOKEN);
        }
        pieces(200, vec![bytes(Duration::from_secs(4)); 100])
    };
    let client = client(trickle);
    let call = client.find_user("u1@acme.example", Some(3_600_000));
    let error = client.platform().run(call).unwrap_err();
    assert_eq!(error.code, ErrorCode::TimedOut);
    // Five attempts of a minute for the look-up, and the waits between them.
    let elapsed = client.platform().elapsed();
    assert!(
        (300_000..330_000).contains(&elapsed.as_millis()),
        "{elapsed:?}"
    );
}

#[test]
fn a_head_may_take_15_seconds_and_a_body_piece_5() {
    let answer = |head: u64, piece: u64| {
        let piece = BodyPiece::Bytes(Duration::from_millis(piece), ACTIVE.into());
        let slow = pieces(200, vec![piece]).after(Duration::from_millis(head));
        let client = client(with_tokens(script([slow, reply(200, ACTIVE)])));
        get_user(&client).unwrap();
        client.platform().count(|sent| !sent.is_token())
    };
    assert_eq!(answer(15_000, 5000), 1);
    assert_eq!(answer(15_001, 0), 2);
    assert_eq!(answer(0, 5001), 2);
}

#[test]
fn a_timeout_message_names_the_failure_before_it() {
    let error = error_of(
        Operation::GetUser,
        [
            reply(503, "busy"),
            no_response(),
            no_response(),
            no_response(),
        ],
    );
    assert_eq!(error.code, ErrorCode::TimedOut);
    assert_eq!(
        message_and_hint(&error),
        (
            "get-user: the deadline passed while waiting for the response; an earlier attempt failed: the server failed (503, it says: busy)",
            Some(SET_LONGER_DEADLINE)
        )
    );
}

#[test]
fn a_retry_after_date_counts_from_the_date_header() {
    let now = "Mon, 23 Nov 2026 12:00:00 GMT";
    for (retry_after, date, waited) in [
        ("Mon, 23 Nov 2026 12:00:07 GMT", Some(now), Some(7_000)),
        ("Mon, 23 Nov 2026 11:00:00 GMT", Some(now), Some(100)),
        // Without a `Date` header the date cannot be interpreted: the back-off applies.
        ("Mon, 23 Nov 2026 12:00:07 GMT", None, None),
        ("tomorrow", Some(now), None),
    ] {
        let refusal = reply(503, "").retry_after(retry_after);
        let refusal = match date {
            Some(date) => refusal.date(date),
            None => refusal,
        };
        let client = client(with_tokens(script([refusal, reply(200, ACTIVE)])));
        get_user(&client).unwrap();
        let elapsed = client.platform().elapsed();
        match waited {
            Some(ms) => assert_eq!(elapsed, Duration::from_millis(ms)),
            None => assert!(elapsed > Duration::ZERO && elapsed < Duration::from_millis(500)),
        }
    }
}

#[test]
fn a_content_length_over_8_mib_is_rejected_unread() {
    let endless = vec![BodyPiece::Never];
    for (announced, elapsed) in [((8 << 20) + 1, 0), (u64::MAX, 0)] {
        let replies = [pieces(200, endless.clone()).content_length(announced)];
        let client = client(with_tokens(script(replies)));
        let error = get_user(&client).unwrap_err();
        assert_eq!(error.code, ErrorCode::MalformedResponse);
        assert_eq!(client.platform().elapsed(), Duration::from_secs(elapsed));
    }
    // A wrong `Content-Length` within the limit is ignored.
    for announced in [0, 1, 8 << 20] {
        let replies = [reply(200, ACTIVE).content_length(announced)];
        let client = client(with_tokens(script(replies)));
        get_user(&client).unwrap();
    }
}

#[test]
fn a_retry_needs_100_ms_after_its_wait() {
    for (deadline_ms, attempts) in [(1100, 2), (1101, 3)] {
        let raw_settings = RawSettings {
            deadline_ms: Some(deadline_ms),
            ..raw_settings()
        };
        let refuse = |_: &_| reply(429, "").retry_after("1");
        let client = client_with(raw_settings, with_tokens(refuse));
        let error = get_user(&client).unwrap_err();
        assert_eq!(
            (error.code, error.requests),
            (ErrorCode::RateLimited, attempts)
        );
    }
}

#[test]
fn a_wait_beyond_the_deadline_is_not_begun() {
    for (wait, begun) in [
        ("29", true),
        ("30", false),
        ("31", false),
        ("99999999999999999999", false),
    ] {
        let client = client(with_tokens(move |_| reply(429, "").retry_after(wait)));
        let error = get_user(&client).unwrap_err();
        assert_eq!(error.code, ErrorCode::RateLimited);
        assert_eq!(error.requests, if begun { 3 } else { 2 });
        assert_eq!(
            client.platform().elapsed(),
            Duration::from_secs(if begun { 29 } else { 0 })
        );
    }
}

#[test]
fn nothing_is_sent_after_the_deadline() {
    let client = client(|_| reply(200, TOKEN).after(DEADLINE));
    // A head may take half of the deadline, so that the second attempt ends with it.
    let error = get_user(&client).unwrap_err();
    assert_eq!(error.code, ErrorCode::TimedOut);
    assert!(
        client
            .platform()
            .sent()
            .iter()
            .all(|sent| sent.at < DEADLINE)
    );
}

#[test]
fn a_token_that_arrives_with_the_deadline_is_not_used() {
    let raw_settings = RawSettings {
        deadline_ms: Some(10_000),
        ..raw_settings()
    };
    let client = client_with(
        raw_settings,
        script([reply(200, TOKEN).after(Duration::from_secs(10))]),
    );
    let error = client.platform().run(client.suspend_user(ID)).unwrap_err();
    assert_eq!(
        message_and_hint(&error),
        (
            "suspend-user: the deadline passed before the request could be sent",
            Some(SET_LONGER_DEADLINE)
        )
    );
    assert_eq!((error.effect, error.requests), (Effect::NotApplied, 1));
}

/// Returns a client with this deadline in milliseconds and a server that never answers.
fn silent(deadline_ms: u32) -> Client<FakePlatform> {
    let raw_settings = RawSettings {
        deadline_ms: Some(deadline_ms),
        ..raw_settings()
    };
    client_with(raw_settings, |_| no_response())
}

#[test]
fn each_call_gets_the_full_deadline_of_the_settings() {
    for deadline_ms in [1, 1500, 3_600_000] {
        let client = silent(deadline_ms);
        get_user(&client).unwrap_err();
        let deadline = Duration::from_millis(deadline_ms.into());
        assert!(client.platform().elapsed() <= deadline);
    }
    let client = silent(1500);
    get_user(&client).unwrap_err();
    get_user(&client).unwrap_err();
    assert_eq!(client.platform().elapsed(), Duration::from_secs(3));
}

#[test]
fn repeated_platform_timeouts_are_reported_once() {
    let error = error_of(
        Operation::GetUser,
        vec![send_fails(SendErrorKind::TimedOut, true); 5],
    );
    assert_eq!(
        message_and_hint(&error),
        (
            "get-user: the connection is closed",
            Some("check the network, or try again later")
        )
    );
}

#[test]
fn an_error_body_is_not_read_to_its_end() {
    let piece = BodyPiece::Bytes(Duration::from_secs(1), vec![b'x'; 4 << 10]);
    let (error, elapsed) = get_with(move |_| pieces(403, vec![piece.clone(); 1000]));
    assert_eq!(error.status, Some(403));
    assert_eq!(elapsed, Duration::from_secs(5));
}
