//! Lines for the operator of the service: one for each audit event, and one for each request that was refused or failed.

use alloc::{borrow::ToOwned, fmt::Write, string::String};

use onepassword_users_audit::{Summary, Timestamp};
use serde::Serialize;

use crate::{
    bulk_report::ReportBody,
    json,
    request::{Request, RequestIds},
    response::{Response, ResponseBody},
    route::Route,
    text::printable,
};

/// Methods of HTTP. Any other one is text that a stranger chose.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
];
/// Warning in the answer to a change whose lines could not be written.
const UNWRITTEN: &str =
    "the service could not write the audit of this change: keep this answer, which has it";

/// Destination of the lines. Tests implement it with a list.
pub(crate) trait Log {
    /// Returns false if the host says that lines cannot be written. A change would then leave no evidence.
    fn is_writable(&self) -> bool;

    /// Writes a line, which ends with a line break. Returns true if the host accepted it.
    fn write(&self, line: &str) -> bool;
}

/// JSON of the line for a response. Its first field tells it from an audit event.
#[derive(Serialize)]
struct ResponseLine<'a> {
    event: &'a str,
    time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<&'a str>,
    request_id: &'a str,
    correlation_uid: &'a str,
    method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'a str>,
    status: u16,
    code: &'a str,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
}

/// JSON of the line for a call of a tool.
#[derive(Serialize)]
struct ToolLine<'a> {
    event: &'a str,
    time: Timestamp,
    caller: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    request_id: &'a str,
    correlation_uid: &'a str,
    tool: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<bool>,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
}

/// Writes the audit events of a change, before its response. A response whose events cannot all be written says so.
pub(crate) fn write_audit(log: &dyn Log, response: &mut Response) {
    let Some(report) = response.body.report_mut() else {
        return;
    };
    let mut is_written = true;
    for event in report.events() {
        is_written &= log.write(&line(&event));
    }
    if !is_written {
        report.has_lost_audit = true;
        report.report.warnings.push(UNWRITTEN.to_owned());
    }
}

/// Writes the line of a response with 401, 403, 409 or 5xx. Contains no header, no query and no body of the request.
pub(crate) fn write_response(
    log: &dyn Log,
    request: &Request,
    ids: RequestIds<'_>,
    response: &Response,
) {
    let Some(cause) = &response.cause else {
        return;
    };
    if !matches!(response.status, 401 | 403 | 409 | 500..) {
        return;
    }
    let method = request.method.as_str();
    let route = Route::parse(request.path());
    let response_line = ResponseLine {
        event: "response",
        time: Timestamp(request.time_ms),
        caller: cause.caller.as_deref(),
        request_id: ids.shown(),
        correlation_uid: ids.generated,
        method: METHODS
            .into_iter()
            .find(|known| *known == method)
            .unwrap_or("other"),
        route: route.as_ref().map(Route::pattern),
        status: response.status,
        code: cause.code,
        detail: printable(&cause.detail),
        summary: match &response.body {
            ResponseBody::Report(report) => Some(report.summary()),
            _ => None,
        },
    };
    // There is no other place to tell about a line that cannot be written.
    log.write(&line(&response_line));
}

/// Writes the line of a call of a tool, whatever it came to: a language model made it. Contains none of its arguments.
pub(crate) fn write_tool_call(log: &dyn Log, response: &Response) {
    let ResponseBody::ToolResult(result) = &response.body else {
        return;
    };
    let context = result.context();
    let (code, detail) = result.error().unzip();
    log.write(&line(&ToolLine {
        event: "tool",
        time: Timestamp(context.time_ms),
        caller: &context.caller,
        client: result.client(),
        request_id: &context.request_id,
        correlation_uid: &context.correlation_id,
        tool: result.tool(),
        dry_run: result.report().map(|report| report.request.dry_run),
        status: if result.is_failed() { "failed" } else { "ok" },
        code,
        detail: detail.map(printable),
        summary: result.report().map(ReportBody::summary),
    }));
}

/// Returns the JSON of a value as one line of ASCII: no letter in it can hide, or change how its neighbours are shown.
fn line(value: &impl Serialize) -> String {
    let json = json::to_string(value);
    let mut line = String::with_capacity(json.len().saturating_add(1));
    for letter in json.chars() {
        if letter.is_ascii() && letter != '\u{7f}' {
            line.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            write!(line, "\\u{unit:04x}").ok();
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_ascii_and_has_the_same_value() {
        let text = "a\u{1b}\u{7f}\u{9b}\u{202e}\u{2028}\u{e0041}\u{10ffff}\n\"\\ é دينا";
        let line = line(&text);
        assert!(line.is_ascii() && line.ends_with('\n'), "{line}");
        let body = line.trim_end_matches('\n');
        assert!(!body.contains(|letter: char| letter.is_control()), "{line}");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }
}
