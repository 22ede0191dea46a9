//! What an answer other than 200 means: told by its status, and by the server's words where the status means several things.

use crate::{
    backoff,
    endpoint::Endpoint,
    error::{ErrorCode, Failure},
    platform::Duration,
    response::Problem,
    secret::blacked_out,
    settings::ApiVersion,
    text,
};
use alloc::string::String;

/// How much of the server's words is passed on, in bytes.
const LONGEST_MESSAGE: usize = 512;

/// What a refusal comes to. None of the secrets is left in it.
pub(crate) fn classify(
    endpoint: Endpoint,
    version: ApiVersion,
    status: u16,
    retry_after: Option<Duration>,
    problem: Problem,
    secrets: &[&str],
) -> Failure {
    let mut words = String::new();
    for said in [problem.oauth, problem.message].into_iter().flatten() {
        let said = presentable(&said, secrets);
        if !words.is_empty() && !said.is_empty() {
            words.push_str(": ");
        }
        words.push_str(&said);
    }
    words.truncate(text::cut(&words, LONGEST_MESSAGE).len());
    let words = Some(words).filter(|words| !words.is_empty());
    // A page of HTML is a proxy's: what it says of permissions is not about those of the application.
    let telling = words.as_deref().filter(|words| !words.starts_with('<'));
    let (code, cause) = meaning(endpoint, version, status, telling.unwrap_or_default());
    let (cause, hint) = cause;
    let status_code = text::decimal(status.into());
    let (says, said) = words
        .as_deref()
        .map_or(("", ""), |words| (", it says: ", words));
    let mut failure = Failure::new(
        code,
        text::concat(&[cause, " (", &status_code, says, said, ")"]),
        Some(hint),
    );
    failure.transient = backoff::is_transient(status);
    // A refusal changes nothing; a failure, or an answer that the API does not give, may have come after the change.
    failure.carried_out = !matches!(status, 400..=499);
    failure.retry_after = retry_after;
    failure.status = Some(status);
    failure.api_code = problem.code;
    failure.api_message = words;
    failure
}

/// The code, the cause and the hint.
fn meaning(
    endpoint: Endpoint,
    version: ApiVersion,
    status: u16,
    words: &str,
) -> (ErrorCode, (&'static str, &'static str)) {
    use Endpoint::{Change, List, Revoke, Token, User};
    use ErrorCode as Code;

    if endpoint == Change
        && matches!(status, 400..=499)
        && let Some(meaning) = forbidden_change(words)
    {
        return meaning;
    }
    match (status, endpoint) {
        (..=399 | 600.., _) => (
            Code::MalformedResponse,
            (
                "the server gave an answer that is none of this API",
                "check that the base URL is that of the API, and that no proxy answers in its place; redirects are not followed",
            ),
        ),
        (401, Token | Revoke) => refused_credentials(),
        (400, Token | Revoke) if words.starts_with("invalid_client") => refused_credentials(),
        (404, Revoke) => (
            Code::NotConfigured,
            (
                "the server has no such path to revoke tokens",
                "set the revoke path; that of API version v1 is not documented",
            ),
        ),
        (404, Token) => (
            Code::NotConfigured,
            match version {
                ApiVersion::V1Beta1 => (
                    "the server has no such path for tokens",
                    "set the API version to v1, or check the region, the base URL and the token path",
                ),
                ApiVersion::V1 => (
                    "the server has no such path for tokens",
                    "set the API version to v1beta1, or check the region, the base URL and the token path",
                ),
            },
        ),
        (401, _) => (
            Code::Unauthenticated,
            (
                "the server rejected a token it had just issued",
                "check that the account id belongs to the OAuth application, and that the application still exists",
            ),
        ),
        (403, _) if says(words, &["permission"]) => (
            Code::PermissionDenied,
            (
                "the OAuth application lacks the permission for this",
                match endpoint {
                    List => {
                        "give it the permission to list users, or use an application that has it"
                    }
                    User => {
                        "give it the permission to get a user, or use an application that has it"
                    }
                    _ => {
                        "give it the permission for this operation, or use an application that has it"
                    }
                },
            ),
        ),
        (403, _) => (
            Code::Other,
            (
                "the server forbids this, and does not say which of its reasons it has",
                "check the application's permissions, the account id, and whether the account uses automated provisioning, which the API does not support",
            ),
        ),
        (404, List) => (
            Code::NotFound,
            (
                "the server knows no such account",
                "check the account id, the region and the API version",
            ),
        ),
        (404, _) => (
            Code::NotFound,
            (
                "the server knows no such user",
                "check the user's id, and the account id and the region too if no user is found",
            ),
        ),
        (408 | 500..=599, _) => (Code::Unavailable, ("the server failed", "try again later")),
        (429, _) => (
            Code::RateLimited,
            ("the server asks for fewer requests", "try again later"),
        ),
        (400, List | User | Change) => (
            Code::InvalidArgument,
            (
                "the server refused the call as wrong",
                "check the id, the page token and the filter",
            ),
        ),
        _ => (
            Code::Other,
            (
                "the server refused the request",
                "see what it says, and check the settings",
            ),
        ),
    }
}

/// Why a change is forbidden to everybody, when the server says so.
///
/// `no_owner_remain` is seen in clients that partners ship. How the server words the other reason is not known: it is taken for what it says.
fn forbidden_change(words: &str) -> Option<(ErrorCode, (&'static str, &'static str))> {
    if says(
        words,
        &["no owner remain", "last owner", "last remaining owner"],
    ) {
        return Some((
            ErrorCode::LastOwner,
            (
                "this is the last remaining owner, who cannot be suspended",
                "make another person an owner first",
            ),
        ));
    }
    if says(words, &["externally managed", "eam user"]) {
        return Some((
            ErrorCode::ExternallyManaged,
            (
                "this is an externally managed administrator, who cannot be suspended through the API",
                "suspend the person where they are managed, and tell an administrator",
            ),
        ));
    }
    None
}

fn refused_credentials() -> (ErrorCode, (&'static str, &'static str)) {
    (
        ErrorCode::Unauthenticated,
        (
            "the server refused the client id and secret",
            "check both, and that the application belongs to an account of this region",
        ),
    )
}

/// Whether one of these phrases stands in the words, whatever their case and whatever joins them.
fn says(words: &str, phrases: &[&str]) -> bool {
    let mut plain = String::with_capacity(words.len());
    for letter in words.chars() {
        if letter.is_ascii_alphanumeric() {
            plain.push(letter.to_ascii_lowercase());
        } else if !plain.ends_with(' ') {
            plain.push(' ');
        }
    }
    phrases
        .iter()
        .any(|phrase| text::contains(plain.as_bytes(), phrase.as_bytes()))
}

/// The server's words, fit to be shown: without secrets and control characters, white space folded.
pub(crate) fn presentable(text: &str, secrets: &[&str]) -> String {
    // More than is passed on, so that no secret is cut before it is blacked out.
    const LOOKED_AT: usize = 4096;
    let text = blacked_out(text::cut(text, LOOKED_AT), secrets);
    let mut shown = String::with_capacity(text.len());
    for word in text.split(|letter: char| letter.is_whitespace() || letter.is_control()) {
        if !word.is_empty() {
            if !shown.is_empty() {
                shown.push(' ');
            }
            shown.push_str(word);
        }
    }
    shown
}
