//! Whether what a call came to is what its row says.

use std::time::Duration;

use host::{Effect, Error, ErrorCode};

use super::case::Row;

/// How much longer than its deadline a call may take.
const SLACK: Duration = Duration::from_millis(50);
/// What a busy machine may add to that: other tests run at the same time, and none of them is optimised.
const NOISE: Duration = Duration::from_secs(1);
/// Stands in every token that a hostile server makes up.
pub const MADE_UP: &str = "token-of-a-hostile-server";

/// What a call came to: nothing in time, a trap, or the component's own result, shown.
pub type Called = Option<host::Result<Result<String, Error>>>;

/// What a call came to, in words.
pub fn told(result: &Called) -> String {
    match result {
        None => "nothing in time".into(),
        Some(Err(trap)) => format!("a trap: {}", trap.root_cause()),
        Some(Ok(result)) => format!("{result:?}"),
    }
}

/// What came of a row.
pub struct Outcome {
    pub code: String,
    pub effect: &'static str,
    pub requests: usize,
    pub elapsed: Duration,
    pub wrong: Vec<String>,
}

/// What the call came to, and what of it is not as the row says.
pub fn judge(row: &Row, result: &Called, elapsed: Duration, connections: usize) -> Outcome {
    let mut wrong = Vec::new();
    let mut requests = connections;
    let mut effect = None;
    let code = match result {
        None => "STUCK".to_owned(),
        Some(Err(_)) => "TRAP".to_owned(),
        Some(Ok(Ok(_))) => "ok".to_owned(),
        Some(Ok(Err(error))) => {
            requests = error.requests as usize;
            effect = Some(error.effect);
            wrong.extend(flaws(row, error).map(|flaw| format!("{flaw} in {error:?}")));
            if row.script.is_some() && requests != connections {
                wrong.push(format!("{requests} attempts, {connections} connections"));
            }
            name(error.code)
        }
    };
    let (expected, expected_effect) = match row.code {
        Some(code) => (name(code), Some(row.effect)),
        None => ("ok".to_owned(), None),
    };
    if (&code, effect) != (&expected, expected_effect) {
        let told = told(result);
        wrong.push(format!("not {expected} {expected_effect:?}, but {told}"));
    }
    if !row.requests.contains(&requests) {
        wrong.push(format!("{requests} requests, not {:?}", row.requests));
    }
    let latest = row.deadline + SLACK + NOISE;
    if elapsed < row.at_least || elapsed > latest {
        let earliest = row.at_least;
        wrong.push(format!("took {elapsed:?}, not {earliest:?} to {latest:?}"));
    }
    if row.code == Some(ErrorCode::TimedOut) && elapsed < row.deadline {
        wrong.push(format!("gave up after {elapsed:?}, before its deadline"));
    }
    Outcome {
        code,
        effect: match effect {
            Some(Effect::NotApplied) => "unchanged",
            Some(Effect::PossiblyApplied) => "uncertain",
            None => "",
        },
        requests,
        elapsed,
        wrong,
    }
}

/// What is wrong with an error, whatever it is.
fn flaws(row: &Row, error: &Error) -> impl Iterator<Item = &'static str> {
    use ErrorCode::{ConnectionFailed, RateLimited, TimedOut, Unavailable};

    let retryable = [RateLimited, Unavailable, TimedOut, ConnectionFailed].contains(&error.code);
    let said = error.api_message.as_deref().unwrap_or_default();
    let cause = error.message.strip_prefix(row.ask.operation());
    let waits = row.retry_after_ms;
    [
        (error.retryable != retryable, "the wrong `retryable`"),
        (said.len() > 512, "too many of the server's words"),
        (
            error
                .message
                .chars()
                .chain(said.chars())
                .any(char::is_control),
            "a control character",
        ),
        (
            !cause.is_some_and(|cause| cause.starts_with(": ") && cause.len() > 10),
            "no operation and cause",
        ),
        (
            waits.is_some_and(|waits| waits != error.retry_after_ms),
            "the wrong `retry-after-ms`",
        ),
        (format!("{error:?}").contains(MADE_UP), "the token"),
    ]
    .into_iter()
    .filter_map(|(is_wrong, what)| is_wrong.then_some(what))
}

/// The code in the words of the contract.
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
