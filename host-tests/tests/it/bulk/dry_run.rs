//! Dry runs: everything is looked up, nothing is changed.

use host::{ChangeOptions, ErrorCode, Selector, Target, UserState};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Endpoint, Permission, State};

use super::short_outcome::{
    Fate::{Failed, Unchanged, WouldChange},
    fates,
};

fn dry() -> ChangeOptions {
    ChangeOptions {
        dry_run: true,
        ..unguarded()
    }
}

#[tokio::test]
async fn a_dry_run_posts_nothing_but_for_the_token() {
    let mut harness = Harness::new().await;
    let members = harness.members(4);
    harness
        .simulator
        .set_state(&members[1].id, State::Suspended);
    let before = harness.simulator.users();
    let targets = [
        by_id(&members[0].id),
        by_id(&members[1].id),
        by_email(&members[2].email),
        by_id("NOBODY"),
        Target {
            expect_email: Some("x@acme.example".into()),
            ..by_id(&members[3].id)
        },
    ];
    let report = harness.suspend_all(&targets, &dry()).await.unwrap();
    assert_eq!(
        fates(&report),
        [
            WouldChange,
            Unchanged,
            WouldChange,
            Failed(ErrorCode::NotFound),
            Failed(ErrorCode::PreconditionFailed),
        ]
    );
    let user = report.targets[0].user.as_ref().unwrap();
    assert_eq!(
        (&user.id, &user.state),
        (&members[0].id, &UserState::Active)
    );
    assert_eq!(report.targets[0].previous_state, Some(UserState::Active));
    let requests = harness.simulator.requests();
    let posts = requests.iter().filter(|request| request.method == "POST");
    let posts: Vec<_> = posts.map(|request| request.endpoint).collect();
    assert_eq!(posts, [Endpoint::Token]);
    assert_eq!(harness.simulator.users(), before);
}

#[tokio::test]
async fn a_dry_run_reads_all_that_a_real_run_reads() {
    let mut harness = Harness::with(|builder| builder.users(1500), &[]).await;
    let members = harness.members(6);
    let mut targets: Vec<_> = members[..3].iter().map(|user| by_id(&user.id)).collect();
    targets.extend(members[3..].iter().map(|user| by_email(&user.email)));
    let mut read = Vec::new();
    for options in [dry(), unguarded()] {
        harness.simulator.clear_requests();
        harness.suspend_all(&targets, &options).await.unwrap();
        let requests = harness.simulator.requests();
        let reads = requests.iter().filter(|request| request.method == "GET");
        let mut reads: Vec<_> = reads
            .map(|request| (request.path.clone(), request.query.clone()))
            .collect();
        reads.sort_unstable();
        read.push(reads);
    }
    assert_eq!(read[0], read[1]);
    assert_eq!(read[0].len(), 2 + 3);
}

#[tokio::test]
async fn without_the_permission_to_look_a_dry_run_would_change_whom_it_never_saw() {
    let permissions = [Permission::ListUsers, Permission::SuspendUsers];
    let mut harness = Harness::with(|builder| builder.permissions(permissions), &[]).await;
    let id = harness.member().id;
    let report = harness.suspend_all(&[by_id(&id)], &dry()).await.unwrap();
    assert_eq!(fates(&report), [WouldChange]);
    assert_eq!(report.targets[0].user, None);
    assert_eq!(report.targets[0].previous_state, None);
    assert_eq!(harness.simulator.user(&id).unwrap().state, State::Active);
}

#[tokio::test]
async fn guards_hold_in_a_dry_run_as_they_do_in_a_real_one() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let options = ChangeOptions {
        protect: vec![Selector::Id(id.clone())],
        ..dry()
    };
    let report = harness.suspend_all(&[by_id(&id)], &options).await.unwrap();
    assert_eq!(fates(&report), [Failed(ErrorCode::PreconditionFailed)]);
}
