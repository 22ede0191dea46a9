//! Texts for people: tables, errors and requests.

use std::time::Duration;

use host::{Effect, Error, RequestEnd, RequestRecord};

use super::{hint::hint, printable::printable};

/// An error of the component, with its hint and its effect.
pub(crate) fn call_error(error: &Error) -> String {
    let effect = match error.effect {
        Effect::NotApplied => "nothing was changed",
        Effect::PossiblyApplied => "the change may have been made",
    };
    let wait = error.retry_after_ms.map_or_else(String::new, |wait| {
        format!("; the server asks to wait {} s", wait.div_ceil(1000))
    });
    format!(
        "{}{}\n  ({effect}, {} sent{wait})",
        error_line(error),
        hint_line(error),
        request_count(error.requests),
    )
}

/// Code and message of an error.
pub(crate) fn error_line(error: &Error) -> String {
    format!(
        "error[{}]: {}",
        error.code.name(),
        printable(&error.message)
    )
}

/// Hint for an error, on a line of its own. Empty if there is none.
pub(crate) fn hint_line(error: &Error) -> String {
    hint(error).map_or_else(String::new, |hint| {
        format!("\n  hint: {}", printable(&hint))
    })
}

/// Number of requests, in words.
pub(crate) fn request_count(requests: u32) -> String {
    match requests {
        1 => "1 request".to_owned(),
        requests => format!("{requests} requests"),
    }
}

/// A request that was sent: method, path, end, milliseconds.
pub(crate) fn request_line(record: &RequestRecord) -> String {
    let end = match &record.end {
        RequestEnd::Status(status) => status.to_string(),
        RequestEnd::Failed(cause) => cause.clone(),
        RequestEnd::Canceled => "canceled".to_owned(),
    };
    exchange_line(&record.method, &record.path_and_query, &end, record.elapsed)
}

/// A request and its end, in columns.
pub(crate) fn exchange_line(method: &str, path: &str, end: &str, elapsed: Duration) -> String {
    let milliseconds = elapsed.as_secs_f64() * 1000.0;
    format!(
        "{:<4} {}  {}  {milliseconds:.1} ms",
        printable(method),
        printable(path),
        printable(end)
    )
}
