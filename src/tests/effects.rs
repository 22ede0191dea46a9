//! Effect of a failed call on the account, and its number of requests.

use super::{fixtures::*, scripted_server::*};
use crate::{
    Effect::{self, NotApplied, PossiblyApplied},
    ErrorCode, Operation,
    platform::{Duration, SendErrorKind},
};

const CHANGES: [Operation; 2] = [Operation::SuspendUser, Operation::ReactivateUser];
/// Error in the form of the API.
const REFUSAL: &str = r#"{"code":3,"message":"no"}"#;
const READS: [Operation; 2] = [Operation::ListUsers, Operation::GetUser];

/// Replies, each with the effect of a change that gets no other reply.
fn replies() -> Vec<(Reply, Effect)> {
    let cut_off = vec![
        BodyPiece::Bytes(Duration::ZERO, b"{".to_vec()),
        BodyPiece::Fails(send_error(SendErrorKind::Connection, false)),
    ];
    vec![
        (send_fails(SendErrorKind::Denied, false), NotApplied),
        (send_fails(SendErrorKind::Connection, false), NotApplied),
        (send_fails(SendErrorKind::Connection, true), PossiblyApplied),
        (send_fails(SendErrorKind::TimedOut, false), NotApplied),
        (send_fails(SendErrorKind::TimedOut, true), PossiblyApplied),
        (send_fails(SendErrorKind::Malformed, true), PossiblyApplied),
        (no_response(), PossiblyApplied),
        (pieces(200, vec![BodyPiece::Never]), PossiblyApplied),
        (pieces(200, cut_off), PossiblyApplied),
        (reply(200, ""), PossiblyApplied),
        (reply(200, "<html>"), PossiblyApplied),
        (reply(200, "[]"), PossiblyApplied),
        (reply(200, vec![b' '; (8 << 20) + 1]), PossiblyApplied),
        (reply(204, ""), PossiblyApplied),
        (reply(302, ""), PossiblyApplied),
        (reply(400, ""), PossiblyApplied),
        (
            reply(400, "<html>permission denied</html>"),
            PossiblyApplied,
        ),
        (reply(400, REFUSAL), NotApplied),
        (reply(401, ""), NotApplied),
        (reply(407, ""), NotApplied),
        (reply(421, ""), NotApplied),
        (reply(421, "<html>"), NotApplied),
        (reply(403, ""), PossiblyApplied),
        (
            reply(403, "<html>permission denied</html>"),
            PossiblyApplied,
        ),
        (reply(403, REFUSAL), NotApplied),
        (reply(404, ""), PossiblyApplied),
        (
            reply(404, "<html>permission denied</html>"),
            PossiblyApplied,
        ),
        (reply(404, REFUSAL), NotApplied),
        (reply(408, ""), PossiblyApplied),
        (
            reply(408, "<html>permission denied</html>"),
            PossiblyApplied,
        ),
        (reply(408, REFUSAL), NotApplied),
        (reply(409, ""), PossiblyApplied),
        (
            reply(409, "<html>permission denied</html>"),
            PossiblyApplied,
        ),
        (reply(409, REFUSAL), NotApplied),
        (reply(429, ""), PossiblyApplied),
        (
            reply(429, "<html>permission denied</html>"),
            PossiblyApplied,
        ),
        (reply(429, REFUSAL), NotApplied),
        (reply(500, ""), PossiblyApplied),
        (reply(501, ""), PossiblyApplied),
        (reply(503, ""), PossiblyApplied),
    ]
}

#[test]
fn a_change_is_possibly_applied_unless_refused_or_unsent() {
    for (reply, effect) in replies() {
        for operation in CHANGES {
            let error = error_of(operation, vec![reply.clone(); 5]);
            assert_eq!(error.effect, effect, "{reply:?}");
        }
    }
}

#[test]
fn a_failed_read_is_not_applied() {
    for (reply, _) in replies() {
        for operation in READS {
            let error = error_of(operation, vec![reply.clone(); 5]);
            assert_eq!(error.effect, NotApplied, "{reply:?}");
        }
    }
}

#[test]
fn a_change_without_a_token_is_not_applied() {
    for reply in [
        reply(503, ""),
        reply(401, ""),
        no_response(),
        reply(200, "{}"),
    ] {
        let client = client(script(vec![reply; 5]));
        let error = client.platform().run(client.suspend_user(ID)).unwrap_err();
        assert_eq!(error.effect, NotApplied);
    }
}

#[test]
fn possibly_applied_survives_later_refusals() {
    for later in [
        vec![reply(403, r#"{"code":7,"message":"no_owner_remain"}"#)],
        vec![reply(404, "")],
        vec![send_fails(SendErrorKind::Denied, false)],
        vec![reply(401, ""), reply(401, "")],
    ] {
        let replies = [reply(503, "")].into_iter().chain(later);
        let error = error_of(Operation::SuspendUser, replies);
        assert_eq!(error.effect, PossiblyApplied);
    }
}

#[test]
fn possibly_applied_survives_a_rejected_new_token() {
    let client = client(script([
        reply(200, TOKEN),
        reply(503, ""),
        reply(401, ""),
        reply(401, ""),
    ]));
    let error = client.platform().run(client.suspend_user(ID)).unwrap_err();
    assert_eq!(error.code, ErrorCode::Unauthenticated);
    assert_eq!((error.effect, error.requests), (PossiblyApplied, 4));
}

#[test]
fn possibly_applied_does_not_carry_over_to_the_next_call() {
    let mut replies = vec![reply(503, ""); 5];
    replies.push(reply(404, REFUSAL));
    let client = client(with_tokens(script(replies)));
    let first = client.platform().run(client.suspend_user(ID)).unwrap_err();
    assert_eq!(first.effect, PossiblyApplied);
    let second = client.platform().run(client.suspend_user(ID)).unwrap_err();
    assert_eq!(second.effect, NotApplied);
}

#[test]
fn a_change_that_succeeds_on_retry_is_a_success() {
    let client = client(with_tokens(script([reply(503, ""), reply(200, SUSPENDED)])));
    client.platform().run(client.suspend_user(ID)).unwrap();
}

#[test]
fn requests_counts_the_requests_of_this_call_only() {
    let client = client(script([
        reply(503, ""),
        reply(200, TOKEN),
        reply(503, ""),
        reply(401, ""),
        reply(200, TOKEN),
        reply(404, ""),
        reply(404, ""),
    ]));
    assert_eq!(get_user(&client).unwrap_err().requests, 6);
    assert_eq!(get_user(&client).unwrap_err().requests, 1);
}
