//! Tests of targets that are told while their call goes on.

use std::{vec, vec::Vec};

use onepassword_users_protocol::{Actions, CallResult, OutcomeName, Purpose, Settled, UserState};

use super::host::{Host, request_of, result, user};

fn told(actions: &Actions) -> Vec<(u32, OutcomeName)> {
    let outcome = |settled: &Settled| (settled.target, settled.report.outcome);
    actions.settled.iter().map(outcome).collect()
}

const CONTAIN: &str = r#"{"suspend-users":{"targets":[{"who":{"id":"U0"}},{"who":{"id":""}},{"who":{"id":"U2"}},{"who":{"id":"U3"}},{"who":{"id":"U0"}},{"who":{"id":"U4"}}],"options":{"protect":[{"id":"U3"}]}}}"#;

#[test]
fn each_target_is_told_as_soon_as_it_is_settled() {
    use OutcomeName::{Changed, Failed, Unchanged};

    let mut host = Host::new();
    let started = host.start(1, CONTAIN);
    assert_eq!(told(&started), [(1, Failed)]);
    let looked = host.answer(started.send[0].id, 200, super::host::TOKEN);
    assert_eq!(looked.send.len(), 4);
    assert!(looked.send.iter().all(|send| send.purpose == Purpose::Get));
    let missing = r#"{"code":5,"message":"no such user","details":[]}"#;
    let actions = host.answer(request_of(&looked.send, "U4"), 404, missing);
    assert_eq!(told(&actions), [(5, Failed)]);
    for (id, state) in [("U0", "ACTIVE"), ("U3", "ACTIVE")] {
        let actions = host.answer(request_of(&looked.send, id), 200, &user(id, state));
        assert_eq!(told(&actions), []);
    }
    let actions = host.answer(
        request_of(&looked.send, "U2"),
        200,
        &user("U2", "SUSPENDED"),
    );
    // The last look-up settles the guards and the unchanged.
    assert_eq!(told(&actions), [(2, Unchanged), (3, Failed)]);
    let [change] = &actions.send[..] else {
        panic!("{actions:?}");
    };
    assert_eq!(
        (change.purpose, change.user.as_deref()),
        (Purpose::Suspend, Some("U0"))
    );
    let done = host.answer(change.id, 200, &user("U0", "SUSPENDED"));
    assert_eq!(told(&done), [(0, Changed), (4, Changed)]);
    let before: Vec<_> = done
        .settled
        .iter()
        .map(|target| target.report.previous_state.clone())
        .collect();
    assert_eq!(before, vec![Some(UserState::Active); 2]);
    let CallResult::Report(report) = result(done) else {
        panic!("no report");
    };
    assert_eq!((report.targets.len(), report.requests), (6, 6));
}

#[test]
fn a_dry_run_tells_its_targets_before_it_ends() {
    let mut host = Host::new();
    let looked = host.start_with_token(
        1,
        r#"{"suspend-users":{"targets":[{"who":{"id":"U0"}}],"options":{"dryRun":true}}}"#,
    );
    let done = host.answer(looked.send[0].id, 200, &user("U0", "ACTIVE"));
    assert_eq!(told(&done), [(0, OutcomeName::WouldChange)]);
    assert!(matches!(result(done), CallResult::Report(_)));
}
