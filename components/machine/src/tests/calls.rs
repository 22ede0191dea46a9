//! Tests of single calls.

use std::{format, vec::Vec};

use onepassword_users_protocol::{CallResult, Effect, ErrorCode, Purpose, SendRequest, UserState};

use super::host::{Host, TOKEN, result, user};

const GET: &str = r#"{"get-user":{"id":"U1"}}"#;
const SUSPEND: &str = r#"{"suspend-user":{"id":"U1"}}"#;

fn purposes(requests: &[SendRequest]) -> Vec<(Purpose, u32)> {
    requests
        .iter()
        .map(|request| (request.purpose, request.call))
        .collect()
}

#[test]
fn a_call_exchanges_a_token_and_gets_the_user() {
    let mut host = Host::new();
    let started = host.start(1, GET);
    assert_eq!(purposes(&started.send), [(Purpose::Token, 1)]);
    let token = &started.send[0];
    assert_eq!(
        (token.method.as_str(), token.user.as_deref()),
        ("POST", None)
    );
    assert_eq!(
        token.url,
        "https://api.1password.com/v1beta1/users/oauth2/token"
    );
    assert_eq!(token.body.as_deref(), Some("grant_type=client_credentials"));
    assert!(!token.headers.contains_key("content-length"));
    let asked = host.answer(token.id, 200, TOKEN);
    assert_eq!(purposes(&asked.send), [(Purpose::Get, 1)]);
    let get = &asked.send[0];
    assert_eq!(
        (get.method.as_str(), get.user.as_deref()),
        ("GET", Some("U1"))
    );
    assert_eq!(get.headers["authorization"], "Bearer token-1");
    assert_eq!(get.body, None);
    let done = host.answer(get.id, 200, &user("U1", "ACTIVE"));
    assert_eq!((&done.send, done.wake), (&Vec::new(), None));
    let CallResult::User(user) = result(done) else {
        panic!("no user");
    };
    assert_eq!((user.id.as_str(), user.state), ("U1", UserState::Active));
}

#[test]
fn calls_at_once_exchange_one_token() {
    let mut host = Host::new();
    let first = host.start(1, GET);
    for call in 2..=5 {
        assert_eq!(host.start(call, GET).send, []);
    }
    let asked = host.answer(first.send[0].id, 200, TOKEN);
    let expected: Vec<_> = (1..=5).map(|call| (Purpose::Get, call)).collect();
    let mut sent = purposes(&asked.send);
    sent.sort_unstable_by_key(|(_, call)| *call);
    assert_eq!(sent, expected);
}

#[test]
fn a_number_of_a_call_under_way_is_refused() {
    let mut host = Host::new();
    host.start(1, GET);
    let again = host.start(1, GET);
    assert_eq!(again.send, []);
    assert_eq!(
        again.error.unwrap().message,
        "event: start.call: a call with this number is under way"
    );
}

#[test]
fn a_hung_server_ends_at_the_time_of_wake() {
    let mut host = Host::new();
    host.now = 1000.0;
    let asked = host.start_with_token(1, SUSPEND);
    let change = asked.send[0].id;
    let mut wake = asked.wake;
    let mut cancelled = Vec::new();
    let error = loop {
        let Some(time) = wake else {
            panic!("nothing to wait for");
        };
        host.now = time as f64;
        let mut actions = host.tick();
        cancelled.extend(
            actions
                .cancel
                .iter()
                .map(|cancel| (cancel.id, cancel.purpose)),
        );
        wake = actions.wake;
        if !actions.done.is_empty() {
            actions.send.clear();
            let CallResult::Error(error) = result(actions) else {
                panic!("no error");
            };
            break error;
        }
    };
    // The default deadline of 30 seconds.
    assert_eq!(host.now, 31_000.0);
    assert_eq!(cancelled[0], (change, Purpose::Suspend));
    assert_eq!(error.code, ErrorCode::TimedOut);
    assert_eq!(error.effect, Effect::PossiblyApplied);
}

#[test]
fn a_tick_that_is_early_changes_nothing() {
    let mut host = Host::new();
    let started = host.start(1, GET);
    host.now = 14_999.0;
    let early = host.tick();
    assert_eq!((early.cancel, early.wake), (Vec::new(), started.wake));
}

#[test]
fn time_never_goes_back() {
    let mut host = Host::new();
    host.now = 20_000.0;
    let started = host.start(1, GET);
    host.now = 5.0;
    assert_eq!(host.tick().wake, started.wake);
    assert_eq!(host.start(2, GET).wake, started.wake);
}

#[test]
fn wake_is_rounded_up_to_a_whole_millisecond() {
    let mut host = Host::new();
    host.now = 0.25;
    assert_eq!(host.start(1, GET).wake, Some(15_001));
}

