//! Tokens that end in the middle of a call.

use std::time::Duration;

use host::{ChangeOptions, ErrorCode, Report, Target};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Action, Endpoint, Fault, Simulator, State};

use super::{
    account_check::{count, expect_agreement},
    interleave::meanwhile,
    short_outcome::{
        Fate::{Changed, Failed},
        count as fated, fates,
    },
};

const CONCURRENCY: u8 = 4;

/// Suspends the targets while something is done behind the client's back, after so many requests of this kind, with as
/// many more under way as there can be.
async fn in_the_middle(
    harness: &mut Harness,
    targets: &[Target],
    (endpoint, after): (Endpoint, usize),
    behind: impl FnOnce(&Simulator),
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
    let report = meanwhile(instance.suspend_users(targets, &options), async {
        simulator.held(held).await;
        behind(simulator);
        simulator.release();
    });
    report.await.unwrap().unwrap()
}

/// Ends tokens.
type End = fn(&Simulator);

const ENDS: [(&str, End); 3] = [
    ("its time is up", |simulator| {
        simulator.advance(Duration::from_secs(901));
    }),
    ("expired", Simulator::expire_all_tokens),
    ("revoked", Simulator::revoke_all_tokens),
];

#[tokio::test]
async fn a_token_that_ends_among_changes_is_replaced_once_and_everybody_is_changed() {
    for endpoint in [Endpoint::Get, Endpoint::Suspend] {
        for (how, end) in ENDS {
            let mut harness = Harness::new().await;
            let members = harness.members(20);
            let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
            let report = in_the_middle(&mut harness, &targets, (endpoint, 7), end).await;
            assert_eq!(fates(&report), [Changed; 20], "{how}");
            assert_eq!(count(&harness.simulator, Endpoint::Token), 2, "{how}");
            // Those under way were refused and went out again, and no others.
            assert_eq!(count(&harness.simulator, endpoint), 24, "{how}");
        }
    }
}

#[tokio::test]
async fn a_token_that_ends_between_pages_is_replaced_and_the_reading_goes_on() {
    for (how, end) in ENDS {
        let mut harness = Harness::with(|builder| builder.users(3500), &[]).await;
        let members = harness.members(20);
        let targets: Vec<_> = members.iter().map(|user| by_email(&user.email)).collect();
        let report = in_the_middle(&mut harness, &targets, (Endpoint::List, 2), end).await;
        assert_eq!(fates(&report), [Changed; 20], "{how}");
        assert_eq!(count(&harness.simulator, Endpoint::Token), 2, "{how}");
        assert_eq!(count(&harness.simulator, Endpoint::List), 5, "{how}");
    }
}

#[tokio::test]
async fn tokens_that_are_revoked_again_and_again_are_each_replaced() {
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
    let report = meanwhile(instance.suspend_users(&targets, &options), async {
        for _ in 0..5 {
            simulator.held(1).await;
            simulator.revoke_all_tokens();
            // The same one again, with a new token, then two more.
            simulator.fault(hold.clone().skip(3));
            simulator.release();
        }
        simulator.clear_faults();
    });
    let report = report.await.unwrap().unwrap();
    assert_eq!(fates(&report), [Changed; 20]);
    assert_eq!(count(simulator, Endpoint::Token), 1 + 5);
    assert_eq!(count(simulator, Endpoint::Suspend), 20 + 5);
}

#[tokio::test]
async fn a_token_of_a_short_life_is_renewed_before_it_ends() {
    let life = Duration::from_secs(1);
    let mut harness = Harness::with(|builder| builder.token_life(life), &[]).await;
    let members = harness.members(40);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let slow = Action::Delay(Duration::from_millis(30));
    harness.simulator.fault(Fault::new(slow).always());
    let options = ChangeOptions {
        concurrency: Some(1),
        ..unguarded()
    };
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert_eq!(fates(&report), [Changed; 40]);
    // More than two seconds of requests.
    assert!(count(&harness.simulator, Endpoint::Token) >= 3);
}

#[tokio::test]
async fn credentials_that_are_refused_in_the_middle_are_not_tried_for_each_target() {
    for endpoint in [Endpoint::Get, Endpoint::Suspend] {
        let mut harness = Harness::new().await;
        let before = harness.simulator.users();
        let members = harness.members(40);
        let ids: Vec<_> = members.into_iter().map(|user| user.id).collect();
        let targets: Vec<_> = ids.iter().map(by_id).collect();
        let report = in_the_middle(&mut harness, &targets, (endpoint, 7), |simulator| {
            simulator.revoke_all_tokens();
            simulator.rotate_secret();
        });
        let report = report.await;
        let unauthenticated = Failed(ErrorCode::Unauthenticated);
        let done = if endpoint == Endpoint::Get { 0 } else { 7 };
        assert_eq!(fated(&report, Changed), done);
        assert_eq!(fated(&report, unauthenticated), 40 - done);
        // The first one, and the one that was refused.
        assert_eq!(count(&harness.simulator, Endpoint::Token), 2);
        expect_agreement(&harness.simulator, &before, &ids, &report, State::Suspended);
    }
}

#[tokio::test]
async fn credentials_that_are_refused_at_first_are_tried_once() {
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
async fn tokens_that_are_never_taken_end_the_call_with_few_of_them() {
    let mut harness = Harness::new().await;
    let members = harness.members(40);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let refused = Action::json(401, "{}");
    let fault = Fault::new(refused).on(Endpoint::Suspend).always();
    harness.simulator.fault(fault);
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(fates(&report), [Failed(ErrorCode::Unauthenticated); 40]);
    let tokens = count(&harness.simulator, Endpoint::Token);
    assert!(tokens <= 1 + usize::from(CONCURRENCY), "{tokens}");
    assert!(count(&harness.simulator, Endpoint::Suspend) <= 4 * usize::from(CONCURRENCY));

    harness.simulator.clear_faults();
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(fates(&report), [Changed; 40]);
}
