//! Little memory: what does not fit is an error in words, and the instance lives on.

use std::time::Instant;

use host::{
    ChangeOptions, ErrorCode, Instance, InstanceOptions, Outcome, Report, Selector, Target,
};
use host_tests::{Harness, by_email, by_id, environment, instance, unguarded};
use simulator::{Action, Endpoint, Fault, Role, Simulator, State};

use super::short_outcome::{
    Fate::{self, Changed, Failed, Unchanged, WouldChange},
    count, fates,
};

/// The least that an instance is promised to work within, in bytes.
const LITTLE: usize = 4 << 20;
const MANY: usize = 100_000;

/// An account of so many users, and an instance of little memory.
async fn account(users: usize) -> (Simulator, Instance) {
    let simulator = Simulator::builder().users(users).start().await.unwrap();
    let mut variables = environment(&simulator);
    // Time enough on a busy machine.
    variables.push(("OP_USERS_DEADLINE_MS".into(), "300000".into()));
    let (instance, _) = instance(InstanceOptions::new(variables).max_memory(LITTLE)).await;
    (simulator, instance)
}

#[tokio::test]
async fn finding_somebody_among_100000_takes_little_memory() {
    let (simulator, mut instance) = account(MANY).await;
    let users = simulator.users();
    simulator.set_email(&users[99_999].id, &users[7].email);
    let begun = Instant::now();
    for (email, expected) in [
        (&users[99_998].email, Ok(&users[99_998].id)),
        (&users[7].email, Err(ErrorCode::Ambiguous)),
        (&users[99_999].email, Err(ErrorCode::NotFound)),
    ] {
        let found = instance.find_user(email, None).await.unwrap();
        let found = found
            .as_ref()
            .map(|user| &user.id)
            .map_err(|error| error.code);
        assert_eq!(found, expected, "{email}");
    }
    println!("three times {MANY} users in {:?}", begun.elapsed());
    assert_eq!(simulator.requests().len(), 1 + 3 * 100);
}

