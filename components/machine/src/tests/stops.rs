//! Tests of calls that their host ends early.

use std::{format, string::String, vec::Vec};

use onepassword_users_protocol::{
    Actions, CallResult, Effect, ErrorCode, OutcomeName, Purpose, Report,
};

use super::host::{Host, TOKEN, request_of, result, user};

/// A call that suspends this many users, in the state that the look-ups have ended.
fn contain(host: &mut Host, users: usize) -> Actions {
    let targets: Vec<String> = (0..users)
        .map(|user| format!(r#"{{"who":{{"id":"U{user}"}}}}"#))
        .collect();
    let operation = format!(
        r#"{{"suspend-users":{{"targets":[{}]}}}}"#,
        targets.join(",")
    );
    let mut actions = host.start_with_token(1, &operation);
    for number in 0..users {
        let id = format!("U{number}");
        let mut open = actions.send;
        actions = host.answer(request_of(&open, &id), 200, &user(&id, "ACTIVE"));
        open.retain(|request| request.user.as_deref() != Some(&id));
        open.append(&mut actions.send);
        actions.send = open;
    }
    actions
}

fn report(actions: Actions) -> Report {
    match result(actions) {
        CallResult::Report(report) => report,
        other => panic!("{other:?}"),
    }
}

fn outcomes(report: &Report) -> Vec<OutcomeName> {
    report.targets.iter().map(|target| target.outcome).collect()
}

#[test]
fn a_stop_at_once_ends_a_read_and_changes_nothing() {
    let mut host = Host::new();
    let asked = host.start_with_token(1, r#"{"get-user":{"id":"U1"}}"#);
    let stopped = host.stop(1, true);
    assert_eq!(stopped.cancel[0].id, asked.send[0].id);
    let CallResult::Error(error) = result(stopped) else {
        panic!("no error");
    };
    assert_eq!(
        error.message,
        "get-user: the call was stopped by its caller"
    );
    assert_eq!(
        (error.code, error.effect),
        (ErrorCode::Other, Effect::NotApplied)
    );
}

#[test]
fn a_stop_at_once_leaves_a_change_under_way_possibly_applied() {
    let mut host = Host::new();
    host.start_with_token(1, r#"{"suspend-user":{"id":"U1"}}"#);
    let CallResult::Error(error) = result(host.stop(1, true)) else {
        panic!("no error");
    };
    assert_eq!((error.effect, error.requests), (Effect::PossiblyApplied, 2));
}

#[test]
fn a_drained_call_waits_for_its_changes_and_skips_the_rest() {
    use OutcomeName::{Changed, Skipped};

    let mut host = Host::new();
    let changes = contain(&mut host, 8);
    assert_eq!(changes.send.len(), 4);
    let drained = host.stop(1, false);
    assert_eq!((&drained.cancel, &drained.send), (&Vec::new(), &Vec::new()));
    let mut last = drained;
    for number in 0..4 {
        let id = format!("U{number}");
        last = host.answer(request_of(&changes.send, &id), 200, &user(&id, "SUSPENDED"));
        assert_eq!(last.send, []);
    }
    let report = report(last);
    let mut expected = [Changed; 4].to_vec();
    expected.extend([Skipped; 4]);
    assert_eq!(outcomes(&report), expected);
    assert_eq!(report.requests, 1 + 8 + 4);
}

#[test]
fn a_call_stopped_at_once_tells_each_target_the_truth() {
    use OutcomeName::{Changed, Failed, Skipped};

    let mut host = Host::new();
    let changes = contain(&mut host, 6);
    host.answer(
        request_of(&changes.send, "U2"),
        200,
        &user("U2", "SUSPENDED"),
    );
    let stopped = host.stop(1, true);
    assert_eq!(stopped.cancel.len(), 4);
    let told = stopped.settled.len();
    let report = report(stopped);
    assert_eq!(
        outcomes(&report),
        [Failed, Failed, Changed, Failed, Failed, Skipped]
    );
    assert_eq!(told, 5);
    for target in &report.targets {
        if let Some(error) = &target.error {
            assert_eq!((error.effect, error.requests), (Effect::PossiblyApplied, 1));
        }
    }
    assert_eq!(report.requests, 1 + 6 + 5);
}

#[test]
fn a_call_stopped_during_look_up_skips_every_target() {
    for at_once in [false, true] {
        let mut host = Host::new();
        let targets =
            r#"[{"who":{"id":"U0"}},{"who":{"email":"a@acme.example"}},{"who":{"id":"U1"}}]"#;
        let operation = format!(r#"{{"reactivate-users":{{"targets":{targets}}}}}"#);
        let asked = host.start_with_token(1, &operation);
        let mut ended = host.stop(1, at_once);
        if !at_once {
            ended = host.answer(asked.send[0].id, 200, r#"{"results":[]}"#);
        }
        // The list was read to its end if it was waited for: the address is unknown then.
        let expected = if at_once {
            OutcomeName::Skipped
        } else {
            OutcomeName::Failed
        };
        let report = report(ended);
        assert_eq!(
            outcomes(&report),
            [OutcomeName::Skipped, expected, OutcomeName::Skipped]
        );
    }
}

#[test]
fn a_call_stopped_before_its_token_skips_every_target() {
    for at_once in [false, true] {
        let mut host = Host::new();
        let started = host.start(1, r#"{"suspend-users":{"targets":[{"who":{"id":"U0"}}]}}"#);
        let mut ended = host.stop(1, at_once);
        if !at_once {
            assert_eq!(ended.done, []);
            ended = host.answer(started.send[0].id, 200, TOKEN);
        }
        let report = report(ended);
        assert_eq!(outcomes(&report), [OutcomeName::Skipped]);
        assert_eq!(report.requests, 1);
    }
}

#[test]
fn a_stop_ends_the_wait_before_a_retry() {
    let mut host = Host::new();
    let asked = host.start_with_token(1, r#"{"suspend-user":{"id":"U1"}}"#);
    let waiting = host.answer(asked.send[0].id, 503, "");
    assert_eq!((&waiting.send, &waiting.done), (&Vec::new(), &Vec::new()));
    let stopped = host.stop(1, false);
    let CallResult::Error(error) = result(stopped) else {
        panic!("no error");
    };
    assert_eq!(
        (error.code, error.status),
        (ErrorCode::Unavailable, Some(503))
    );
    assert!(
        error
            .message
            .ends_with("; not tried again, because the call was stopped")
    );
    assert_eq!((error.effect, error.requests), (Effect::PossiblyApplied, 2));
}

#[test]
fn a_stop_ends_a_pause_of_a_call_without_a_token() {
    for at_once in [false, true] {
        let mut host = Host::new();
        let operation =
            r#"{"suspend-users":{"targets":[{"who":{"id":"U0"}},{"who":{"id":"U1"}}]}}"#;
        let asked = host.start_with_token(1, operation);
        // The pause is that of the call; the token is gone before it ends.
        host.answer(request_of(&asked.send, "U0"), 429, "");
        let paused = host.answer(request_of(&asked.send, "U1"), 401, "");
        assert_eq!((&paused.send, &paused.done), (&Vec::new(), &Vec::new()));
        let stopped = host.stop(1, at_once);
        assert_eq!((&stopped.send, stopped.wake), (&Vec::new(), None));
        let report = report(stopped);
        assert_eq!(
            outcomes(&report),
            [OutcomeName::Failed, OutcomeName::Skipped]
        );
        let error = report.targets[0].error.as_ref().unwrap();
        assert_eq!(
            (error.code, error.effect),
            (ErrorCode::RateLimited, Effect::NotApplied)
        );
    }
}

#[test]
fn a_stop_of_one_call_leaves_the_token_to_the_others() {
    for at_once in [false, true] {
        let mut host = Host::new();
        let get = r#"{"get-user":{"id":"U1"}}"#;
        let first = host.start(1, get);
        host.start(2, get);
        let mut stopped = host.stop(1, at_once);
        if !at_once {
            stopped = host.answer(first.send[0].id, 200, TOKEN);
            assert_eq!(stopped.send[0].headers["authorization"], "Bearer token-1");
        }
        assert_eq!((stopped.send.len(), stopped.send[0].call), (1, 2));
        assert!(matches!(result(stopped), CallResult::Error(_)));
    }
}

#[test]
fn a_stop_of_all_calls_ends_all() {
    let mut host = Host::new();
    for call in 1..=3 {
        host.start(call, r#"{"get-user":{"id":"U1"}}"#);
    }
    let stopped = host.tell(r#"{"stop":{"now":1,"atOnce":true}}"#);
    assert_eq!(
        (stopped.done.len(), stopped.cancel.len(), stopped.wake),
        (3, 1, None)
    );
}

#[test]
fn a_stop_after_a_change_was_rejected_skips_no_user() {
    for at_once in [false, true] {
        for (is_unclear, effect) in [(false, Effect::NotApplied), (true, Effect::PossiblyApplied)] {
            let mut host = Host::new();
            let mut change = contain(&mut host, 1).send[0].id;
            if is_unclear {
                // The server may have made the change, and is asked again.
                let wake = host.answer(change, 503, "").wake.unwrap();
                host.now = wake as f64;
                change = host.tick().send[0].id;
            }
            let renewing = host.answer(change, 401, "");
            assert_eq!(renewing.send[0].purpose, Purpose::Token);
            let mut ended = host.stop(1, at_once);
            if !at_once {
                ended = host.answer(renewing.send[0].id, 200, TOKEN);
            }
            let report = report(ended);
            assert_eq!(outcomes(&report), [OutcomeName::Failed], "{report:?}");
            let error = report.targets[0].error.as_ref().unwrap();
            assert_eq!(error.effect, effect, "{error:?}");
        }
    }
}
