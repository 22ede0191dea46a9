//! Findings of the check of the settings.

use super::{fake_platform::FakePlatform, fixtures::*, scripted_server::*};
use crate::{
    Client, Verdict,
    platform::{Method, SendErrorKind},
    settings::{self, ApiVersion, RawSettings},
};

const NOT_TRIED: &str = "not tried, because an earlier check failed";
const LIST: &str =
    r#"{"results":[{"id":"IR7VJHJ36JHINBFAD7V2T5MP3E","state":"ACTIVE"}],"next_page_token":"x"}"#;
const LACKS_PERMISSION: &str = r#"{"code":7,"message":"missing permission"}"#;

/// Runs a check and returns its eight findings. Asserts their order, and that no request could change a user.
fn findings(client: &Client<FakePlatform>) -> [(Verdict, String); 8] {
    let findings = client.platform().run(client.check());
    let checks: Vec<_> = findings.iter().map(|finding| finding.check).collect();
    assert_eq!(
        checks,
        [
            "settings",
            "reach",
            "token",
            "account",
            "list-users",
            "get-user",
            "suspend-user",
            "reactivate-user",
        ]
    );
    for sent in client.platform().sent() {
        assert!(sent.is_token() || sent.method == Method::Get, "{sent:?}");
    }
    let findings: Vec<_> = findings
        .into_iter()
        .map(|finding| (finding.verdict, finding.detail))
        .collect();
    findings.try_into().unwrap()
}

/// Returns the verdicts as letters: `p` for passed, `f` for failed, `u` for unknown.
fn verdicts(findings: &[(Verdict, String); 8]) -> String {
    let letter = |verdict: &Verdict| match verdict {
        Verdict::Passed => 'p',
        Verdict::Failed => 'f',
        Verdict::Unknown => 'u',
    };
    findings
        .iter()
        .map(|(verdict, _)| letter(verdict))
        .collect()
}

/// Returns the findings if the list and the get are answered with these replies.
fn answered(list: Reply, get: Reply) -> [(Verdict, String); 8] {
    findings(&client(with_tokens(move |sent| {
        if sent.url.contains("/users?") {
            list.clone()
        } else {
            get.clone()
        }
    })))
}

#[test]
fn all_checks_pass_except_those_that_would_change_users() {
    let client = client(with_tokens(script([reply(200, LIST), reply(200, ACTIVE)])));
    let findings = findings(&client);
    assert_eq!(verdicts(&findings), "ppppppuu");
    let untried = "not tried: it would change a user, so the permission cannot be checked";
    assert_eq!(
        findings.map(|(_, detail)| detail),
        [
            "account ACCOUNT123 at api.1password.com",
            "api.1password.com answers",
            "the credentials were exchanged for a token of API version v1beta1",
            "it answers in this region and API version",
            "listing one user works",
            "getting one user works",
            untried,
            untried,
        ]
    );
    let sent = client.platform().sent();
    assert_eq!(sent.len(), 3);
    assert!(sent[1].url.ends_with("/users?max_page_size=1"));
    assert!(sent[2].url.ends_with("/users/IR7VJHJ36JHINBFAD7V2T5MP3E"));
}

#[test]
fn a_check_exchanges_a_token_even_if_one_is_held() {
    let client = client(with_tokens(script([
        reply(200, ACTIVE),
        reply(200, LIST),
        reply(200, ACTIVE),
    ])));
    get_user(&client).unwrap();
    findings(&client);
    assert_eq!(client.platform().count(SentRequest::is_token), 2);
}

#[test]
fn a_check_names_wrong_settings_and_sends_nothing() {
    let client = Client::new(
        FakePlatform::new(script([])),
        settings::from_environment(vec![("OP_USERS_REGION".into(), "us".into())]),
    );
    let findings = findings(&client);
    assert_eq!(verdicts(&findings), "fuuuuuuu");
    assert_eq!(
        findings[0].1,
        "OP_USERS_ACCOUNT_ID is not set; OP_USERS_CLIENT_ID is not set; OP_USERS_CLIENT_SECRET is not set; OP_USERS_REGION must be com, ca or eu"
    );
    assert!(findings[1..].iter().all(|(_, detail)| detail == NOT_TRIED));
}

#[test]
fn an_unreachable_server_fails_the_reach_check() {
    for unreachable in [
        send_fails(SendErrorKind::Denied, false),
        send_fails(SendErrorKind::Connection, false),
        send_fails(SendErrorKind::TimedOut, false),
        no_response(),
    ] {
        let findings = findings(&client(move |_| unreachable.clone()));
        assert_eq!(verdicts(&findings), "pfuuuuuu");
    }
    let findings = findings(&client(|_| send_fails(SendErrorKind::Denied, false)));
    assert_eq!(
        findings[1].1,
        "the connection is closed; allow this component outgoing HTTP to the base URL"
    );
}

