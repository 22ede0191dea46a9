//! Calls of an instance with 4 MiB of memory: success or an error, and the instance stays usable.

use std::time::Instant;

use host::{
    ChangeOptions, ErrorCode, Instance, InstanceOptions, Outcome, Report, Selector, Target,
};
use host_tests::{Harness, by_email, by_id, environment, instance, unguarded};
use simulator::{Action, Endpoint, Fault, Role, Simulator, State};

use super::short_outcome::{
    ShortOutcome::{self, Changed, Failed, Unchanged, WouldChange},
    count_outcomes, short_outcomes,
};

/// Smallest supported memory of an instance in bytes.
const MIN_MEMORY: usize = 4 << 20;
/// Number of users in a large account.
const MANY: usize = 100_000;

/// Starts a simulator of `users` users and an instance with the smallest supported memory.
async fn account(users: usize) -> (Simulator, Instance) {
    let simulator = Simulator::builder().users(users).start().await.unwrap();
    let mut variables = environment(&simulator);
    // Long enough on a busy machine.
    variables.push(("OP_USERS_DEADLINE_MS".into(), "300000".into()));
    let (instance, _) = instance(InstanceOptions::new(variables).max_memory(MIN_MEMORY)).await;
    (simulator, instance)
}

#[tokio::test]
async fn find_user_works_among_100000_users_in_4_mib() {
    let (simulator, mut instance) = account(MANY).await;
    let users = simulator.users();
    simulator.set_email(&users[99_999].id, &users[7].email);
    let start = Instant::now();
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
    println!("{MANY} users read three times in {:?}", start.elapsed());
    assert_eq!(simulator.requests().len(), 1 + 3 * 100);
}

#[tokio::test]
async fn a_list_larger_than_the_memory_is_an_error() {
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
async fn a_list_of_any_limit_is_complete_or_an_error() {
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
    println!("{largest} users in {MIN_MEMORY} bytes");
    assert!(largest >= 1000);
}

/// Suspends the targets: a report with all of them, or none for an error that names the memory.
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
async fn targets_of_any_number_are_changed_or_an_error() {
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
    println!("{most} targets in {MIN_MEMORY} bytes");
    assert!(most >= 200);
}

#[tokio::test]
async fn a_hundred_targets_fit_into_4_mib_repeatedly() {
    let (simulator, mut instance) = account(1500).await;
    let targets = simulator.users().into_iter().skip(2);
    let targets: Vec<_> = targets.map(|user| by_id(user.id)).collect();
    for targets in targets.chunks_exact(100) {
        let report = suspend(&mut instance, targets).await.unwrap();
        let is_done = |outcome: &ShortOutcome| [Changed, Unchanged].contains(outcome);
        assert!(short_outcomes(&report).iter().all(is_done));
        assert!(report.targets.iter().all(|target| target.user.is_some()));
    }
}

/// Makes the responses of a simulator large.
type Enlarge = fn(&Simulator);

#[tokio::test]
async fn reports_of_the_largest_size_are_returned_or_an_error() {
    let long_names: Enlarge = |simulator| {
        for user in simulator.users() {
            let email = format!("{}{}", "x".repeat(3000), user.email);
            simulator.set_email(&user.id, &email);
        }
    };
    let long_errors: Enlarge = |simulator| {
        let body = format!(r#"{{"code":7,"message":"{}"}}"#, "long ".repeat(200));
        let fault = Fault::new(Action::json(403, body)).on(Endpoint::Suspend);
        simulator.fault(fault.always());
    };
    for (name, enlarge) in [("names", long_names), ("errors", long_errors)] {
        let (simulator, mut instance) = account(1100).await;
        enlarge(&simulator);
        let users = simulator.users();
        let targets: Vec<_> = users[100..].iter().map(|user| by_id(&user.id)).collect();
        let mut most = 0;
        for count in (100..=1000).step_by(100) {
            if suspend(&mut instance, &targets[..count]).await.is_some() {
                most = count;
            }
        }
        println!("{most} targets with long {name} in {MIN_MEMORY} bytes");
        assert!(most >= 100);
    }
}

#[tokio::test]
async fn bodies_of_many_sizes_at_once_are_read_or_an_error() {
    let (simulator, mut instance) = account(200).await;
    let members: Vec<_> = simulator.users().into_iter().skip(2).collect();
    for (size, user) in (0..16).cycle().zip(&members) {
        let email = format!("{}{}", "x".repeat(size * 25_000), user.email);
        simulator.set_email(&user.id, &email);
    }
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let options = ChangeOptions {
        concurrency: Some(16),
        ..unguarded()
    };
    for targets in targets.chunks(48) {
        let report = instance.suspend_users(targets, &options).await.unwrap();
        let report = report.unwrap();
        assert_eq!(report.targets.len(), targets.len());
        assert!(short_outcomes(&report).contains(&Changed));
    }
}

#[tokio::test]
async fn ids_of_maximum_length_are_looked_up_or_an_error() {
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
async fn the_maximum_of_targets_fits_into_the_default_memory() {
    let variables = [("OP_USERS_DEADLINE_MS", "300000")];
    let mut harness = Harness::with(|builder| builder.users(12_000), &variables).await;
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
        (count_outcomes(&report, WouldChange), seen.count()),
        (targets.len(), targets.len())
    );
}

#[tokio::test]
async fn a_long_list_error_is_reported_per_address_or_an_error() {
    let (simulator, mut instance) = account(10).await;
    let body = format!(r#"{{"code":7,"message":"{}"}}"#, "long ".repeat(200));
    let fault = Fault::new(Action::json(403, body)).on(Endpoint::List);
    simulator.fault(fault.always());
    let address = |at: usize| by_email(format!("unknown{at}@acme.example"));
    let mut most = 0;
    for count in (500..=3500).step_by(500) {
        let targets: Vec<_> = (0..count).map(address).collect();
        if suspend(&mut instance, &targets).await.is_some() {
            most = count;
        }
    }
    println!("{most} addresses with the error of the list in {MIN_MEMORY} bytes");
    assert!(most >= 500);
}

#[tokio::test]
async fn protected_users_of_any_number_are_kept_or_an_error() {
    let (simulator, mut instance) = account(10).await;
    let owner = simulator.owner();
    for count in [100, 5000, 20_000, 30_000] {
        let protected = |at: usize| Selector::Email(format!("unknown{at}@acme.example"));
        let mut protect: Vec<_> = (1..count).map(protected).collect();
        protect.push(Selector::Email(owner.email.clone()));
        let options = ChangeOptions {
            protect,
            ..unguarded()
        };
        let targets = [by_id(&owner.id)];
        let result = instance.suspend_users(&targets, &options).await.unwrap();
        match result {
            Ok(report) => assert_eq!(short_outcomes(&report), [Failed(ErrorCode::Protected)]),
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
