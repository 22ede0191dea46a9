//! Status and summary of bulk changes: all users as asked, some of them, or none.

use serde_json::{Value, json};

use super::fake_plugin::*;
use crate::{
    bindings::{
        containment::Outcome,
        types::{Effect, Error, ErrorCode},
    },
    json::code_name,
};

const ROUTES: [&str; 2] = ["/v1/contain", "/v1/restore"];

fn failed(code: ErrorCode) -> Outcome {
    Outcome::Failed(error(code))
}

fn maybe(code: ErrorCode) -> Outcome {
    Outcome::Failed(Error {
        effect: Effect::PossiblyApplied,
        ..error(code)
    })
}

/// Names as many users as there are outcomes: ids.
fn body(outcomes: &[Outcome], is_dry_run: bool) -> String {
    let users: Vec<_> = (0..outcomes.len()).map(|at| format!("U{at}")).collect();
    json!({ "users": users, "dry_run": is_dry_run }).to_string()
}

/// Status and JSON of the response to a change with these outcomes.
fn answer(path: &str, outcomes: Vec<Outcome>, is_dry_run: bool) -> (u16, Value) {
    let request = post(path, &body(&outcomes, is_dry_run));
    let plugin = FakePlugin {
        outcomes,
        ..FakePlugin::default()
    };
    let response = respond(&plugin, &request);
    (response.status, json(&response))
}

#[test]
fn every_user_as_asked_is_a_200() {
    for path in ROUTES {
        for (outcomes, is_dry_run) in [
            (vec![Outcome::Changed], false),
            (vec![Outcome::Unchanged], false),
            (vec![Outcome::Changed, Outcome::Unchanged], false),
            (vec![Outcome::WouldChange, Outcome::Unchanged], true),
        ] {
            let (status, report) = answer(path, outcomes, is_dry_run);
            assert_eq!(status, 200, "{report}");
            assert!(report["outcomes"].is_array());
        }
    }
}

#[test]
fn no_user_as_asked_is_the_status_of_the_error() {
    for (code, status) in [
        (ErrorCode::InvalidArgument, 400),
        (ErrorCode::NotConfigured, 503),
        (ErrorCode::Unauthenticated, 502),
        (ErrorCode::PermissionDenied, 502),
        (ErrorCode::LastOwner, 409),
        (ErrorCode::ExternallyManaged, 409),
        (ErrorCode::NotFound, 404),
        (ErrorCode::Ambiguous, 409),
        (ErrorCode::Protected, 409),
        (ErrorCode::PreconditionFailed, 409),
        (ErrorCode::RateLimited, 503),
        (ErrorCode::Unavailable, 503),
        (ErrorCode::TimedOut, 504),
        (ErrorCode::ConnectionFailed, 502),
        (ErrorCode::MalformedResponse, 502),
        (ErrorCode::Other, 502),
    ] {
        for path in ROUTES {
            for (count, is_dry_run) in [(1, false), (3, false), (2, true)] {
                let (seen, problem) = answer(path, vec![failed(code); count], is_dry_run);
                assert_eq!((seen, &problem["status"]), (status, &json!(status)));
                assert_eq!(problem["code"], code_name(code));
                assert_eq!(problem["hint"], "try again");
                assert_eq!(problem["requests"], 3, "those of the whole call");
                let outcomes = problem["report"]["outcomes"].as_array();
                assert_eq!(outcomes.map(Vec::len), Some(count));
            }
        }
    }
}

#[test]
fn errors_that_differ_have_the_largest_status() {
    for (codes, status, code) in [
        (
            vec![ErrorCode::NotFound, ErrorCode::LastOwner],
            409,
            "last-owner",
        ),
        (
            vec![ErrorCode::TimedOut, ErrorCode::NotFound],
            504,
            "timed-out",
        ),
        (
            vec![ErrorCode::LastOwner, ErrorCode::Protected],
            409,
            "last-owner",
        ),
        (
            vec![
                ErrorCode::NotFound,
                ErrorCode::PermissionDenied,
                ErrorCode::InvalidArgument,
            ],
            502,
            "permission-denied",
        ),
    ] {
        let outcomes = codes.into_iter().map(failed).collect();
        let (seen, problem) = answer("/v1/contain", outcomes, false);
        assert_eq!((seen, problem["code"].as_str()), (status, Some(code)));
    }
}

#[test]
fn a_problem_has_the_worst_effect_of_all_users() {
    for outcomes in [
        vec![failed(ErrorCode::TimedOut), maybe(ErrorCode::Other)],
        vec![failed(ErrorCode::TimedOut), maybe(ErrorCode::TimedOut)],
        vec![maybe(ErrorCode::LastOwner), failed(ErrorCode::TimedOut)],
    ] {
        let (status, problem) = answer("/v1/contain", outcomes, false);
        assert_eq!((status, &problem["code"]), (504, &json!("timed-out")));
        assert_eq!(problem["effect"], "possibly-applied");
        assert_eq!(problem["report"]["summary"]["maybe_changed"], 1);
    }
    let outcomes = vec![failed(ErrorCode::TimedOut), failed(ErrorCode::NotFound)];
    let (_, problem) = answer("/v1/contain", outcomes, false);
    assert_eq!(problem["effect"], "not-applied");
}

