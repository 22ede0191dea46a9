//! Problem details: the HTTP response for a failed request (RFC 9457).

use alloc::{
    borrow::ToOwned,
    boxed::Box,
    string::{String, ToString},
    vec,
};

use crate::{
    authorization::CHALLENGES,
    bulk_report::ReportBody,
    json,
    problem::Problem,
    problem_json::problem_json,
    response::{Cause, Response, ResponseBody},
};

/// Makes the response to the request with this id.
pub(crate) fn response(problem: &Problem, request_id: &str) -> Response {
    response_with_text(problem, json::to_string(&problem_json(problem, request_id)))
}

/// Makes the response with a body that is the JSON of the problem, with more fields.
pub(crate) fn response_with_text(problem: &Problem, json: String) -> Response {
    response_with_body(problem, ResponseBody::Text(json))
}

/// Makes the response with the report of a change that was tried, whose problem is part of `body`.
pub(crate) fn response_with_report(mut body: ReportBody, problem: Problem) -> Response {
    let problem = problem.of_caller(&body.context.caller);
    let mut response = response_with_body(&problem, ResponseBody::Text(String::new()));
    body.problem = Some(problem);
    response.body = ResponseBody::Report(Box::new(body));
    response
}

fn response_with_body(problem: &Problem, body: ResponseBody) -> Response {
    let mut response = Response {
        status: problem.status,
        headers: vec![("content-type", "application/problem+json".to_owned())],
        body,
        cause: Some(Cause {
            code: problem.code,
            detail: problem
                .reason
                .map_or_else(|| problem.detail.clone(), str::to_owned),
            caller: problem.caller.clone(),
        }),
    };
    if let Some(allow) = problem.allow {
        response = response.with_header("allow", allow);
    }
    let error = problem.error.as_ref();
    let wait_ms = error.and_then(|error| error.retry_after_ms);
    if let Some(wait_ms) = wait_ms.filter(|_| problem.status == 503) {
        response = response.with_header("retry-after", retry_after(wait_ms));
    }
    if problem.status == 401 {
        for challenge in CHALLENGES {
            response = response.with_header("www-authenticate", challenge);
        }
    }
    response
}

/// Value of `Retry-After` in seconds, rounded up (RFC 9110, section 10.2.3).
fn retry_after(wait_ms: u64) -> String {
    wait_ms.div_ceil(1000).to_string()
}