#[tokio::test]
async fn a_list_that_does_not_fit_is_an_error_in_words() {
    let (simulator, mut instance) = account(MANY).await;
    for _ in 0..2 {
        let result = instance.list_all_users(None, u32::MAX, None).await.unwrap();
        let error = result.unwrap_err();
        assert_eq!(error.code, ErrorCode::Other, "{error:?}");
        assert!(error.message.contains("memory"), "{}", error.message);
        let list = instance
            .list_all_users(None, 1000, None)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((list.users.len(), list.complete), (1000, false));
        let email = &simulator.owner().email;
        assert!(instance.find_user(email, None).await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn a_limit_of_any_size_is_met_or_is_an_error_in_words() {
    let (_simulator, mut instance) = account(20_000).await;
    let mut largest = 0;
    for limit in (1000..=20_000).step_by(1000) {
        match instance.list_all_users(None, limit, None).await.unwrap() {
            Ok(list) => {
                assert_eq!(list.users.len(), limit as usize);
                largest = limit;
            }
            Err(error) => assert_eq!(error.code, ErrorCode::Other, "{error:?}"),
        }
    }
    println!("{largest} users in {LITTLE} bytes");
    assert!(largest >= 1000);
}

/// What a call of so many targets comes to: a report with all of them, or an error in words.
async fn suspend(instance: &mut Instance, targets: &[Target]) -> Option<Report> {
    match instance.suspend_users(targets, &unguarded()).await.unwrap() {
        Ok(report) => {
            assert_eq!(report.targets.len(), targets.len());
            Some(report)
        }
        Err(error) => {
            assert_eq!(error.code, ErrorCode::Other);
            assert!(error.message.contains("memory"), "{}", error.message);
            None
        }
    }
}

#[tokio::test]
async fn targets_of_any_number_are_changed_or_are_an_error_in_words() {
    let (simulator, mut instance) = account(10_100).await;
    let targets = simulator.users().into_iter().skip(100);
    let targets: Vec<_> = targets.map(|user| by_id(user.id)).collect();
    let mut most = 0;
    for count in [100, 200, 400, 500, 600, 800, 1000, 2000, 5000, 10_000] {
        if let Some(report) = suspend(&mut instance, &targets[..count]).await {
            for (target, named) in report
                .targets
                .iter()
                .zip(simulator.users().iter().skip(100))
            {
                match &target.outcome {
                    Outcome::Failed(error) => {
                        assert!(error.message.contains("memory"), "{}", error.message);
                    }
                    _ => assert_eq!(named.state, State::Suspended, "{target:?}"),
                }
            }
            most = count;
        }
        let email = &simulator.owner().email;
        assert!(
            instance.find_user(email, None).await.unwrap().is_ok(),
            "{count}"
        );
    }
    println!("{most} targets in {LITTLE} bytes");
    assert!(most >= 200);
}

#[tokio::test]
async fn a_hundred_targets_fit_into_little_memory_time_and_again() {
    let (simulator, mut instance) = account(1500).await;
    let targets = simulator.users().into_iter().skip(2);
    let targets: Vec<_> = targets.map(|user| by_id(user.id)).collect();
    for targets in targets.chunks_exact(100) {
        let report = suspend(&mut instance, targets).await.unwrap();
        let is_done = |fate: &Fate| [Changed, Unchanged].contains(fate);
        assert!(fates(&report).iter().all(is_done));
        assert!(report.targets.iter().all(|target| target.user.is_some()));
    }
}

/// Makes every answer as large as it may be.
type Swell = fn(&Simulator);

#[tokio::test]
async fn reports_of_the_worst_size_are_made_or_are_an_error_in_words() {
    let long_names: Swell = |simulator| {
        for user in simulator.users() {
            let email = format!("{}{}", "x".repeat(3000), user.email);
            simulator.set_email(&user.id, &email);
        }
    };
    let long_refusals: Swell = |simulator| {
        let body = format!(r#"{{"code":7,"message":"{}"}}"#, "long ".repeat(200));
        let refusal = Fault::new(Action::json(403, body)).on(Endpoint::Suspend);
        simulator.fault(refusal.always());
    };
    for (name, swell) in [("names", long_names), ("refusals", long_refusals)] {
        let (simulator, mut instance) = account(1100).await;
        swell(&simulator);
        let users = simulator.users();
        let targets: Vec<_> = users[100..].iter().map(|user| by_id(&user.id)).collect();
        let mut most = 0;
        for count in (100..=1000).step_by(100) {
            if suspend(&mut instance, &targets[..count]).await.is_some() {
                most = count;
            }
        }
        println!("{most} targets of long {name} in {LITTLE} bytes");
        assert!(most >= 100);
    }
}

#[tokio::test]
async fn ids_of_the_longest_kind_are_looked_up_or_are_an_error_in_words() {
    let (simulator, mut instance) = account(100).await;
    let long = |at: usize| by_id(format!("{at:04}{}", "x".repeat(1020)));
    for count in [100, 300, 600, 1000, 1500] {
        let targets: Vec<_> = (0..count).map(long).collect();
        let report = suspend(&mut instance, &targets).await;
        assert!(report.is_some() || count > 100);
        let email = &simulator.owner().email;
        assert!(instance.find_user(email, None).await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn as_many_targets_as_there_may_be_fit_into_the_memory_that_is_given_by_default() {
    let more = [("OP_USERS_DEADLINE_MS", "300000")];
    let mut harness = Harness::with(|builder| builder.users(12_000), &more).await;
    let mut users = harness.simulator.users();
    users.retain(|user| user.role == Role::Member && user.state == State::Active);
    let (by_ids, by_emails) = users[..10_000].split_at(5000);
    let by_ids = by_ids.iter().map(|user| by_id(&user.id));
    let by_emails = by_emails.iter().map(|user| by_email(&user.email));
    let targets: Vec<_> = by_ids.chain(by_emails).collect();
    let options = ChangeOptions {
        dry_run: true,
        concurrency: Some(16),
        ..unguarded()
    };
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    let seen = report.targets.iter().filter(|target| target.user.is_some());
    assert_eq!(
        (count(&report, WouldChange), seen.count()),
        (targets.len(), targets.len())
    );
}

#[tokio::test]
async fn a_list_that_is_refused_at_length_is_told_to_every_address_or_is_an_error_in_words() {
    let (simulator, mut instance) = account(10).await;
    let body = format!(r#"{{"code":7,"message":"{}"}}"#, "long ".repeat(200));
    let refusal = Fault::new(Action::json(403, body)).on(Endpoint::List);
    simulator.fault(refusal.always());
    let address = |at: usize| by_email(format!("nobody{at}@acme.example"));
    let mut most = 0;
    for count in (500..=3500).step_by(500) {
        let targets: Vec<_> = (0..count).map(address).collect();
        if suspend(&mut instance, &targets).await.is_some() {
            most = count;
        }
    }
    println!("{most} addresses of a refused list in {LITTLE} bytes");
    assert!(most >= 500);
}

#[tokio::test]
async fn protected_users_of_any_number_are_left_alone_or_are_an_error_in_words() {
    let (simulator, mut instance) = account(10).await;
    let owner = simulator.owner();
    for count in [100, 5000, 20_000, 30_000] {
        let protected = |at: usize| Selector::Email(format!("nobody{at}@acme.example"));
        let mut protect: Vec<_> = (1..count).map(protected).collect();
        protect.push(Selector::Email(owner.email.clone()));
        let options = ChangeOptions {
            protect,
            ..unguarded()
        };
        let targets = [by_id(&owner.id)];
        let answer = instance.suspend_users(&targets, &options).await.unwrap();
        match answer {
            Ok(report) => assert_eq!(fates(&report), [Failed(ErrorCode::PreconditionFailed)]),
            Err(error) => assert_eq!((error.code, count > 100), (ErrorCode::Other, true)),
        }
        assert!(
            instance
                .find_user(&owner.email, None)
                .await
                .unwrap()
                .is_ok()
        );
    }
}
