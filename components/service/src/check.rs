//! `GET /readyz` and `GET /v1/check`: settings that are wrong, and findings about those that are not.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde::Serialize;

use crate::{
    bindings::{
        connection::{Finding, Verdict},
        containment::{ChangeOptions, Outcome, Report, Selector, Target},
        types::{Error, ErrorCode},
    },
    json::{self, FindingJson},
    plugin::Plugin,
    problem::Problem,
    problem_details,
    problem_json::{ProblemJson, problem_json},
    request::RequestContext,
    response::Response,
    settings::Settings,
};

/// Address that no user has: the top-level domain is reserved for that (RFC 6761, section 6.4).
const ADDRESS_OF_NO_USER: &str = "check@onepassword-users.invalid";
/// Name of the plugin's finding about the list of users.
const LIST_CHECK: &str = "list-users";

/// JSON of a ready service.
#[derive(Serialize)]
struct ReadyJson {
    status: &'static str,
}

/// JSON of a check in which nothing failed.
#[derive(Serialize)]
struct FindingsJson<'a> {
    findings: Vec<FindingJson<'a>>,
}

/// JSON of a check in which something failed.
#[derive(Serialize)]
struct FailedCheckJson<'a> {
    #[serde(flatten)]
    problem: ProblemJson<'a>,
    findings: Vec<FindingJson<'a>>,
}

/// Responds to `GET /readyz`: 200 if all settings are right, and a caller is among them. Sends no request to the API.
///
/// Errors: 503 with the name of every wrong setting of the service and of the plugin, never with a value.
pub(crate) fn ready(
    plugin: &impl Plugin,
    settings: Result<&Settings, &str>,
) -> Result<Response, Problem> {
    let mut problems = Vec::new();
    match settings {
        Err(cause) => problems.push(cause.to_owned()),
        Ok(settings) if !settings.has_callers() => problems.push(
            "OP_SERVICE_KEYS is not set, and neither is OP_SERVICE_WEBHOOK_SECRETS: the service accepts no request"
                .to_owned(),
        ),
        Ok(_) => {}
    }
    // The plugin checks its settings before the argument, and the argument before it sends anything: no id is empty.
    match plugin.get_user("") {
        Err(error) if error.code == ErrorCode::InvalidArgument => {}
        Err(error) => problems.push(cause(&error).to_owned()),
        Ok(_) => problems.push("the plugin accepts an empty id".to_owned()),
    }
    if problems.is_empty() {
        return Ok(Response::json(&ReadyJson { status: "ready" }));
    }
    let detail = format!("the settings are wrong: {}", problems.join("; "));
    Err(Problem::new(503, "not-configured", detail))
}

/// Responds to `GET /v1/check`: 503 if a check failed, with all findings in any case.
pub(crate) fn check(
    plugin: &impl Plugin,
    settings: &Settings,
    context: RequestContext,
) -> Response {
    let findings = findings(plugin, settings);
    let failed: Vec<_> = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Failed)
        .map(|finding| finding.check.as_str())
        .collect();
    let json = || findings.iter().map(FindingJson::from).collect();
    if failed.is_empty() {
        return Response::json(&FindingsJson { findings: json() });
    }
    let detail = format!("failed: {}; see `findings`", failed.join(", "));
    let problem = Problem::new(503, "check-failed", detail).of_caller(&context.caller);
    let body = FailedCheckJson {
        problem: problem_json(&problem, &context.request_id),
        findings: json(),
    };
    problem_details::response_with_text(&problem, json::to_string(&body))
}

/// Checks the settings of the plugin, and the names in `OP_SERVICE_PROTECT`.
pub(crate) fn findings(plugin: &impl Plugin, settings: &Settings) -> Vec<Finding> {
    let mut findings = plugin.check();
    let protect = protect_finding(plugin, settings, &findings);
    findings.push(protect);
    findings
}

/// Compares the entries of `OP_SERVICE_PROTECT` with the list of users: an entry that names no user protects no one.
fn protect_finding(plugin: &impl Plugin, settings: &Settings, findings: &[Finding]) -> Finding {
    let is_list_failed =
        |finding: &Finding| finding.check == LIST_CHECK && finding.verdict != Verdict::Passed;
    let (verdict, detail) = if settings.protect.is_empty() {
        let detail = "OP_SERVICE_PROTECT is not set: no user is protected".to_owned();
        (Verdict::Passed, detail)
    } else if findings.iter().any(is_list_failed) {
        let detail = format!("not compared with the users, because {LIST_CHECK} did not pass");
        (Verdict::Unknown, detail)
    } else {
        match unknown_names(plugin, settings) {
            Ok(None) => (
                Verdict::Passed,
                format!(
                    "{} entries, each of them a user of the account",
                    settings.protect.len()
                ),
            ),
            Ok(Some(names)) => {
                let detail = format!("{names}; correct them in OP_SERVICE_PROTECT");
                (Verdict::Failed, detail)
            }
            Err(error) => {
                let detail = format!("the list of users could not be read: {}", cause(&error));
                (Verdict::Unknown, detail)
            }
        }
    };
    Finding {
        check: "protect".to_owned(),
        verdict,
        detail,
    }
}

/// Returns the plugin's sentence about the protected names that no user has. None if there are no such names.
///
/// Asks by a dry run about an address that no user has: it reads the whole list, with the comparison that the guard itself makes.
fn unknown_names(plugin: &impl Plugin, settings: &Settings) -> Result<Option<String>, Error> {
    let target = Target {
        who: Selector::Email(ADDRESS_OF_NO_USER.to_owned()),
        expect_email: None,
    };
    let options = ChangeOptions {
        dry_run: true,
        max_changes: Some(0),
        protect: settings.protect.clone(),
        concurrency: None,
        stop_on_error: false,
        deadline_ms: None,
    };
    let Report {
        targets, warnings, ..
    } = plugin.suspend_users(&[target], &options)?;
    match targets.into_iter().next().map(|target| target.outcome) {
        // The list was read to its end, and the address was not on it. A 404 of the server has a status.
        Some(Outcome::Failed(error))
            if error.code == ErrorCode::NotFound && error.status.is_none() =>
        {
            Ok(warnings.into_iter().next())
        }
        Some(Outcome::Failed(error)) => Err(error),
        _ => Ok(warnings.into_iter().next()),
    }
}

/// Returns the cause of an error, without the name of the operation before it.
fn cause(error: &Error) -> &str {
    let parts = error.message.split_once(": ");
    parts.map_or(&error.message, |(_, cause)| cause)
}
