//! Tokens that expire, are revoked or are rejected in the middle of a bulk call.

use std::time::Duration;

use host::{ChangeOptions, ErrorCode, Report, Target};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Action, Endpoint, Fault, Simulator, State};

use super::{
    account_check::{assert_account_matches, count_requests},
    interleave::interleave,
    short_outcome::{
        ShortOutcome::{Changed, Failed},
        count_outcomes, short_outcomes,
    },
};

/// Number of concurrent requests.
const CONCURRENCY: u8 = 4;

/// Suspends the targets, and runs `action` after `after` requests of an endpoint, with the maximum number in flight.
async fn suspend_with_action(
    harness: &mut Harness,
    targets: &[Target],
    (endpoint, after): (Endpoint, usize),
    action: impl FnOnce(&Simulator),
) -> Report {
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let held = match endpoint {
        Endpoint::List => 1,
        _ => usize::from(CONCURRENCY),
    };
    let fault = Fault::new(Action::Hold).on(endpoint);
    simulator.fault(fault.skip(after).times(held));
    let options = ChangeOptions {
        concurrency: Some(CONCURRENCY),
        ..unguarded()
    };
    let report = interleave(instance.suspend_users(targets, &options), async {
        simulator.held(held).await;
        action(simulator);
        simulator.release();
    });
    report.await.unwrap().unwrap()
}

/// Invalidates the tokens of a simulator.
type Invalidate = fn(&Simulator);

const INVALIDATIONS: [(&str, Invalidate); 3] = [
    ("lifetime passed", |simulator| {
        simulator.advance(Duration::from_secs(901));
    }),
    ("expired", Simulator::expire_all_tokens),
    ("revoked", Simulator::revoke_all_tokens),
];

#[tokio::test]
async fn a_token_invalid_during_requests_is_replaced_once() {
    for endpoint in [Endpoint::Get, Endpoint::Suspend] {
        for (how, invalidate) in INVALIDATIONS {
            let mut harness = Harness::new().await;
            let members = harness.members(20);
            let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
            let report =
                suspend_with_action(&mut harness, &targets, (endpoint, 7), invalidate).await;
            assert_eq!(short_outcomes(&report), [Changed; 20], "{how}");
            assert_eq!(
                count_requests(&harness.simulator, Endpoint::Token),
                2,
                "{how}"
            );
            // Only the requests in flight were rejected and repeated.
            assert_eq!(count_requests(&harness.simulator, endpoint), 24, "{how}");
        }
    }
}

#[tokio::test]
async fn a_token_invalid_between_pages_is_replaced() {
    for (how, invalidate) in INVALIDATIONS {
        let mut harness = Harness::with(|builder| builder.users(3500), &[]).await;
        let members = harness.members(20);
        let targets: Vec<_> = members.iter().map(|user| by_email(&user.email)).collect();
        let report =
            suspend_with_action(&mut harness, &targets, (Endpoint::List, 2), invalidate).await;
        assert_eq!(short_outcomes(&report), [Changed; 20], "{how}");
        assert_eq!(
            count_requests(&harness.simulator, Endpoint::Token),
            2,
            "{how}"
        );
        assert_eq!(
            count_requests(&harness.simulator, Endpoint::List),
            5,
            "{how}"
        );
    }
}

#[tokio::test]
async fn each_of_five_revoked_tokens_is_replaced() {
    let mut harness = Harness::new().await;
    let members = harness.members(20);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let hold = Fault::new(Action::Hold).on(Endpoint::Suspend);
    let options = ChangeOptions {
        concurrency: Some(1),
        ..unguarded()
    };
    simulator.fault(hold.clone());
    let report = interleave(instance.suspend_users(&targets, &options), async {
        for _ in 0..5 {
            simulator.held(1).await;
            simulator.revoke_all_tokens();
            // The rejected request is repeated with a new token, then two more follow.
            simulator.fault(hold.clone().skip(3));
            simulator.release();
        }
        simulator.clear_faults();
    });
    let report = report.await.unwrap().unwrap();
    assert_eq!(short_outcomes(&report), [Changed; 20]);
    assert_eq!(count_requests(simulator, Endpoint::Token), 1 + 5);
    assert_eq!(count_requests(simulator, Endpoint::Suspend), 20 + 5);
}

#[tokio::test]
async fn a_token_of_short_lifetime_is_renewed_before_it_expires() {
    let lifetime = Duration::from_secs(1);
    let mut harness = Harness::with(|builder| builder.token_life(lifetime), &[]).await;
    let members = harness.members(40);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let slow = Action::Delay(Duration::from_millis(30));
    harness.simulator.fault(Fault::new(slow).always());
    let options = ChangeOptions {
        concurrency: Some(1),
        ..unguarded()
    };
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert_eq!(short_outcomes(&report), [Changed; 40]);
    // The requests take more than two lifetimes.
    assert!(count_requests(&harness.simulator, Endpoint::Token) >= 3);
}

#[tokio::test]
async fn credentials_rejected_midway_are_tried_once() {
    for endpoint in [Endpoint::Get, Endpoint::Suspend] {
        let mut harness = Harness::new().await;
        let before = harness.simulator.users();
        let members = harness.members(40);
        let ids: Vec<_> = members.into_iter().map(|user| user.id).collect();
        let targets: Vec<_> = ids.iter().map(by_id).collect();
        let report = suspend_with_action(&mut harness, &targets, (endpoint, 7), |simulator| {
            simulator.revoke_all_tokens();
            simulator.rotate_secret();
        });
        let report = report.await;
        let unauthenticated = Failed(ErrorCode::Unauthenticated);
        let done = if endpoint == Endpoint::Get { 0 } else { 7 };
        assert_eq!(count_outcomes(&report, Changed), done);
        assert_eq!(count_outcomes(&report, unauthenticated), 40 - done);
        // The first exchange and the rejected one.
        assert_eq!(count_requests(&harness.simulator, Endpoint::Token), 2);
        assert_account_matches(&harness.simulator, &before, &ids, &report, State::Suspended);
    }
}

#[tokio::test]
async fn credentials_rejected_at_first_are_tried_once() {
    let mut harness = Harness::new().await;
    harness.simulator.rotate_secret();
    let members = harness.members(20);
    let mut targets: Vec<_> = members[..10].iter().map(|user| by_id(&user.id)).collect();
    targets.extend(members[10..].iter().map(|user| by_email(&user.email)));
    let error = harness
        .suspend_all(&targets, &unguarded())
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Unauthenticated);
    assert_eq!(error.requests, 1);
    assert_eq!(harness.simulator.requests().len(), 1);
}

#[tokio::test]
async fn tokens_that_are_always_rejected_are_exchanged_rarely() {
    let mut harness = Harness::new().await;
    let members = harness.members(40);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let rejected = Action::json(401, "{}");
    let fault = Fault::new(rejected).on(Endpoint::Suspend).always();
    harness.simulator.fault(fault);
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(
        short_outcomes(&report),
        [Failed(ErrorCode::Unauthenticated); 40]
    );
    let tokens = count_requests(&harness.simulator, Endpoint::Token);
    assert!(tokens <= 1 + usize::from(CONCURRENCY), "{tokens}");
    assert!(count_requests(&harness.simulator, Endpoint::Suspend) <= 4 * usize::from(CONCURRENCY));

    harness.simulator.clear_faults();
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(short_outcomes(&report), [Changed; 40]);
}
