//! What holds for every call, whatever the server does: many random servers, several calls at once.

use proptest::{collection::vec, prelude::*, sample::select};

use super::{server::*, simulation::Task};
use crate::{
    Effect, Error, Operation,
    host::{Duration, SendErrorKind},
};

const DEADLINE: Duration = Duration::from_secs(30);
const OPERATIONS: [Operation; 5] = [
    Operation::ListUsers,
    Operation::GetUser,
    Operation::SuspendUser,
    Operation::ReactivateUser,
    Operation::RevokeToken,
];

/// A reply such as a good server gives, or a bad one, or none.
fn any_reply() -> impl Strategy<Value = Reply> {
    let body = select(vec![
        TOKEN.to_owned(),
        r#"{"access_token":"stub-token-2"}"#.into(),
        r#"{"access_token":"stub-token-3","expires_in":1}"#.into(),
        ACTIVE.into(),
        SUSPENDED.into(),
        "{}".into(),
        String::new(),
        "<html>".into(),
        r#"{"code":7,"message":"no_owner_remain"}"#.into(),
        format!("{CLIENT_SECRET} {BASIC}"),
    ]);
    let status = prop_oneof![
        5 => Just(200_u16),
        5 => select(vec![204, 302, 400, 401, 403, 404, 408, 429, 500, 503]),
    ];
    let wait = prop_oneof![3 => Just(None), 1 => (0..40_u32).prop_map(Some)];
    let kind = select(vec![
        SendErrorKind::Denied,
        SendErrorKind::Connection,
        SendErrorKind::TimedOut,
        SendErrorKind::TooLarge,
        SendErrorKind::Malformed,
    ]);
    let last = select(vec![
        None,
        Some(Piece::Never),
        Some(Piece::Fails(send_error(SendErrorKind::Connection, true))),
    ]);
    let answer = (status, wait, body, vec(0..20_000_u64, 1..4), last).prop_map(
        |(status, wait, body, delays, last)| {
            let size = body.len().div_ceil(delays.len()).max(1);
            let chunks = body.as_bytes().chunks(size).zip(delays);
            let chunks = chunks
                .map(|(chunk, ms)| Piece::Bytes(Duration::from_millis(ms), chunk.to_vec()))
                .chain(last);
            let answer = pieces(status, chunks.collect());
            match wait {
                None => answer,
                Some(wait) => answer.retry_after(&wait.to_string()),
            }
        },
    );
    let reply = prop_oneof![
        12 => answer,
        2 => (kind, any::<bool>()).prop_map(|(kind, reached)| fails(kind, reached)),
        1 => Just(never()),
    ];
    (reply, prop_oneof![Just(0), 0..20_000_u64])
        .prop_map(|(reply, ms)| reply.after(Duration::from_millis(ms)))
}

/// What must be true of every error.
fn check_error(operation: Operation, error: &Error) {
    let name = format!("{}: ", operation.name());
    assert!(error.message.starts_with(&name), "{error:?}");
    for secret in [CLIENT_SECRET, BASIC] {
        assert!(!format!("{error:?}").contains(secret), "{error:?}");
    }
    let changes = matches!(
        operation,
        Operation::SuspendUser | Operation::ReactivateUser
    );
    assert!(changes || error.effect == Effect::Unchanged, "{error:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_call_ends_in_time_and_keeps_its_promises(
        replies in vec(any_reply(), 1..12),
        operations in vec(select(&OPERATIONS[..]), 1..5),
        patience in prop_oneof![Just(None), (0..30_000_u64).prop_map(Some)],
    ) {
        let mut replies = replies.into_iter().cycle();
        let client = client(move |_| replies.next().unwrap());
        let host = client.host();
        for round in 1..3_u64 {
            let calls = operations.iter().map(|&operation| {
                let call = call(&client, operation);
                let patience = patience.map_or(DEADLINE.times(2), Duration::from_millis);
                Box::pin(host.give_up_after(patience, call)) as Task<'_, _>
            });
            let results = host.join(calls);
            let sent = host.sent();
            prop_assert!(host.elapsed() <= DEADLINE.times(round));
            prop_assert!(sent.iter().all(|sent| sent.at < DEADLINE.times(round)));
            for (&operation, result) in operations.iter().zip(&results) {
                if let Some(Err(error)) = result {
                    check_error(operation, error);
                }
            }
        }
        if operations.len() == 1 {
            prop_assert!(host.most_in_flight() <= 1);
        }
    }
}
