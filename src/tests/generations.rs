//! The generation of the API: asked for with a token request only, remembered, and asked for again when it is gone.

use super::{fake_platform::FakePlatform, fixtures::*, scripted_server::*, virtual_clock::Task};
use crate::{
    ChangeOptions, Client, Effect, ErrorCode, Operation, Outcome, Selector, Target, TargetReport,
    platform::{Duration, SendErrorKind},
    settings::{ApiVersion, RawSettings},
};

const OLD_TOKEN: &str = "/v1beta1/users/oauth2/token";
const NEW_TOKEN: &str = "/v1/oauth/token";
const MINUTE: Duration = Duration::from_secs(60);

fn with_version(api_version: ApiVersion) -> RawSettings {
    RawSettings {
        api_version,
        ..raw_settings()
    }
}

/// Returns a client that asks for the generation.
fn auto(server: impl FnMut(&SentRequest) -> Reply + 'static) -> Client<FakePlatform> {
    client_with(with_version(ApiVersion::Auto), server)
}

/// Returns the server's reply to a request of a generation that it has.
fn served() -> impl FnMut(&SentRequest) -> Reply {
    with_tokens(|sent| {
        let is_change = sent.url.ends_with(":suspend");
        reply(200, if is_change { SUSPENDED } else { ACTIVE })
    })
}

/// Returns a server that has `v1beta1` until this time, and `v1` from then on.
fn shut_off_at(noon: Duration, gone: Reply) -> impl FnMut(&SentRequest) -> Reply {
    let mut served = served();
    move |sent| {
        let is_old = sent.url.contains("/v1beta1/");
        if is_old == (sent.at < noon) {
            served(sent)
        } else {
            gone.clone()
        }
    }
}

/// Returns the paths of the requests sent from a number on, without account and user.
fn paths(client: &Client<FakePlatform>, from: usize) -> Vec<String> {
    let sent = client.platform().sent().into_iter().skip(from);
    let path = |sent: SentRequest| {
        let path = sent.url.replace("https://api.1password.com", "");
        path.replace(&format!("/accounts/ACCOUNT123/users/{ID}"), "/USER")
    };
    sent.map(path).collect()
}

