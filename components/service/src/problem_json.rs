//! JSON of problem details (RFC 9457): apart from the response, because reports contain it too.

use serde::Serialize;

use crate::{json::ErrorDetailsJson, problem::Problem};

/// JSON of a problem.
#[derive(Serialize)]
pub(crate) struct ProblemJson<'a> {
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
}

/// Makes the JSON of a problem with the request of this id.
pub(crate) fn problem_json<'a>(problem: &'a Problem, request_id: &'a str) -> ProblemJson<'a> {
    ProblemJson {
        kind: "about:blank",
        title: reason_phrase(problem.status),
        status: problem.status,
        code: problem.code,
        detail: &problem.detail,
        request_id,
        error: problem.error.as_deref().map(ErrorDetailsJson::from),
    }
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
        422 => "Unprocessable Content",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Problem",
    }
}
