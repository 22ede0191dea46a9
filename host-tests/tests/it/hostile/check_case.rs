//! Comparison of the result of a call with its case.

use std::time::Duration;

use host::{Effect, Error, ErrorCode};

use super::case::Case;

/// Maximum time that a call may take beyond its deadline.
const TOLERANCE: Duration = Duration::from_millis(50);
/// Maximum time that a machine busy with unoptimised tests adds to that.
const LOAD_MARGIN: Duration = Duration::from_secs(1);
/// Part of every token that a hostile server invents.
pub(super) const INVENTED_TOKEN: &str = "token-of-a-hostile-server";

/// Result of a call: none if the call is stuck, a trap, or the result of the function with its value as text.
pub(super) type CallResult = Option<host::Result<Result<String, Error>>>;

/// Describes the result of a call for people.
pub(super) fn describe(result: &CallResult) -> String {
    match result {
        None => "stuck".into(),
        Some(Err(trap)) => format!("a trap: {}", trap.root_cause()),
        Some(Ok(result)) => format!("{result:?}"),
    }
}

/// Result of a case, with its problems.
pub(super) struct CaseResult {
    pub code: String,
    pub effect: &'static str,
    pub requests: usize,
    pub elapsed: Duration,
    /// Differences from the expectation of the case.
    pub problems: Vec<String>,
}

/// Compares the result of a call with its case.
///
/// `received` is the number of requests that reached the server during the call.
pub(super) fn check(
    case: &Case,
    result: &CallResult,
    elapsed: Duration,
    received: usize,
) -> CaseResult {
    let mut problems = Vec::new();
    let mut requests = received;
    let mut effect = None;
    let code = match result {
        None => "STUCK".to_owned(),
        Some(Err(_)) => "TRAP".to_owned(),
        Some(Ok(Ok(_))) => "ok".to_owned(),
        Some(Ok(Err(error))) => {
            requests = error.requests as usize;
            effect = Some(error.effect);
            problems.extend(error_problems(case, error).map(|it| format!("{it} in {error:?}")));
            if case.script.is_some() && requests != received {
                problems.push(format!(
                    "{requests} requests, but the server got {received}"
                ));
            }
            name(error.code)
        }
    };
    let (expected, expected_effect) = match case.code {
        Some(code) => (name(code), Some(case.effect)),
        None => ("ok".to_owned(), None),
    };
    if (&code, effect) != (&expected, expected_effect) {
        let result = describe(result);
        problems.push(format!("not {expected} {expected_effect:?}, but {result}"));
    }
    if !case.requests.contains(&requests) {
        problems.push(format!("{requests} requests, not {:?}", case.requests));
    }
    let latest = case.deadline + TOLERANCE + LOAD_MARGIN;
    if elapsed < case.at_least || elapsed > latest {
        let earliest = case.at_least;
        problems.push(format!("took {elapsed:?}, not {earliest:?} to {latest:?}"));
    }
    if case.code == Some(ErrorCode::TimedOut) && elapsed < case.deadline {
        problems.push(format!("timed out after {elapsed:?}, before the deadline"));
    }
    CaseResult {
        code,
        effect: match effect {
            Some(Effect::NotApplied) => "not-applied",
            Some(Effect::PossiblyApplied) => "possibly-applied",
            None => "",
        },
        requests,
        elapsed,
        problems,
    }
}

/// Returns the violations of rules that every error must meet, and of `retry-after-ms` of the case.
fn error_problems(case: &Case, error: &Error) -> impl Iterator<Item = &'static str> {
    use ErrorCode::{ConnectionFailed, RateLimited, TimedOut, Unavailable};

    let retryable = [RateLimited, Unavailable, TimedOut, ConnectionFailed].contains(&error.code);
    let api_message = error.api_message.as_deref().unwrap_or_default();
    let cause = error.message.strip_prefix(case.call.operation());
    let expected_wait = case.retry_after_ms;
    [
        (error.retryable != retryable, "a wrong `retryable`"),
        (
            api_message.len() > 512,
            "an `api-message` of more than 512 bytes",
        ),
        (
            error
                .message
                .chars()
                .chain(api_message.chars())
                .any(char::is_control),
            "a control character",
        ),
        (
            !cause.is_some_and(|cause| cause.starts_with(": ") && cause.len() > 10),
            "no operation and cause",
        ),
        (
            expected_wait.is_some_and(|wait| wait != error.retry_after_ms),
            "a wrong `retry-after-ms`",
        ),
        (
            format!("{error:?}").contains(INVENTED_TOKEN),
            "an invented token",
        ),
    ]
    .into_iter()
    .filter_map(|(is_violated, problem)| is_violated.then_some(problem))
}

/// Returns the name of a code in the contract.
fn name(code: ErrorCode) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}")
        .trim_start_matches("ErrorCode::")
        .chars()
    {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
