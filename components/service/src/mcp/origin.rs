//! Origin of a request: the page in a browser that sent it.

use crate::{problem::Problem, request::Request};

/// Names of this machine, as a browser on it writes them.
const LOOPBACK_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Checks that no page on the internet sent the request: a browser says where a page comes from, and could be made to send it here
/// by a name that resolves to this machine.
///
/// # Errors
///
/// 403 for any origin but this machine, for a request to this machine.
pub(crate) fn check_origin(request: &Request) -> Result<(), Problem> {
    let has_origin = request.headers.iter().any(|header| header.0 == "origin");
    let host = request.header("host").map(without_port);
    let origin = request
        .header("origin")
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, host)| without_port(host));
    let is_loopback = |host: Option<&str>| {
        host.is_some_and(|host| {
            LOOPBACK_HOSTS
                .iter()
                .any(|loopback| host.eq_ignore_ascii_case(loopback))
        })
    };
    if !has_origin || (is_loopback(host) && is_loopback(origin)) {
        return Ok(());
    }
    let detail = "requests of web pages are refused: the header Origin is not that of this machine";
    Err(Problem::new(403, "forbidden-origin", detail))
}

/// Returns a host without the port behind it.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    }
}
