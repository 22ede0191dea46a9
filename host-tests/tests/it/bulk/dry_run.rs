//! Dry runs: look-up and guards without changes.

use host::{ChangeOptions, ErrorCode, Selector, Target, UserState};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Endpoint, Permission, State};

use super::short_outcome::{
    ShortOutcome::{Failed, Unchanged, WouldChange},
    short_outcomes,
};

fn dry() -> ChangeOptions {
    ChangeOptions {
        dry_run: true,
        ..unguarded()
    }
}

#[tokio::test]
async fn a_dry_run_posts_only_the_token_request() {
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
        by_id("UNKNOWN"),
        Target {
            expect_email: Some("x@acme.example".into()),
            ..by_id(&members[3].id)
        },
    ];
    let report = harness.suspend_all(&targets, &dry()).await.unwrap();
    assert_eq!(
        short_outcomes(&report),
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
async fn a_dry_run_sends_the_same_reads_as_a_real_run() {
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
async fn a_dry_run_without_get_permission_reports_would_change() {
    let permissions = [Permission::ListUsers, Permission::SuspendUsers];
    let mut harness = Harness::with(|builder| builder.permissions(permissions), &[]).await;
    let id = harness.member().id;
    let report = harness.suspend_all(&[by_id(&id)], &dry()).await.unwrap();
    assert_eq!(short_outcomes(&report), [WouldChange]);
    assert_eq!(report.targets[0].user, None);
    assert_eq!(report.targets[0].previous_state, None);
    assert_eq!(harness.simulator.user(&id).unwrap().state, State::Active);
}

#[tokio::test]
async fn guards_apply_in_a_dry_run() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let options = ChangeOptions {
        protect: vec![Selector::Id(id.clone())],
        ..dry()
    };
    let report = harness.suspend_all(&[by_id(&id)], &options).await.unwrap();
    assert_eq!(short_outcomes(&report), [Failed(ErrorCode::Protected)]);
}
