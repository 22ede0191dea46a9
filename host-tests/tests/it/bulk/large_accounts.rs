//! Large accounts, and many targets.

use std::{collections::BTreeSet, time::Instant};

use host::ChangeOptions;
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Endpoint, Role, State};

use super::{
    account_check::count,
    short_outcome::{
        Fate::{Changed, Unchanged},
        count as fated, fates,
    },
};

const MANY: usize = 100_000;

/// An account of so many users, and time for what is done in it on a busy machine.
async fn account(users: usize) -> Harness {
    let more = [("OP_USERS_DEADLINE_MS", "300000")];
    Harness::with(|builder| builder.users(users), &more).await
}

#[tokio::test]
async fn ids_by_the_thousand_are_all_changed() {
    const TARGETS: usize = 5000;
    let mut harness = account(6000).await;
    let members = harness.members(TARGETS);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let options = ChangeOptions {
        concurrency: Some(16),
        ..unguarded()
    };
    let begun = Instant::now();
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    println!("{TARGETS} ids in {:?}", begun.elapsed());
    assert_eq!(fates(&report), vec![Changed; TARGETS]);
    assert_eq!(report.requests as usize, 1 + 2 * TARGETS);
    let simulator = &harness.simulator;
    assert!(simulator.max_in_flight() <= 16);
    for (target, member) in report.targets.iter().zip(&members) {
        assert_eq!(target.user.as_ref().unwrap().id, member.id);
        assert_eq!(simulator.user(&member.id).unwrap().state, State::Suspended);
    }
}

#[tokio::test]
async fn addresses_by_the_thousand_cost_one_pass_over_100000_users() {
    const TARGETS: usize = 1000;
    let mut harness = account(MANY).await;
    let before = harness.simulator.users();
    // All over the list, and one in twenty of them suspended already.
    let members = before.iter().filter(|user| user.role == Role::Member);
    let members: Vec<_> = members.step_by(90).take(TARGETS).collect();
    let targets: Vec<_> = members.iter().map(|user| by_email(&user.email)).collect();
    let active = members.iter().filter(|user| user.state == State::Active);
    let active = active.count();
    let options = ChangeOptions {
        concurrency: Some(16),
        ..unguarded()
    };
    let begun = Instant::now();
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    println!("{TARGETS} addresses among {MANY} in {:?}", begun.elapsed());
    assert_eq!(targets.len(), TARGETS);
    assert!(active < TARGETS);
    assert_eq!(fated(&report, Changed), active);
    assert_eq!(fated(&report, Unchanged), TARGETS - active);
    let simulator = &harness.simulator;
    assert_eq!(count(simulator, Endpoint::Token), 1);
    assert_eq!(count(simulator, Endpoint::List), 100);
    assert_eq!(count(simulator, Endpoint::Suspend), active);
    assert_eq!(simulator.requests().len(), 1 + 100 + active);
    // Everybody who was named is suspended, and nobody else was touched.
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
async fn everybody_of_100000_comes_once() {
    let mut harness = account(MANY).await;
    let begun = Instant::now();
    let list = harness.list_all(None, u32::MAX).await.unwrap();
    println!("{MANY} users in {:?}", begun.elapsed());
    assert!(list.complete);
    let listed = list.users.into_iter().map(|user| user.id);
    let users = harness.simulator.users().into_iter().map(|user| user.id);
    assert!(listed.eq(users));
}
