//! Tests of the reading of events.

use std::{format, string::String, vec};

use onepassword_users_protocol::{
    Actions, Answer, ApiVersion, BaseUrl, BodyPiece, ChangeOptions, ChangeUsers, ClientCredentials,
    Configure, Credentials, ErrorCode, Event, Fail, FailureKind, FindUser, ListAllUsers, ListUsers,
    NoArguments, OneUser, Operation, Selector, Settings, SettingsSource, Start, StateFilter, Stop,
    Target, Tick,
};

use super::host::Host;
use crate::read_event::read_event;

fn start(operation: Operation) -> Event {
    Event::Start(Start {
        now: 1.5,
        call: 7,
        operation,
    })
}

fn configure(from: SettingsSource) -> Event {
    Event::Configure(Configure {
        now: 0.0,
        from,
        seed: 4_294_967_295,
    })
}

fn settings(credentials: Credentials, base_url: BaseUrl, api_version: ApiVersion) -> Event {
    let some = |text: &str| Some(String::from(text));
    configure(SettingsSource::Settings(Settings {
        account_id: "A".into(),
        credentials,
        base_url,
        api_version,
        token_path: some("/t"),
        revoke_path: some("/r"),
        user_agent: some("a/1"),
        deadline_ms: Some(1000),
    }))
}

/// Every event and operation, with all of their fields and with none that may be absent.
fn all_events() -> vec::Vec<Event> {
    let id = || OneUser {
        id: "U\"\n1".into(),
    };
    let changes = || ChangeUsers {
        targets: vec![
            Target {
                who: Selector::Id("U1".into()),
                expect_email: Some("a@b.example".into()),
            },
            Target {
                who: Selector::Email("c@d.example".into()),
                expect_email: None,
            },
        ],
        options: ChangeOptions {
            dry_run: true,
            max_changes: Some(0),
            protect: vec![
                Selector::Email("e@f.example".into()),
                Selector::Id("U2".into()),
            ],
            concurrency: Some(255),
            stop_on_error: true,
            deadline_ms: Some(u32::MAX),
        },
    };
    let client = || {
        Credentials::Client(ClientCredentials {
            client_id: "c".into(),
            client_secret: "s".into(),
        })
    };
    let kinds = [
        FailureKind::Denied,
        FailureKind::Connection,
        FailureKind::TimedOut,
        FailureKind::TooLarge,
        FailureKind::Malformed,
    ];
    let fails = kinds.into_iter().map(|kind| {
        Event::Fail(Fail {
            now: 2.0,
            request: 1,
            kind,
            possibly_sent: kind == FailureKind::Denied,
            detail: "cause".into(),
        })
    });
    let filters = [
        None,
        Some(StateFilter::Active),
        Some(StateFilter::Suspended),
    ];
    let lists = filters.into_iter().flat_map(|filter| {
        [
            start(Operation::ListUsers(ListUsers {
                filter,
                max_page_size: Some(25),
                page_token: Some("p".into()),
            })),
            start(Operation::ListAllUsers(ListAllUsers {
                filter,
                limit: u32::MAX,
                deadline_ms: Some(1),
            })),
        ]
    });
    let mut events = vec![
        settings(client(), BaseUrl::Com, ApiVersion::Auto),
        settings(client(), BaseUrl::Ca, ApiVersion::V1Beta1),
        settings(client(), BaseUrl::Eu, ApiVersion::V1),
        settings(
            Credentials::Basic("Yg==".into()),
            BaseUrl::Origin("https://a.example".into()),
            ApiVersion::Auto,
        ),
        configure(SettingsSource::Environment(
            [("A".into(), "1".into()), ("B".into(), String::new())].into(),
        )),
        start(Operation::ListUsers(ListUsers::default())),
        start(Operation::GetUser(id())),
        start(Operation::SuspendUser(id())),
        start(Operation::ReactivateUser(id())),
        start(Operation::FindUser(FindUser {
            email: "a@b.example".into(),
            deadline_ms: None,
        })),
        start(Operation::SuspendUsers(changes())),
        start(Operation::ReactivateUsers(changes())),
        start(Operation::SuspendUsers(ChangeUsers {
            targets: vec![],
            options: ChangeOptions::default(),
        })),
        start(Operation::Check(NoArguments {})),
        start(Operation::RevokeToken(NoArguments {})),
        Event::Answer(Answer {
            now: 3.25,
            request: 9,
            status: 429,
            retry_after: Some("7".into()),
            date: Some("Fri, 27 Nov 2026 00:00:00 GMT".into()),
            content_length: Some("12".into()),
            more: true,
        }),
        Event::Answer(Answer {
            now: 3.25,
            request: u32::MAX,
            status: 0,
            retry_after: None,
            date: None,
            content_length: None,
            more: false,
        }),
        Event::Body(BodyPiece {
            now: 4.0,
            request: 9,
            more: true,
        }),
        Event::Tick(Tick { now: 1e12 }),
        Event::Stop(Stop {
            now: 5.0,
            call: None,
            at_once: true,
        }),
        Event::Stop(Stop {
            now: 5.0,
            call: Some(3),
            at_once: false,
        }),
    ];
    events.extend(fails);
    events.extend(lists);
    events
}

