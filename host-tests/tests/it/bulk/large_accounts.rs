//! Bulk calls in accounts of up to 100,000 users.

use std::{collections::BTreeSet, time::Instant};

use host::ChangeOptions;
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Endpoint, Role, State};

use super::{
    account_check::count_requests,
    short_outcome::{
        ShortOutcome::{Changed, Unchanged},
        count_outcomes, short_outcomes,
    },
};

/// Number of users in a large account.
const MANY: usize = 100_000;

/// Starts a harness of `users` users, with a deadline for a busy machine.
async fn account(users: usize) -> Harness {
    let variables = [("OP_USERS_DEADLINE_MS", "300000")];
    Harness::with(|builder| builder.users(users), &variables).await
}

#[tokio::test]
async fn five_thousand_ids_are_changed() {
    const TARGETS: usize = 5000;
    let mut harness = account(6000).await;
    let members = harness.members(TARGETS);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let options = ChangeOptions {
        concurrency: Some(16),
        ..unguarded()
    };
    let start = Instant::now();
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    println!("{TARGETS} ids in {:?}", start.elapsed());
    assert_eq!(short_outcomes(&report), vec![Changed; TARGETS]);
    assert_eq!(report.requests as usize, 1 + 2 * TARGETS);
    let simulator = &harness.simulator;
    assert!(simulator.max_in_flight() <= 16);
    for (target, member) in report.targets.iter().zip(&members) {
        assert_eq!(target.user.as_ref().unwrap().id, member.id);
        assert_eq!(simulator.user(&member.id).unwrap().state, State::Suspended);
    }
}

#[tokio::test]
async fn a_thousand_addresses_read_100000_users_once() {
    const TARGETS: usize = 1000;
    let mut harness = account(MANY).await;
    let before = harness.simulator.users();
    // Spread over the list; one in twenty is suspended already.
    let members = before.iter().filter(|user| user.role == Role::Member);
    let members: Vec<_> = members.step_by(90).take(TARGETS).collect();
    let targets: Vec<_> = members.iter().map(|user| by_email(&user.email)).collect();
    let active = members.iter().filter(|user| user.state == State::Active);
    let active = active.count();
    let options = ChangeOptions {
        concurrency: Some(16),
        ..unguarded()
    };
    let start = Instant::now();
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    println!("{TARGETS} addresses among {MANY} in {:?}", start.elapsed());
    assert_eq!(targets.len(), TARGETS);
    assert!(active < TARGETS);
    assert_eq!(count_outcomes(&report, Changed), active);
    assert_eq!(count_outcomes(&report, Unchanged), TARGETS - active);
    let simulator = &harness.simulator;
    assert_eq!(count_requests(simulator, Endpoint::Token), 1);
    assert_eq!(count_requests(simulator, Endpoint::List), 100);
    assert_eq!(count_requests(simulator, Endpoint::Suspend), active);
    assert_eq!(simulator.requests().len(), 1 + 100 + active);
    // The targets are suspended, and no other user changed.
    let named: BTreeSet<_> = members.iter().map(|user| &user.id).collect();
    for (was, now) in before.iter().zip(simulator.users()) {
        if named.contains(&was.id) {
            assert_eq!(now.state, State::Suspended);
        } else {
            assert_eq!(now, *was);
        }
    }
}

#[tokio::test]
async fn every_user_of_100000_is_listed_once() {
    let mut harness = account(MANY).await;
    let start = Instant::now();
    let list = harness.list_all(None, u32::MAX).await.unwrap();
    println!("{MANY} users in {:?}", start.elapsed());
    assert!(list.complete);
    let listed = list.users.into_iter().map(|user| user.id);
    let users = harness.simulator.users().into_iter().map(|user| user.id);
    assert!(listed.eq(users));
}