#[test]
fn an_unexpected_response_fails_the_token_check() {
    for answer in [
        reply(200, "<html>"),
        reply(302, ""),
        send_fails(SendErrorKind::Malformed, true),
        reply(503, ""),
    ] {
        let findings = findings(&client(move |_| answer.clone()));
        assert_eq!(verdicts(&findings), "ppfuuuuu");
    }
}

#[test]
fn a_missing_token_path_hints_at_the_other_api_version() {
    for (api_version, other) in [
        (ApiVersion::V1Beta1, "set the API version to v1,"),
        (ApiVersion::V1, "set the API version to v1beta1,"),
    ] {
        let raw_settings = RawSettings {
            api_version,
            ..raw_settings()
        };
        let findings = findings(&client_with(raw_settings, script([reply(404, "")])));
        assert_eq!(verdicts(&findings), "ppfuuuuu");
        assert!(findings[2].1.contains(other), "{}", findings[2].1);
    }
}

#[test]
fn a_wrong_client_secret_fails_the_token_check() {
    let findings = findings(&client(script([reply(401, "")])));
    assert_eq!(verdicts(&findings), "ppfuuuuu");
    assert_eq!(
        findings[2].1,
        "the server refused the client id and secret (401); check the region first: another region does not know them; then check both, and that the application still exists"
    );
}

#[test]
fn a_missing_list_permission_fails_the_list_check() {
    let findings = answered(reply(403, LACKS_PERMISSION), reply(404, NOT_FOUND));
    assert_eq!(verdicts(&findings), "pppufuuu");
    assert_eq!(
        findings[4].1,
        "the OAuth application lacks the permission for this (403, it says: missing permission); give it the permission to list users, or use an application that has it"
    );
}

#[test]
fn a_missing_get_permission_fails_the_get_check() {
    let findings = answered(reply(200, LIST), reply(403, LACKS_PERMISSION));
    assert_eq!(verdicts(&findings), "pppppfuu");
    assert_eq!(
        findings[5].1,
        "the OAuth application lacks the permission for this (403, it says: missing permission); give it the permission to get a user, or use an application that has it"
    );
}

#[test]
fn an_unknown_account_fails_with_possible_causes() {
    let findings = answered(reply(404, NOT_FOUND), reply(404, NOT_FOUND));
    assert_eq!(verdicts(&findings), "pppffuuu");
    assert_eq!(
        findings[3].1,
        "the server knows no such account (404, it says: no such user or account); check the account id, the region and the API version; this 404 may be caused by automated provisioning (SCIM), which the API does not support"
    );
}

#[test]
fn a_rejected_fresh_token_ends_the_check() {
    let client = client(with_tokens(|_| reply(401, "")));
    let findings = findings(&client);
    assert_eq!(verdicts(&findings), "pppufuuu");
    // Token, list, fresh token, list. No get.
    assert_eq!(client.platform().sent().len(), 4);
    assert_eq!(client.platform().count(SentRequest::is_token), 2);
}

#[test]
fn the_get_check_is_unknown_in_an_account_without_users() {
    let findings = answered(reply(200, "{}"), reply(404, NOT_FOUND));
    assert_eq!(verdicts(&findings), "pppfuuuu");
    assert!(findings[3].1.contains("every account has an owner"));
    assert_eq!(
        findings[5].1,
        "no user's id is known to try it with; an unused id was not found, as expected"
    );
}