#[test]
fn every_event_is_read_as_it_was_written() {
    for event in all_events() {
        let json = serde_json::to_vec(&event).unwrap();
        let (read, piece) = read_event(&json).unwrap();
        assert_eq!(read, event);
        assert_eq!(piece, b"");
    }
}

#[test]
fn a_piece_is_everything_after_the_first_line() {
    let event = b"{\"body\":{\"now\":1,\"request\":2,\"more\":true}}\n\n\x00\xff{\n";
    let (_, piece) = read_event(event).unwrap();
    assert_eq!(piece, b"\n\x00\xff{\n");
}

#[test]
fn a_failure_is_possibly_sent_unless_the_host_says_no() {
    let event = br#"{"fail":{"now":1,"request":2,"kind":"connection","detail":""}}"#;
    let (Event::Fail(fail), _) = read_event(event).unwrap() else {
        panic!("another event");
    };
    assert!(fail.possibly_sent);
}

#[test]
fn what_cannot_be_read_is_named() {
    for (event, message) in [
        ("", "event: it is not JSON"),
        ("{", "event: it is not JSON"),
        (r#"{"tick":{"now":1}} x"#, "event: it is not JSON"),
        ("[]", "event: must be an object with one field"),
        (
            r#"{"tick":{"now":1},"stop":{}}"#,
            "event: must be an object with one field",
        ),
        (
            r#"{"tock":{"now":1}}"#,
            "event: tock: there is no such event",
        ),
        (r#"{"tick":[1]}"#, "event: tick: must be an object"),
        (r#"{"tick":{}}"#, "event: tick.now: is missing"),
        (r#"{"tick":{"now":null}}"#, "event: tick.now: is missing"),
        (
            r#"{"tick":{"now":"1"}}"#,
            "event: tick.now: must be a number",
        ),
        (
            r#"{"tick":{"now":1,"now":2}}"#,
            "event: tick.now: is there twice",
        ),
        (
            r#"{"tick":{"now":1,"call":2}}"#,
            "event: tick.call: there is no such field",
        ),
        (
            r#"{"start":{"now":1,"call":-1,"operation":{}}}"#,
            "event: start.call: must be a whole number, from 0 on and not too large",
        ),
        (
            r#"{"start":{"now":1,"call":1.5,"operation":{}}}"#,
            "event: start.call: must be a whole number, from 0 on and not too large",
        ),
        (
            r#"{"start":{"now":1,"call":1,"operation":{"get-user":{}}}}"#,
            "event: start.operation.get-user.id: is missing",
        ),
        (
            r#"{"start":{"now":1,"call":1,"operation":{"delete-user":{"id":"U"}}}}"#,
            "event: start.operation.delete-user: there is no such operation",
        ),
        (
            r#"{"start":{"now":1,"call":1,"operation":{"suspend-users":{"targets":[{"who":{"id":"A"}},{"who":{"mail":"B"}}]}}}}"#,
            "event: start.operation.suspend-users.targets[1].who: must have `id` or `email`",
        ),
        (
            r#"{"start":{"now":1,"call":1,"operation":{"suspend-users":{"targets":[5]}}}}"#,
            "event: start.operation.suspend-users.targets[0]: must be an object",
        ),
        (
            r#"{"start":{"now":1,"call":1,"operation":{"suspend-users":{"targets":[],"options":{"protect":["U1"]}}}}}"#,
            "event: start.operation.suspend-users.options.protect[0]: must be an object with one field",
        ),
        (
            r#"{"start":{"now":1,"call":1,"operation":{"suspend-users":{"targets":[],"options":{"dryrun":true}}}}}"#,
            "event: start.operation.suspend-users.options.dryrun: there is no such field",
        ),
        (
            r#"{"start":{"now":1,"call":1,"operation":{"suspend-users":{"targets":[],"options":{"concurrency":256}}}}}"#,
            "event: start.operation.suspend-users.options.concurrency: must be a whole number, from 0 on and not too large",
        ),
        (
            "{\"tick\":{\"now\":1}}\npiece",
            "event: only `answer` and `body` may have a piece of a body",
        ),
        (
            "{\"tick\":{\"now\":1,\"\\u001b[31m\u{202e}\":2}}",
            "event: tick.\u{fffd}[31m\u{fffd}: there is no such field",
        ),
    ] {
        let error = Host::without_settings().tell(event).error.unwrap();
        assert_eq!(error.message, message, "{event}");
        assert_eq!(error.code, ErrorCode::InvalidArgument);
    }
}

#[test]
fn a_time_out_of_range_does_not_stop_the_clock() {
    let mut host = Host::new();
    host.start(1, r#"{"get-user":{"id":"U1"}}"#);
    for now in ["1e308", "10000000000001", "-1"] {
        let refused = host.tell(&format!(r#"{{"tick":{{"now":{now}}}}}"#));
        let message = "event: tick.now: must be from 0 to 10000000000000";
        assert_eq!(refused.error.unwrap().message, message);
        assert_eq!(refused.done, []);
    }
    // The deadline of the first call passes. The clock is at its end, and goes on for a later one.
    host.now = 9_999_999_000_000.0;
    assert_eq!(host.tick().done.len(), 1);
    let asked = host.start(2, r#"{"get-user":{"id":"U1"}}"#);
    assert!(asked.send.len() == 1 && asked.wake > Some(9_999_999_000_000));
    host.now = 1e13;
    assert_eq!(host.tick().error, None);
}

#[test]
fn more_targets_than_a_call_may_have_are_not_read() {
    let mut host = Host::new();
    let start = |targets: usize, name: &str| {
        let targets = vec![r#"{"who":{"id":"U1"}}"#; targets].join(",");
        let none = r#"{"who":{"id":"U1"}}"#;
        format!(
            r#"{{"start":{{"now":1,"call":1,"operation":{{"suspend-users":{{"targets":[{none}],"{name}":[{targets}]}}}}}}}}"#
        )
    };
    let message = |actions: Actions| actions.error.map(|error| error.message);
    let over = "event: there must not be more than 10000 targets";
    // The error of a list that may be long enough is another one: it is read.
    let twice = "event: start.operation.suspend-users.targets: is there twice";
    let refused = message(host.tell(&start(10_000, "targets")));
    assert_eq!(refused.as_deref(), Some(twice));
    let refused = message(host.tell(&start(10_001, "targets")));
    assert_eq!(refused.as_deref(), Some(over));
    let unknown = "event: start.operation.suspend-users.target: there is no such field";
    let refused = message(host.tell(&start(10_001, "target")));
    assert_eq!(refused.as_deref(), Some(unknown));
    // Names and commas in texts and in other lists do not count.
    let text = r#"{"who":{"id":"\",targets\":[,,"}}"#.repeat(3000).replace("}{", "},{");
    let event = format!(
        r#"{{"start":{{"now":1,"call":1,"operation":{{"suspend-users":{{"targets":[{text}],"more":[{}]}}}}}}}}"#,
        vec!["0"; 10_001].join(",")
    );
    let unknown = "event: start.operation.suspend-users.more: there is no such field";
    assert_eq!(message(host.tell(&event)).as_deref(), Some(unknown));
    // Not even the JSON of the rest is looked at.
    let broken = start(10_001, "targets");
    let refused = message(host.tell(&broken[..broken.len() - 5]));
    assert_eq!(refused.as_deref(), Some(over));
}

#[test]
fn no_value_of_a_setting_is_repeated() {
    const SECRET: &str = "correct-horse-battery-staple";
    for settings in [
        format!(r#"{{"accountId":"A","credentials":"{SECRET}"}}"#),
        format!(r#"{{"accountId":"A","credentials":{{"client":"{SECRET}"}}}}"#),
        format!(r#"{{"accountId":"A","credentials":{{"basic":["{SECRET}"]}}}}"#),
        format!(r#"{{"accountId":["{SECRET}"],"credentials":{{"basic":"x"}}}}"#),
        format!(r#"{{"accountId":"A","credentials":{{"basic":"{SECRET} x"}}}}"#),
        format!(
            r#"{{"accountId":"A","credentials":{{"client":{{"clientId":"c","clientSecret":"{SECRET}","x":1}}}}}}"#
        ),
        format!(
            r#"{{"accountId":"A","credentials":{{"client":{{"clientId":"c","clientSecret":"{SECRET}"}}}},"deadlineMs":0}}"#
        ),
    ] {
        let event = format!(r#"{{"configure":{{"now":0,"from":{{"settings":{settings}}}}}}}"#);
        let error = Host::without_settings().tell(&event).error;
        let error = error.unwrap_or_else(|| panic!("{event}"));
        assert!(!error.message.contains(SECRET), "{error:?}");
    }
}
