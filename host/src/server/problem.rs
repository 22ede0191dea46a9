//! Responses of the server itself, for requests that the service does not answer: problem details (RFC 9457).

use std::hash::{BuildHasher, Hasher, RandomState};

use http::{
    Response, StatusCode,
    header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS},
};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::json;

/// Response to a request that is not valid HTTP.
pub(super) fn bad_request(detail: &str) -> Response<Full<Bytes>> {
    problem(StatusCode::BAD_REQUEST, "invalid-argument", detail)
}

/// Response to a request whose body did not arrive in time.
pub(super) fn body_timeout() -> Response<Full<Bytes>> {
    problem(
        StatusCode::REQUEST_TIMEOUT,
        "too-slow",
        "the body did not arrive in time",
    )
}

/// Response to a request whose connection has to make room for another one.
pub(super) fn too_many_connections() -> Response<Full<Bytes>> {
    problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "too-many-connections",
        "too many connections are open, and this one waited longest for its client; nothing was changed",
    )
}

/// Response if the component failed.
pub(super) fn component_failed() -> Response<Full<Bytes>> {
    problem(
        StatusCode::INTERNAL_SERVER_ERROR,
        "component-failed",
        "the service's component failed; a change may have been made",
    )
}

fn problem(status: StatusCode, code: &str, detail: &str) -> Response<Full<Bytes>> {
    let id = request_id();
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
        "request_id": id,
    });
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    // Hexadecimal digits are a value of a header.
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    for (name, value) in [
        (CONTENT_TYPE, "application/problem+json"),
        (CACHE_CONTROL, "no-store"),
        (CONNECTION, "close"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Id of a request in the form of the service's: 32 hexadecimal digits. Unique, and not secret.
fn request_id() -> String {
    // Each state has keys of its own.
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}
