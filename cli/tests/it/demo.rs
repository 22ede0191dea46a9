//! The demonstration that runs without a command.

use super::process::{op_users, run};

const STEPS: [&str; 8] = [
    "1. check: do the settings work?",
    "2. list: all users, a page at a time",
    "3. get: look one of them up",
    "4. suspend: cut the access off",
    "5. suspend again: the same answer, and no harm",
    "6. suspend the last owner: refused, and it says why",
    "7. reactivate: give the access back",
    "8. revoke: leave no token behind",
];
const SECRET: &str = "simulated-secret";
const TOKEN: &str = "simulated-token";

#[tokio::test]
async fn every_step_is_shown_with_its_requests_and_no_secret() {
    let ended = run(op_users(&[])).await;
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
    let mut rest = ended.stdout.as_str();
    for step in STEPS {
        let at = rest
            .find(step)
            .unwrap_or_else(|| panic!("{step} is missing in {rest}"));
        rest = &rest[at..];
        let next = rest.find("\n\n").unwrap_or(rest.len());
        let lines = &rest[..next];
        assert!(
            lines.contains("GET  /v1beta1/") || lines.contains("POST /v1beta1/"),
            "{lines}"
        );
        assert!(lines.contains(" ms\n"), "{lines}");
    }
    assert!(
        ended
            .stdout
            .contains("60 users in 3 pages, 3 of them suspended")
    );
    assert!(ended.stdout.contains("error[last-owner]"));
    assert!(!ended.stdout.contains(SECRET) && !ended.stdout.contains(TOKEN));
}

#[tokio::test]
async fn the_demonstration_runs_with_api_version_v1() {
    let mut command = op_users(&[]);
    command.env("OP_USERS_API_VERSION", "v1");
    let ended = run(command).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    for line in ended.stdout.lines().map(str::trim) {
        if let Some(path) = line.strip_prefix("GET  ").or(line.strip_prefix("POST ")) {
            assert!(path.starts_with("/v1/"), "{line}");
        }
    }
    assert!(ended.stdout.contains("POST /v1/oauth/token  200"));
}

#[tokio::test]
async fn json_output_is_an_object_per_step() {
    let ended = run(op_users(&["--json"])).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let steps: Vec<serde_json::Value> = ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(steps.len(), STEPS.len());
    for (step, title) in steps.iter().zip(STEPS) {
        assert!(title.ends_with(step["step"].as_str().unwrap()));
        assert!(!step["requests"].as_array().unwrap().is_empty());
    }
    assert_eq!(steps[5]["result"]["code"], "last-owner");
    assert_eq!(steps[5]["requests"][0]["status"], 403);
    assert!(!ended.stdout.contains(SECRET) && !ended.stdout.contains(TOKEN));
}
