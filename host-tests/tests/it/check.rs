//! `connection.check`: findings, their details, and that the account stays unchanged.

use host::{Finding, Verdict};
use host_tests::Harness;
use simulator::{Action, Endpoint, Fault, Generation, Permission};

use crate::closed_port::ClosedPort;

const CHECKS: [&str; 8] = [
    "settings",
    "reach",
    "token",
    "account",
    "list-users",
    "get-user",
    "suspend-user",
    "reactivate-user",
];

/// Runs the checks, and asserts that all findings come in order and that the requests change nothing.
async fn check(harness: &mut Harness) -> Vec<Finding> {
    let users = harness.simulator.users();
    let findings = harness
        .instance
        .check()
        .await
        .expect("the component does not trap");
    let checks: Vec<_> = findings
        .iter()
        .map(|finding| finding.check.as_str())
        .collect();
    assert_eq!(checks, CHECKS);
    assert_eq!(harness.simulator.users(), users);
    for request in harness.simulator.requests() {
        assert!(matches!(
            request.endpoint,
            Endpoint::Token | Endpoint::List | Endpoint::Get | Endpoint::Other
        ));
        assert!(request.method == "GET" || request.endpoint != Endpoint::List);
    }
    findings
}

fn verdicts(findings: &[Finding]) -> String {
    let letter = |finding: &Finding| match finding.verdict {
        Verdict::Passed => 'p',
        Verdict::Failed => 'F',
        Verdict::Unknown => '?',
    };
    findings.iter().map(letter).collect()
}

#[tokio::test]
async fn good_settings_pass_and_changes_stay_unknown() {
    let mut harness = Harness::new().await;
    let findings = check(&mut harness).await;
    assert_eq!(verdicts(&findings), "pppppp??");
    let requests = harness.simulator.requests();
    let list = requests
        .iter()
        .find(|request| request.endpoint == Endpoint::List)
        .unwrap();
    assert_eq!(list.query, "max_page_size=1");
}

#[tokio::test]
async fn a_wrong_setting_is_named() {
    let mut harness = Harness::with(|builder| builder, &[("OP_USERS_API_VERSION", "v3")]).await;
    let findings = check(&mut harness).await;
    assert_eq!(verdicts(&findings), "F???????");
    assert_eq!(
        findings[0].detail,
        "OP_USERS_API_VERSION must be auto, v1beta1 or v1"
    );
}

#[tokio::test]
async fn a_closed_port_fails_the_reach_check() {
    let closed = ClosedPort::new();
    let variables = [
        ("OP_USERS_BASE_URL", closed.url.as_str()),
        ("OP_USERS_DEADLINE_MS", "2000"),
    ];
    let mut harness = Harness::with(|builder| builder, &variables).await;
    let findings = check(&mut harness).await;
    assert_eq!(verdicts(&findings), "pF??????");
    assert!(
        findings[1]
            .detail
            .contains("check the network, the base URL"),
        "{}",
        findings[1].detail
    );
}

#[tokio::test]
async fn a_wrong_api_version_names_the_other_one() {
    for (served, configured, advice) in [
        (Generation::V1, "v1beta1", "set the API version to v1, "),
        (
            Generation::V1Beta1,
            "v1",
            "set the API version to v1beta1, ",
        ),
    ] {
        let variables = [("OP_USERS_API_VERSION", configured)];
        let mut harness = Harness::with(|builder| builder.generations([served]), &variables).await;
        let findings = check(&mut harness).await;
        assert_eq!(verdicts(&findings), "ppF?????");
        assert!(
            findings[2].detail.contains(advice),
            "{}",
            findings[2].detail
        );
    }
}

#[tokio::test]
async fn a_wrong_secret_mentions_the_region() {
    let mut harness =
        Harness::with(|builder| builder, &[("OP_USERS_CLIENT_SECRET", "wrong")]).await;
    let findings = check(&mut harness).await;
    assert_eq!(verdicts(&findings), "ppF?????");
    assert!(
        findings[2]
            .detail
            .contains("check the region first: another region does not know them; then check both"),
        "{}",
        findings[2].detail
    );
}

#[tokio::test]
async fn a_wrong_account_differs_from_a_missing_permission() {
    let mut harness =
        Harness::with(|builder| builder, &[("OP_USERS_ACCOUNT_ID", "ELSEWHERE")]).await;
    let findings = check(&mut harness).await;
    assert_eq!(verdicts(&findings), "pppFF???");
    assert!(
        findings[3]
            .detail
            .contains("check the account id, the region"),
        "{}",
        findings[3].detail
    );
    assert!(
        findings[3].detail.contains("automated provisioning"),
        "{}",
        findings[3].detail
    );

    let mut harness = Harness::new().await;
    harness.simulator.set_permissions(Permission::GetUser);
    let findings = check(&mut harness).await;
    assert_eq!(verdicts(&findings), "ppp?F???");
    assert!(
        findings[4].detail.contains("the permission to list users"),
        "{}",
        findings[4].detail
    );

    harness.simulator.set_permissions(Permission::ListUsers);
    let findings = check(&mut harness).await;
    assert_eq!(verdicts(&findings), "pppppF??");
    assert!(
        findings[5].detail.contains("the permission to get a user"),
        "{}",
        findings[5].detail
    );
}

#[tokio::test]
async fn a_403_without_a_reason_mentions_automated_provisioning() {
    let mut harness = Harness::new().await;
    harness
        .simulator
        .fault(Fault::new(Action::status(403)).on(Endpoint::List));
    let findings = check(&mut harness).await;
    assert_eq!(findings[4].verdict, Verdict::Failed);
    assert!(
        findings[4].detail.contains("automated provisioning"),
        "{}",
        findings[4].detail
    );
}
