//! Bodies and headers of error responses, from the server or from proxies.

use super::rng::Rng;
use crate::{
    platform::Duration,
    tests::scripted_server::{Headers, SentRequest},
};

/// Bodies that no endpoint answers with. `{}` is not among them, because it is an empty list.
pub(super) const GARBAGE: [&str; 10] = [
    "",
    "  ",
    "<html><body>Log in to the network</body></html>",
    "[]",
    "nothing",
    r#"{"id":"#,
    r#"{"id":7}"#,
    r#"{"results":7}"#,
    r#"{"code":13,"message":"oops"}"#,
    r#"{"access_token":""}"#,
];

/// Returns headers with a random `Retry-After`, and the wait it asks for if it is valid.
pub(super) fn retry_after(rng: &mut Rng) -> (Headers, Option<Duration>) {
    const NOW: Option<&str> = Some("Mon, 23 Nov 2026 12:00:00 GMT");
    const SOON: &str = "Mon, 23 Nov 2026 12:00:05 GMT";
    let waits = [
        (None, None, None),
        (None, NOW, None),
        (Some("0"), None, Some(0)),
        (Some("1"), None, Some(1)),
        (Some("2"), NOW, Some(2)),
        (Some("9"), None, Some(9)),
        (Some("3600"), None, Some(3600)),
        (Some("soon"), None, None),
        (Some("-1"), None, None),
        (Some(SOON), NOW, Some(5)),
        (Some(SOON), None, None),
    ];
    let half = if rng.one_in(2) { 1 } else { waits.len() };
    let (retry_after, date, seconds) = *rng.pick(&waits[..half]);
    let headers = Headers {
        retry_after: retry_after.map(str::to_owned),
        date: date.map(str::to_owned),
        content_length: None,
    };
    (headers, seconds.map(Duration::from_secs))
}

/// Returns true if the body of an error response of this simulation has the form of the API's errors.
pub(super) fn has_api_form(body: &str) -> bool {
    body.starts_with(r#"{"code":"#)
}

/// Returns the body of an error response. It may quote the request with its secrets.
pub(super) fn refusal(sent: &SentRequest, rng: &mut Rng) -> String {
    let body = sent.body.as_deref().unwrap_or_default();
    let echo = format!("{} {body}", sent.authorization());
    // Near the limits of reading and redacting. Rare, because redaction of long texts is slow.
    let limits: &[usize] = match rng.below(32) {
        0 => &[512, 4096, 16_384],
        _ => &[0],
    };
    let limit = *rng.pick(limits);
    let before = "-".repeat(limit - limit.min(rng.below(64)));
    match rng.below(8) {
        0 => String::new(),
        1 => "<html>permission denied by the proxy</html>".into(),
        2 => r#"{"code":7,"message":"permission denied"}"#.into(),
        3 => r#"{"code":8,"message":"not now"}"#.into(),
        4 => r#"{"error":"invalid_client","error_description":"no such client"}"#.into(),
        5 => format!("{before}{echo}"),
        6 => format!(r#"{{"code":2,"message":"{before}{echo}","details":[]}}"#),
        _ => format!(r#"{{"error":"{before}{echo}"}}"#),
    }
}