#[test]
fn news_of_a_request_that_is_over_changes_nothing() {
    let mut host = Host::new();
    let asked = host.start_with_token(1, GET);
    let get = asked.send[0].id;
    host.answer(get, 200, &user("U1", "ACTIVE"));
    for late in [
        host.answer(get, 200, "{}"),
        host.fail(get, "connection", true),
        host.answer(get.wrapping_add(1), 200, "{}"),
    ] {
        assert_eq!(late, Default::default());
    }
}

#[test]
fn a_second_head_and_a_body_without_one_are_ignored() {
    let mut host = Host::new();
    let asked = host.start_with_token(1, GET);
    let get = asked.send[0].id;
    let body = format!("{{\"body\":{{\"now\":0,\"request\":{get},\"more\":false}}}}\n{{}}");
    assert_eq!(host.tell(&body).done, []);
    let head = format!(r#"{{"answer":{{"now":0,"request":{get},"status":200,"more":true}}}}"#);
    host.tell(&head);
    assert_eq!(host.answer(get, 500, "").done, []);
    let rest = format!(
        "{{\"body\":{{\"now\":0,\"request\":{get},\"more\":false}}}}\n{}",
        user("U1", "ACTIVE")
    );
    assert!(matches!(result(host.tell(&rest)), CallResult::User(_)));
}

#[test]
fn a_body_that_is_too_large_is_cancelled() {
    let mut host = Host::new();
    let asked = host.start_with_token(1, GET);
    let get = asked.send[0].id;
    host.tell(&format!(
        r#"{{"answer":{{"now":0,"request":{get},"status":200,"more":true}}}}"#
    ));
    let piece = format!(
        "{{\"body\":{{\"now\":0,\"request\":{get},\"more\":true}}}}\n{}",
        " ".repeat(1 << 20)
    );
    for _ in 0..8 {
        assert_eq!(host.tell(&piece).cancel, []);
    }
    let over = host.tell(&piece);
    assert_eq!(over.cancel[0].id, get);
}

#[test]
fn words_of_the_host_are_redacted_cut_and_printable() {
    let detail = [
        r"broken\u001b[31m\r\n\u0000pipe correct-horse-battery-staple token-1-of-many-letters ",
        &"é".repeat(5000),
    ]
    .concat();
    for is_in_body in [false, true] {
        let mut host = Host::new();
        let asked = host.start(1, SUSPEND);
        let token = TOKEN.replace("token-1", "token-1-of-many-letters");
        let asked = host.answer(asked.send[0].id, 200, &token);
        let request = asked.send[0].id;
        if is_in_body {
            let event =
                format!(r#"{{"answer":{{"now":0,"request":{request},"status":200,"more":true}}}}"#);
            host.tell(&event);
        }
        let CallResult::Error(error) = result(host.fail_with(request, "too-large", true, &detail))
        else {
            panic!("no error");
        };
        let message = error.message.strip_prefix("suspend-user: ").unwrap();
        let begins = "broken [31m pipe [redacted] [redacted] éé";
        assert!(message.starts_with(begins), "{message}");
        assert_eq!(message.len(), 511);
        assert_eq!(error.effect, Effect::PossiblyApplied);
    }
}

#[test]
fn a_change_that_failed_after_its_head_is_possibly_applied() {
    let mut host = Host::new();
    let asked = host.start_with_token(1, SUSPEND);
    let change = asked.send[0].id;
    host.tell(&format!(
        r#"{{"answer":{{"now":0,"request":{change},"status":200,"more":true}}}}"#
    ));
    // The host cannot know better: it has told the head itself.
    let failed = host.fail(change, "too-large", false);
    let CallResult::Error(error) = result(failed) else {
        panic!("no error");
    };
    assert_eq!(error.effect, Effect::PossiblyApplied);
}

#[test]
fn a_request_that_the_host_refused_is_not_counted() {
    let mut host = Host::new();
    let asked = host.start_with_token(1, SUSPEND);
    let refused = host.fail(asked.send[0].id, "denied", false);
    let CallResult::Error(error) = result(refused) else {
        panic!("no error");
    };
    assert_eq!(
        (error.code, error.requests),
        (ErrorCode::ConnectionFailed, 1)
    );
    assert_eq!(error.effect, Effect::NotApplied);
}

#[test]
fn a_client_without_settings_says_so() {
    let started = Host::without_settings().start(1, GET);
    let CallResult::Error(error) = result(started) else {
        panic!("no error");
    };
    assert_eq!(error.code, ErrorCode::NotConfigured);
}

#[test]
fn seeds_spread_the_first_waits_of_instances() {
    let waits: Vec<_> = (0..20)
        .map(|seed: u32| {
            let mut host = Host::without_settings();
            host.tell(&format!(
                r#"{{"configure":{{"now":0,"seed":{},"from":{{"settings":{}}}}}}}"#,
                seed.wrapping_mul(214_748_364),
                super::host::SETTINGS
            ));
            let started = host.start(1, GET);
            host.fail(started.send[0].id, "connection", false).wake
        })
        .collect();
    let mut distinct = waits.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert!(distinct.len() > 10, "{waits:?}");
}