#[test]
fn a_problem_can_be_retried_if_every_failure_can() {
    let busy = |retry_after_ms| {
        Outcome::Failed(Error {
            retryable: true,
            retry_after_ms,
            ..error(ErrorCode::RateLimited)
        })
    };
    for (outcomes, is_retryable, retry_after) in [
        (
            vec![busy(Some(1500)), busy(Some(9000)), busy(None)],
            true,
            Some("9"),
        ),
        (
            vec![busy(Some(1500)), failed(ErrorCode::NotFound)],
            false,
            Some("2"),
        ),
        (vec![busy(None)], true, None),
    ] {
        let request = post("/v1/contain", &body(&outcomes, false));
        let plugin = FakePlugin {
            outcomes,
            ..FakePlugin::default()
        };
        let response = respond(&plugin, &request);
        assert_eq!(response.status, 503);
        assert_eq!(json(&response)["retryable"], is_retryable);
        assert_eq!(header(&response, "retry-after"), retry_after);
    }
}

#[test]
fn some_users_as_asked_is_a_207_with_the_report() {
    for path in ROUTES {
        for (outcomes, is_dry_run) in [
            (vec![Outcome::Changed, failed(ErrorCode::NotFound)], false),
            (vec![maybe(ErrorCode::TimedOut), Outcome::Unchanged], false),
            (vec![Outcome::Unchanged, Outcome::Skipped], false),
            (
                vec![failed(ErrorCode::Protected), Outcome::WouldChange],
                true,
            ),
        ] {
            let (status, report) = answer(path, outcomes, is_dry_run);
            assert_eq!(status, 207, "{report}");
            assert_eq!(report["outcomes"].as_array().map(Vec::len), Some(2));
            assert!(report.get("code").is_none());
        }
    }
}

#[test]
fn users_who_were_not_tried_are_not_as_asked() {
    let (status, problem) = answer("/v1/contain", vec![Outcome::Skipped; 2], false);
    assert_eq!((status, &problem["code"]), (503, &json!("unavailable")));
    assert_eq!(problem["report"]["summary"]["skipped"], 2);
    // A change that only would be made is no change.
    let (status, _) = answer("/v1/contain", vec![Outcome::WouldChange], false);
    assert_eq!(status, 503);
}

#[test]
fn a_missing_account_is_no_missing_user() {
    let missing = || {
        Outcome::Failed(Error {
            status: Some(404),
            ..error(ErrorCode::NotFound)
        })
    };
    for (who, status) in [("a@acme.example", 502), ("A", 404)] {
        let plugin = FakePlugin {
            outcomes: vec![missing()],
            ..FakePlugin::default()
        };
        let body = json!({ "users": [who] }).to_string();
        let response = respond(&plugin, &post("/v1/contain", &body));
        assert_eq!(
            (response.status, &json(&response)["status"]),
            (status, &json!(status))
        );
    }
}

#[test]
fn the_summary_counts_each_outcome_before_the_list() {
    let outcomes = vec![
        Outcome::Changed,
        Outcome::Changed,
        Outcome::Unchanged,
        Outcome::WouldChange,
        maybe(ErrorCode::TimedOut),
        failed(ErrorCode::Protected),
        failed(ErrorCode::PreconditionFailed),
        failed(ErrorCode::NotFound),
        Outcome::Skipped,
    ];
    let counts = r#""summary":{"changed":2,"unchanged":1,"would_change":1,"maybe_changed":1,"protected":1,"failed":2,"skipped":1}"#;
    for refused in [None, Some(error(ErrorCode::PreconditionFailed))] {
        let plugin = FakePlugin {
            outcomes: outcomes.clone(),
            refused,
            ..FakePlugin::default()
        };
        let response = respond(&plugin, &post("/v1/contain", &body(&outcomes, false)));
        let text = text(&response);
        let summary = text.find(counts).expect(&text);
        assert!(summary < text.find("\"outcomes\"").unwrap(), "{text}");
    }
}

#[test]
fn the_summary_is_part_of_the_answer_about_one_user() {
    let changed = respond(
        &FakePlugin::default(),
        &request("POST", "/v1/users/A:suspend"),
    );
    assert_eq!(changed.status, 200);
    assert_eq!(json(&changed)["summary"]["changed"], 1);
    let protected = FakePlugin {
        outcomes: vec![failed(ErrorCode::Protected)],
        ..FakePlugin::default()
    };
    let problem = respond(&protected, &request("POST", "/v1/users/A:suspend"));
    assert_eq!(problem.status, 409);
    assert_eq!(json(&problem)["report"]["summary"]["protected"], 1);
}