#[test]
fn findings_contain_no_secret() {
    let echo = format!("{CLIENT_SECRET} {BASIC}");
    let refused = findings(&client(script([reply(401, echo.clone())])));
    let with_token = || reply(403, format!("{echo} stub-token-1"));
    let shown = format!("{refused:?} {:?}", answered(with_token(), with_token()));
    for secret in [CLIENT_SECRET, BASIC, "stub-token"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_403_fails_the_get_check_in_an_empty_account() {
    let findings = answered(reply(200, "{}"), reply(403, LACKS_PERMISSION));
    assert_eq!(verdicts(&findings), "pppfufuu");
}

#[test]
fn a_listed_user_who_is_not_found_fails_the_get_check() {
    let findings = answered(reply(200, LIST), reply(404, ""));
    assert_eq!(verdicts(&findings), "pppppfuu");
}

#[test]
fn a_single_use_token_serves_the_whole_check() {
    for life in ["", r#","expires_in":0"#] {
        let token = format!(r#"{{"access_token":"once"{life}}}"#);
        let client = client(script([
            reply(200, token),
            reply(200, LIST),
            reply(200, ACTIVE),
        ]));
        assert_eq!(verdicts(&findings(&client)), "ppppppuu");
    }
}

#[test]
fn a_list_without_users_or_results_fails_the_account_check() {
    for list in ["{}", r#"{"results":[]}"#, r#"{"results":null}"#] {
        let findings = answered(reply(200, list), reply(404, NOT_FOUND));
        assert_eq!(verdicts(&findings), "pppfuuuu", "{list}");
    }
    for list in [r#"{"users":[]}"#, r#"{"users":[{"id":"x"}],"total":1}"#] {
        let findings = answered(reply(200, list), reply(404, NOT_FOUND));
        assert_eq!(verdicts(&findings), "pppufuuu", "{list}");
        assert!(findings[4].1.contains("the list has no `results`"));
    }
    // A page may be empty while more follow. But the same page token again leads nowhere.
    for list in [
        r#"{"next_page_token":"x"}"#,
        r#"{"results":[],"next_page_token":"x"}"#,
    ] {
        let findings = answered(reply(200, list), reply(404, NOT_FOUND));
        assert_eq!(verdicts(&findings), "pppufuuu", "{list}");
        assert!(findings[4].1.contains("the same page token again"));
    }
}

#[test]
fn a_check_reads_on_after_an_empty_page() {
    let empty = |next: u32| {
        reply(
            200,
            format!(r#"{{"results":[],"next_page_token":"{next}"}}"#),
        )
    };
    let check = |empty_pages: u32| {
        let pages = (0..empty_pages).map(empty);
        let replies = pages.chain([reply(200, LIST), reply(200, ACTIVE)]);
        verdicts(&findings(&client(with_tokens(script(replies)))))
    };
    assert_eq!(check(1), "ppppppuu");
    assert_eq!(check(4), "ppppppuu");
    let client = client(with_tokens(script(
        (0..5).map(empty).chain([reply(404, NOT_FOUND)]),
    )));
    assert_eq!(verdicts(&findings(&client)), "pppfuuuu");
}

#[test]
fn a_check_tells_that_both_generations_answer() {
    for refusal in [reply(401, r#"{"error":"invalid_client"}"#), reply(400, "")] {
        let auto = RawSettings {
            api_version: ApiVersion::Auto,
            ..raw_settings()
        };
        let client = client_with(
            auto,
            script([
                reply(200, TOKEN),
                refusal,
                reply(200, LIST),
                reply(200, ACTIVE),
                reply(200, ACTIVE),
            ]),
        );
        let findings = findings(&client);
        assert_eq!(
            findings[2].1,
            "the credentials were exchanged for a token of API version v1beta1; v1 answers too"
        );
        // It was asked without credentials, and a refusal of none is not remembered.
        let sent = client.platform().sent();
        assert_eq!(sent[1].authorization(), "Basic Og==");
        assert!(sent[1].url.ends_with("/v1/oauth/token"));
        get_user(&client).unwrap();
    }
}

#[test]
fn a_check_names_the_api_version_that_answers() {
    for (gone, expected) in [
        (
            "/v1/",
            "the credentials were exchanged for a token of API version v1beta1; v1 does not answer: the server has no such path for tokens (404)",
        ),
        (
            "/v1beta1/",
            "the credentials were exchanged for a token of API version v1; v1beta1 does not answer: the server has no such path for tokens (404)",
        ),
    ] {
        let mut served = with_tokens(|sent| {
            let is_list = sent.url.contains("/users?");
            reply(200, if is_list { LIST } else { ACTIVE })
        });
        let auto = RawSettings {
            api_version: ApiVersion::Auto,
            ..raw_settings()
        };
        let client = client_with(auto, move |sent| {
            if sent.url.contains(gone) {
                reply(404, "<html>")
            } else {
                served(sent)
            }
        });
        // The second check asks again, as the first one did.
        for _ in 0..2 {
            let findings = findings(&client);
            assert_eq!(verdicts(&findings), "ppppppuu");
            assert_eq!(findings[2].1, expected);
        }
    }
}

#[test]
fn a_path_that_is_gone_fails_the_list_check() {
    for body in [
        "",
        "<html>",
        "404 page not found",
        r#"{"message":"no Route"}"#,
    ] {
        let findings = answered(reply(404, body), reply(404, body));
        assert_eq!(verdicts(&findings), "pppuffuu");
        assert!(findings[4].1.contains("no API of version v1beta1"));
        assert!(findings[4].1.contains("set the API version to v1, "));
    }
}
