//! What a failed call leaves behind: whether a change may have been made, and how many requests it took.

use super::server::*;
use crate::{
    Effect::{self, Uncertain, Unchanged},
    ErrorCode, Operation,
    platform::{Duration, SendErrorKind},
};

const CHANGES: [Operation; 2] = [Operation::SuspendUser, Operation::ReactivateUser];
const READS: [Operation; 2] = [Operation::ListUsers, Operation::GetUser];

/// A reply for ever, and what a change leaves behind that got nothing else.
fn replies() -> Vec<(Reply, Effect)> {
    let cut_off = vec![
        Piece::Bytes(Duration::ZERO, b"{".to_vec()),
        Piece::Fails(send_error(SendErrorKind::Connection, false)),
    ];
    vec![
        (fails(SendErrorKind::Denied, false), Unchanged),
        (fails(SendErrorKind::Connection, false), Unchanged),
        (fails(SendErrorKind::Connection, true), Uncertain),
        (fails(SendErrorKind::TimedOut, false), Unchanged),
        (fails(SendErrorKind::TimedOut, true), Uncertain),
        (fails(SendErrorKind::Malformed, true), Uncertain),
        (never(), Uncertain),
        (pieces(200, vec![Piece::Never]), Uncertain),
        (pieces(200, cut_off), Uncertain),
        (reply(200, ""), Uncertain),
        (reply(200, "<html>"), Uncertain),
        (reply(200, "[]"), Uncertain),
        (reply(200, vec![b' '; (8 << 20) + 1]), Uncertain),
        (reply(204, ""), Uncertain),
        (reply(302, ""), Uncertain),
        (reply(400, ""), Unchanged),
        (reply(401, ""), Unchanged),
        (reply(403, ""), Unchanged),
        (reply(404, ""), Unchanged),
        (reply(408, ""), Unchanged),
        (reply(409, ""), Unchanged),
        (reply(429, ""), Unchanged),
        (reply(500, ""), Uncertain),
        (reply(501, ""), Uncertain),
        (reply(503, ""), Uncertain),
    ]
}

#[test]
fn a_change_is_uncertain_unless_it_was_refused_or_never_went_out() {
    for (reply, effect) in replies() {
        for operation in CHANGES {
            let error = error_of(operation, vec![reply.clone(); 5]);
            assert_eq!(error.effect, effect, "{reply:?}");
        }
    }
}

#[test]
fn whoever_only_reads_changes_nothing() {
    for (reply, _) in replies() {
        for operation in READS {
            let error = error_of(operation, vec![reply.clone(); 5]);
            assert_eq!(error.effect, Unchanged, "{reply:?}");
        }
    }
}

#[test]
fn a_change_without_a_token_did_not_go_out() {
    for reply in [reply(503, ""), reply(401, ""), never(), reply(200, "{}")] {
        let client = client(script(vec![reply; 5]));
        let error = client.host().run(client.suspend_user(ID)).unwrap_err();
        assert_eq!(error.effect, Unchanged);
    }
}

#[test]
fn once_uncertain_a_change_stays_so_whatever_comes_after() {
    for later in [
        vec![reply(403, r#"{"code":7,"message":"no_owner_remain"}"#)],
        vec![reply(404, "")],
        vec![fails(SendErrorKind::Denied, false)],
        vec![reply(401, ""), reply(401, "")],
    ] {
        let replies = [reply(503, "")].into_iter().chain(later);
        let error = error_of(Operation::SuspendUser, replies);
        assert_eq!(error.effect, Uncertain);
    }
}

#[test]
fn a_change_stays_uncertain_when_its_new_token_is_refused() {
    let client = client(script([
        reply(200, TOKEN),
        reply(503, ""),
        reply(401, ""),
        reply(401, ""),
    ]));
    let error = client.host().run(client.suspend_user(ID)).unwrap_err();
    assert_eq!(error.code, ErrorCode::Unauthenticated);
    assert_eq!((error.effect, error.attempts), (Uncertain, 4));
}

#[test]
fn every_call_begins_with_a_certain_effect() {
    let mut replies = vec![reply(503, ""); 5];
    replies.push(reply(404, ""));
    let client = client(with_tokens(script(replies)));
    let first = client.host().run(client.suspend_user(ID)).unwrap_err();
    assert_eq!(first.effect, Uncertain);
    let second = client.host().run(client.suspend_user(ID)).unwrap_err();
    assert_eq!(second.effect, Unchanged);
}

#[test]
fn a_change_that_succeeds_after_all_is_a_success() {
    let client = client(with_tokens(script([reply(503, ""), reply(200, SUSPENDED)])));
    client.host().run(client.suspend_user(ID)).unwrap();
}

#[test]
fn attempts_are_all_requests_of_the_call_and_of_no_other() {
    let client = client(script([
        reply(503, ""),
        reply(200, TOKEN),
        reply(503, ""),
        reply(401, ""),
        reply(200, TOKEN),
        reply(404, ""),
        reply(404, ""),
    ]));
    assert_eq!(get(&client).unwrap_err().attempts, 6);
    assert_eq!(get(&client).unwrap_err().attempts, 1);
}
