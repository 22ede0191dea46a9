//! Problem details: the HTTP response for a failed request (RFC 9457).

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec,
};

use serde::Serialize;

use crate::{
    bulk_report::ReportJson,
    json::{self, ErrorDetailsJson},
    problem::Problem,
    response::Response,
};

/// JSON of a problem.
#[derive(Serialize)]
struct ProblemJson<'a> {
    /// `about:blank`: the title is the phrase of the status (RFC 9457, section 4.2.1), and `code` tells problems apart.
    #[serde(rename = "type")]
    kind: &'a str,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    request_id: &'a str,
    #[serde(flatten)]
    error: Option<ErrorDetailsJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a ReportJson<'a>>,
}

/// Makes the response to the request with this id. `report` holds the outcome of each user, if a change was tried.
pub(crate) fn response(
    problem: Problem,
    request_id: &str,
    report: Option<&ReportJson<'_>>,
) -> Response {
    let body = ProblemJson {
        kind: "about:blank",
        title: reason_phrase(problem.status),
        status: problem.status,
        code: problem.code,
        detail: &problem.detail,
        request_id,
        error: problem.error.as_deref().map(ErrorDetailsJson::from),
        report,
    };
    let mut response = Response {
        status: problem.status,
        headers: vec![("content-type", "application/problem+json".to_owned())],
        body: json::to_string(&body),
    };
    if let Some(allow) = problem.allow {
        response = response.with_header("allow", allow);
    }
    let wait_ms = problem.error.and_then(|error| error.retry_after_ms);
    if let Some(wait_ms) = wait_ms.filter(|_| problem.status == 503) {
        response = response.with_header("retry-after", retry_after(wait_ms));
    }
    if problem.status == 401 {
        response = response.with_header("www-authenticate", "Bearer");
    }
    response
}

/// Value of `Retry-After` in seconds, rounded up (RFC 9110, section 10.2.3).
fn retry_after(wait_ms: u64) -> String {
    wait_ms.div_ceil(1000).to_string()
}

/// Reason phrase of a status (RFC 9110, section 15).
const fn reason_phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Problem",
    }
}
