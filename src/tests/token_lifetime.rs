//! Lifetime of a token over consecutive calls.

use super::{fixtures::*, scripted_server::*};
use crate::{Client, ErrorCode, Operation, platform::Duration, tests::fake_platform::FakePlatform};

const NANOSECOND: Duration = Duration::from_nanos(1);

/// Returns a client whose first token response has these additional JSON fields. All later tokens are valid for 900
/// seconds.
fn with_life(life: &str) -> Client<FakePlatform> {
    let first = format!(r#"{{"access_token":"stub-token-0"{life}}}"#);
    let mut first = Some(first);
    let mut later = with_tokens(|_| reply(200, ACTIVE));
    client(move |sent| match first.take() {
        Some(first) => reply(200, first),
        None => later(sent),
    })
}

fn exchanges(client: &Client<FakePlatform>) -> usize {
    client.platform().count(SentRequest::is_token)
}

/// Returns the number of token exchanges for two calls this far apart.
fn exchanges_of_two_calls(life: &str, apart: Duration) -> usize {
    let client = with_life(life);
    get_user(&client).unwrap();
    client.platform().advance(apart);
    get_user(&client).unwrap();
    exchanges(&client)
}

#[test]
fn a_token_is_used_until_shortly_before_it_expires() {
    for (life, good_for) in [
        (r#","expires_in":900"#, Duration::from_secs(840)),
        (r#","expires_in":601"#, Duration::from_secs(541)),
        (r#","expires_in":600"#, Duration::from_secs(540)),
        (r#","expires_in":100"#, Duration::from_secs(90)),
        (r#","expires_in":6"#, Duration::from_millis(5_400)),
        (r#","expires_in":5"#, Duration::from_secs(5)),
        (r#","expires_in":0.5"#, Duration::from_secs(5)),
        (r#","expires_in":1e-9"#, Duration::from_secs(5)),
        (r#","expires_in":0"#, Duration::from_secs(5)),
        (r#","expires_in":0.0"#, Duration::from_secs(5)),
        (r#","expires_in":-1"#, Duration::from_secs(5)),
        (r#","expires_in":-1e300"#, Duration::from_secs(5)),
        (r#","expires_in":899.5"#, Duration::from_millis(839_500)),
        (r#","expires_in":86400"#, Duration::from_secs(86_340)),
        (r#","expires_in":86401"#, Duration::from_secs(86_340)),
        (r#","expires_in":1e300"#, Duration::from_secs(86_340)),
        (
            r#","expires_in":18446744073709551615"#,
            Duration::from_secs(86_340),
        ),
    ] {
        let just_before = good_for.less(NANOSECOND);
        assert_eq!(exchanges_of_two_calls(life, just_before), 1, "{life}");
        assert_eq!(exchanges_of_two_calls(life, good_for), 2, "{life}");
    }
}

#[test]
fn a_lifetime_counts_from_the_token_request() {
    for (apart, expected) in [(830, 2), (829, 1)] {
        let mut asked = 0;
        let client = client(move |sent| match (sent.is_token(), asked) {
            (true, 0) => {
                asked += 1;
                reply(200, TOKEN).after(Duration::from_secs(10))
            }
            (true, _) => reply(200, TOKEN),
            (false, _) => reply(200, ACTIVE),
        });
        get_user(&client).unwrap();
        client.platform().advance(Duration::from_secs(apart));
        get_user(&client).unwrap();
        assert_eq!(exchanges(&client), expected);
    }
}

#[test]
fn a_token_of_unknown_lifetime_is_used_for_5_seconds() {
    for life in [
        "",
        r#","expires_in":null"#,
        r#","expires_in":"900""#,
        r#","expires_in":true"#,
        r#","expires_in":[900]"#,
    ] {
        for (apart, exchanges) in [(0, 1), (4_999, 1), (5_000, 2)] {
            let apart = Duration::from_millis(apart);
            assert_eq!(exchanges_of_two_calls(life, apart), exchanges, "{life}");
        }
    }
}

#[test]
fn a_single_use_token_serves_all_attempts_of_its_call() {
    let replies = [
        reply(200, r#"{"access_token":"once"}"#),
        reply(503, ""),
        reply(200, ACTIVE),
    ];
    let client = client(script(replies));
    get_user(&client).unwrap();
    let sent = client.platform().sent();
    assert_eq!(sent[1].authorization(), "Bearer once");
    assert_eq!(sent[2].authorization(), "Bearer once");
}

#[test]
fn a_401_is_answered_by_one_fresh_token() {
    let client = client(with_tokens(script([
        reply(200, ACTIVE),
        reply(401, ""),
        reply(200, ACTIVE),
    ])));
    get_user(&client).unwrap();
    get_user(&client).unwrap();
    let sent = client.platform().sent();
    let authorizations: Vec<_> = sent.iter().map(SentRequest::authorization).collect();
    let basic = format!("Basic {BASIC}");
    assert_eq!(
        authorizations,
        [
            &basic,
            "Bearer stub-token-1",
            "Bearer stub-token-1",
            &basic,
            "Bearer stub-token-2"
        ]
    );
}

#[test]
fn a_401_for_a_single_use_token_renews_it() {
    let client = client(script([
        reply(200, r#"{"access_token":"once"}"#),
        reply(401, ""),
        reply(200, r#"{"access_token":"twice"}"#),
        reply(200, ACTIVE),
    ]));
    get_user(&client).unwrap();
    assert_eq!(client.platform().sent()[3].authorization(), "Bearer twice");
}

#[test]
fn a_401_for_a_fresh_token_is_final() {
    let client = client(with_tokens(|_| reply(401, "")));
    let error = get_user(&client).unwrap_err();
    assert_eq!(error.code, ErrorCode::Unauthenticated);
    assert_eq!(error.status, Some(401));
    assert_eq!(error.requests, 4);
    assert_eq!(exchanges(&client), 2);
}

#[test]
fn a_rejected_fresh_token_is_not_kept() {
    let client = client(with_tokens(script([
        reply(401, ""),
        reply(401, ""),
        reply(200, ACTIVE),
    ])));
    get_user(&client).unwrap_err();
    get_user(&client).unwrap();
    assert_eq!(
        client.platform().sent()[5].authorization(),
        "Bearer stub-token-3"
    );
}

#[test]
fn the_letter_case_of_bearer_does_not_matter() {
    for kind in ["Bearer", "bearer", "BEARER"] {
        let token =
            format!(r#"{{"access_token":"stub-token-1","token_type":"{kind}","expires_in":900}}"#);
        let client = client(script([reply(200, token), reply(200, ACTIVE)]));
        get_user(&client).unwrap();
        assert_eq!(
            client.platform().sent()[1].authorization(),
            "Bearer stub-token-1"
        );
    }
}

#[test]
fn a_token_response_without_a_token_fails_the_call() {
    for operation in [
        Operation::ListUsers,
        Operation::GetUser,
        Operation::SuspendUser,
        Operation::ReactivateUser,
    ] {
        let client = client(script([reply(200, "{}")]));
        let error = client.platform().run(call(&client, operation)).unwrap_err();
        assert_eq!(error.code, ErrorCode::MalformedResponse);
        assert_eq!(error.requests, 1);
    }
}
