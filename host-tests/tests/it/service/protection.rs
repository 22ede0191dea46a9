//! `OP_SERVICE_PROTECT` with the person spelt in many ways: the setting is refused by name, or the person is not changed.

use serde_json::json;
use simulator::State;

use super::{
    deployment::{CONTAIN_KEY, Deployment},
    raw_client::RawRequest,
};

/// Text before and after a name, as lists, mail programs and other settings have it.
const WRAPPINGS: [(&str, &str); 30] = [
    ("", ""),
    (" ", "\n"),
    ("", ";user0010@acme.example"),
    ("user0010@acme.example;", ""),
    ("", "|user0010@acme.example"),
    ("user0010@acme.example, ", ""),
    ("user0010@acme.example ", " \u{2022}"),
    ("\"", "\""),
    ("'", "'"),
    ("\u{201c}", "\u{201d}"),
    ("\u{ab}", "\u{bb}"),
    ("`", "`"),
    ("<", ">"),
    ("CEO <", ">"),
    ("\"CEO\" <", ">"),
    ("(", ")"),
    ("mailto:", ""),
    ("SMTP:", ""),
    ("[\"", "\",\"user0010@acme.example\"]"),
    ("[", "]"),
    ("{", "}"),
    ("- ", ""),
    ("-", ""),
    ("\u{2022}", ""),
    ("*", "*"),
    ("\u{feff}", ""),
    ("", "\u{200b}"),
    ("", "%20"),
    ("", "."),
    ("OP_SERVICE_PROTECT=", ""),
];
/// Patterns for the people of a domain, which would protect none of them.
const PATTERNS: [&str; 5] = [
    "*@acme.example",
    "@acme.example",
    "acme.example",
    "*",
    "user0002@*",
];

/// Asks for the containment of a person by id and by address. Returns true if the setting was refused.
async fn is_refused(protect: &str) -> bool {
    let deployment = Deployment::with(&[("OP_SERVICE_PROTECT", protect)]).await;
    let boss = boss(&deployment);
    let mut refusals = 0;
    for who in [&boss.id, &boss.email] {
        let body = json!({ "users": [who] });
        let request = RawRequest::json("/v1/contain", CONTAIN_KEY, &body);
        let response = deployment.send(&request).await;
        if response.status == 503 {
            let problem = response.problem(503, "not-configured");
            let detail = problem["detail"].as_str().unwrap_or_default();
            assert!(detail.contains("OP_SERVICE_PROTECT"), "{detail}");
            refusals += 1;
        } else {
            let report = response.report(409);
            let error = &report["outcomes"][0]["error"];
            let codes = ["protected", "precondition-failed"];
            let is_guard = |code: &str| codes.contains(&code);
            assert!(error["code"].as_str().is_some_and(is_guard), "{protect:?}");
        }
        let state = self::boss(&deployment).state;
        assert_eq!(state, State::Active, "{protect:?} {who}");
    }
    assert!(refusals == 0 || refusals == 2, "{protect:?}");
    refusals == 2
}

fn boss(deployment: &Deployment) -> simulator::User {
    deployment.simulator.users().remove(2)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_person_is_not_changed_or_the_setting_is_refused() {
    let deployment = Deployment::new().await;
    let boss = boss(&deployment);
    assert_eq!(boss.email, "user0002@acme.example");
    let mut accepted = 0;
    for name in [&boss.id, &boss.email] {
        for (before, after) in WRAPPINGS {
            for name in [name.clone(), name.to_uppercase(), name.to_lowercase()] {
                let is_refused = is_refused(&format!("{before}{name}{after}")).await;
                accepted += usize::from(!is_refused);
            }
        }
    }
    println!("{accepted} spellings were accepted");
    // The name alone, with white space, and behind a comma.
    assert_eq!(accepted, 18);
    for pattern in PATTERNS {
        assert!(is_refused(pattern).await, "{pattern}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_address_that_no_user_has_is_a_warning() {
    let protect = "absent@acme.example, user0003@acme.example";
    let deployment = Deployment::with(&[("OP_SERVICE_PROTECT", protect)]).await;
    let body = json!({ "users": ["user0002@acme.example"] });
    let request = RawRequest::json("/v1/contain", CONTAIN_KEY, &body);
    let report = deployment.send(&request).await.value();
    assert_eq!(report["outcomes"][0]["outcome"], "changed", "{report}");
    assert_eq!(
        report["warnings"],
        json!(["protected names that no user of the account has: absent@acme.example"])
    );
}