fn all_gone() -> [Reply; 4] {
    [
        reply(404, ""),
        reply(404, r#"{"code":5,"message":"Not Found","details":[]}"#),
        reply(410, "<html>gone</html>"),
        reply(404, r#"{"error":"invalid_client"}"#),
    ]
}

#[test]
fn the_documented_generation_is_asked_first_and_kept() {
    let client = auto(served());
    for _ in 0..2 {
        get_user(&client).unwrap();
        client.platform().advance(MINUTE);
    }
    assert_eq!(
        paths(&client, 0),
        [OLD_TOKEN, "/v1beta1/USER", "/v1beta1/USER"]
    );
}

#[test]
fn a_missing_token_path_leads_to_the_other_generation() {
    for gone in all_gone() {
        let client = auto(shut_off_at(Duration::ZERO, gone));
        get_user(&client).unwrap();
        assert_eq!(paths(&client, 0), [OLD_TOKEN, NEW_TOKEN, "/v1/USER"]);
        // It is remembered when the token has expired.
        client.platform().advance(Duration::from_secs(1000));
        get_user(&client).unwrap();
        assert_eq!(paths(&client, 3), [NEW_TOKEN, "/v1/USER"]);
    }
}

#[test]
fn a_new_exchange_after_the_shut_off_costs_one_request() {
    for gone in all_gone() {
        let noon = Duration::from_secs(1000);
        let client = auto(shut_off_at(noon, gone));
        get_user(&client).unwrap();
        client.platform().advance(noon);
        client.platform().run(client.suspend_user(ID)).unwrap();
        assert_eq!(
            paths(&client, 2),
            [OLD_TOKEN, NEW_TOKEN, "/v1/USER:suspend"]
        );
    }
}

#[test]
fn a_held_token_does_not_outlive_its_generation() {
    for gone in [
        reply(404, ""),
        reply(410, "<html>"),
        reply(404, r#"{"message":"no Route"}"#),
        reply(404, r#"{"code":5,"message":"Not Found","details":[]}"#),
        reply(404, r#"{"code":5,"message":"Method does not exist."}"#),
        reply(404, r#"{"code":12,"message":"unimplemented"}"#),
    ] {
        for operation in [Operation::GetUser, Operation::SuspendUser] {
            let client = auto(shut_off_at(MINUTE, gone.clone()));
            get_user(&client).unwrap();
            client.platform().advance(MINUTE);
            client.platform().run(call(&client, operation)).unwrap();
            let suffix = if operation == Operation::GetUser {
                ""
            } else {
                ":suspend"
            };
            assert_eq!(
                paths(&client, 2),
                [
                    format!("/v1beta1/USER{suffix}"),
                    OLD_TOKEN.to_owned(),
                    NEW_TOKEN.to_owned(),
                    format!("/v1/USER{suffix}"),
                ]
            );
        }
    }
}

#[test]
fn a_resource_alone_never_changes_the_generation() {
    // The token endpoint stays, so that no other generation is known to exist.
    let client = auto(with_tokens(|_| reply(404, "<html>")));
    let error = client.platform().run(client.suspend_user(ID)).unwrap_err();
    assert_eq!((error.code, error.requests), (ErrorCode::NotConfigured, 2));
    assert_eq!(
        (error.effect, error.status),
        (Effect::PossiblyApplied, Some(404))
    );
    assert!(
        error.message.contains("no API of version v1beta1"),
        "{error}"
    );
    // A token from an earlier call is renewed once, to ask for the generation.
    let error = get_user(&client).unwrap_err();
    assert_eq!((error.code, error.requests), (ErrorCode::NotConfigured, 2));
    assert!(
        paths(&client, 0)
            .iter()
            .all(|path| path.starts_with("/v1beta1/"))
    );
}

#[test]
fn a_missing_user_is_not_a_missing_generation() {
    let client = auto(with_tokens(|_| reply(404, NOT_FOUND)));
    for requests in [2, 1] {
        let error = get_user(&client).unwrap_err();
        assert_eq!(
            (error.code, error.requests),
            (ErrorCode::NotFound, requests)
        );
    }
}

#[test]
fn a_404_in_a_gateway_s_words_asks_the_token_endpoint_again() {
    let client = auto(with_tokens(|_| {
        reply(404, r#"{"code":5,"message":"Not Found","details":[]}"#)
    }));
    get_user(&client).unwrap_err();
    let error = get_user(&client).unwrap_err();
    assert_eq!((error.code, error.requests), (ErrorCode::NotFound, 2));
    assert_eq!(
        message_and_hint(&error),
        (
            "get-user: the server knows no such user or account, or has no such path (404, it says: Not Found)",
            Some("check the user's id, the account id, the region and the API version")
        )
    );
}

#[test]
fn no_other_status_leads_to_the_other_generation() {
    for status in (100..600).filter(|status| ![200, 404, 410].contains(status)) {
        let client = auto(move |_| reply(status, "<html>"));
        get_user(&client).unwrap_err();
        assert!(
            paths(&client, 0).iter().all(|path| path == OLD_TOKEN),
            "{status}"
        );
    }
    for unclear in [
        reply(200, "<html>404</html>"),
        reply(200, r#"{"error":"invalid_client"}"#),
        reply(200, ""),
        send_fails(SendErrorKind::Connection, false),
        send_fails(SendErrorKind::Denied, false),
        no_response(),
    ] {
        let client = auto(move |_| unclear.clone());
        get_user(&client).unwrap_err();
        assert!(paths(&client, 0).iter().all(|path| path == OLD_TOKEN));
    }
}

#[test]
fn a_pinned_version_or_path_is_asked_alone() {
    let own_path = RawSettings {
        token_path: Some("/auth/token".into()),
        ..with_version(ApiVersion::Auto)
    };
    for (raw_settings, path) in [
        (with_version(ApiVersion::V1Beta1), OLD_TOKEN),
        (with_version(ApiVersion::V1), NEW_TOKEN),
        (own_path, "/auth/token"),
    ] {
        let client = client_with(raw_settings, |_| reply(404, ""));
        let error = get_user(&client).unwrap_err();
        assert_eq!((error.code, error.requests), (ErrorCode::NotConfigured, 1));
        assert_eq!(paths(&client, 0), [path]);
    }
    // Nor does a pinned version exchange a token anew for a path that is gone.
    let client = client(with_tokens(script([reply(200, ACTIVE), reply(404, "")])));
    get_user(&client).unwrap();
    assert_eq!(get_user(&client).unwrap_err().requests, 1);
}

#[test]
fn two_missing_token_paths_are_both_named() {
    let client = auto(|sent| reply(if sent.url.contains("beta") { 410 } else { 404 }, ""));
    let error = get_user(&client).unwrap_err();
    assert_eq!((error.code, error.requests), (ErrorCode::NotConfigured, 2));
    assert_eq!(
        message_and_hint(&error),
        (
            "get-user: the server has no such path for tokens (410): /v1beta1/users/oauth2/token; then /v1/oauth/token: the server has no such path for tokens (404)",
            Some("check the region and the base URL")
        )
    );
    // A later call asks both again, in the same order.
    client.platform().advance(Duration::from_secs(10));
    get_user(&client).unwrap_err();
    assert_eq!(paths(&client, 2), [OLD_TOKEN, NEW_TOKEN]);
}

#[test]
fn a_refusal_of_the_other_generation_names_both_paths() {
    for (refusal, code, requests) in [
        (reply(401, ""), ErrorCode::Unauthenticated, 2),
        (reply(403, ""), ErrorCode::Other, 2),
        (reply(200, "<html>"), ErrorCode::MalformedResponse, 2),
        (
            send_fails(SendErrorKind::Denied, false),
            ErrorCode::ConnectionFailed,
            1,
        ),
    ] {
        let client = auto(move |sent| {
            if sent.url.contains("beta") {
                reply(404, "")
            } else {
                refusal.clone()
            }
        });
        for _ in 0..2 {
            let error = get_user(&client).unwrap_err();
            assert_eq!((error.code, error.requests), (code, requests), "{error}");
            // Refused credentials are remembered for 10 seconds.
            client.platform().advance(Duration::from_secs(10));
            if code != ErrorCode::MalformedResponse {
                assert!(error.message.contains(OLD_TOKEN), "{error}");
                assert!(error.message.contains(NEW_TOKEN), "{error}");
            }
        }
    }
}

#[test]
fn concurrent_calls_ask_for_the_generation_once() {
    for noon in [Duration::ZERO, MINUTE] {
        let mut served = shut_off_at(noon, reply(404, ""));
        let client = auto(move |sent| served(sent).after(Duration::from_secs(1)));
        if noon == MINUTE {
            get_user(&client).unwrap();
            client.platform().advance(MINUTE);
        }
        let before = client.platform().sent().len();
        let get = || Box::pin(client.get_user(ID)) as Task<'_, _>;
        let results = client.platform().join((0..20).map(|_| get()));
        assert!(results.iter().all(Result::is_ok));
        let paths = paths(&client, before);
        for path in [OLD_TOKEN, NEW_TOKEN] {
            assert_eq!(
                paths.iter().filter(|sent| *sent == path).count(),
                1,
                "{paths:?}"
            );
        }
    }
}

#[test]
fn a_bulk_change_goes_on_after_the_shut_off() {
    let mut served = with_tokens(|sent| {
        let (_, id) = sent.url.rsplit_once('/').unwrap();
        let (id, state) = match id.split_once(':') {
            Some((id, _)) => (id, "SUSPENDED"),
            None => (id, "ACTIVE"),
        };
        reply(200, format!(r#"{{"id":"{id}","state":"{state}"}}"#))
    });
    let client = auto(move |sent| {
        // The old paths are gone when the users have been read, in the middle of the changes.
        let is_gone = sent.at > Duration::from_millis(55);
        let answer = if is_gone == sent.url.contains("/v1beta1/") {
            reply(404, "<html>")
        } else {
            served(sent)
        };
        answer.after(Duration::from_millis(10))
    });
    let targets: Vec<_> = (0..20)
        .map(|number| Target {
            who: Selector::Id(format!("USER{number}")),
            expect_email: None,
        })
        .collect();
    let options = ChangeOptions::default();
    let call = client.suspend_users(&targets, &options);
    let report = client.platform().run(call).unwrap();
    let is_changed = |target: &TargetReport| matches!(target.outcome, Outcome::Changed);
    assert!(report.targets.iter().all(is_changed), "{report:?}");
    let paths = paths(&client, 0);
    assert!(
        paths
            .iter()
            .any(|path| path.starts_with("/v1beta1/") && path.ends_with(":suspend"))
    );
    assert_eq!(paths.iter().filter(|path| *path == NEW_TOKEN).count(), 1);
}

#[test]
fn a_generation_that_comes_back_is_found_again() {
    let mut served = served();
    let client = auto(move |sent| {
        let minute = sent.at.as_millis() / 60_000;
        let is_old = sent.url.contains("/v1beta1/");
        if is_old != (20..40).contains(&minute) {
            served(sent)
        } else {
            reply(404, "")
        }
    });
    for _ in 0..3 {
        get_user(&client).unwrap();
        client.platform().advance(Duration::from_secs(20 * 60));
    }
}

#[test]
fn a_token_is_revoked_in_its_own_generation() {
    for (noon, path) in [
        (MINUTE, "/v1beta1/users/oauth2/revoke"),
        (Duration::ZERO, "/v1/oauth/revoke"),
    ] {
        let client = auto(shut_off_at(noon, reply(404, "")));
        get_user(&client).unwrap();
        client.platform().run(client.revoke_token()).unwrap();
        assert_eq!(paths(&client, 0).last().unwrap(), path);
    }
}
