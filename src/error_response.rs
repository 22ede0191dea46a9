//! Classifies responses with a status other than 200: by the status, and by the server's message where a status has
//! several meanings.

use alloc::string::{String, ToString};

use crate::{
    endpoint::Endpoint,
    error::ErrorCode,
    failure::Failure,
    generation::Generation,
    platform::Duration,
    redact::{contains_bytes, redact},
    response::Problem,
};

/// Maximum length of the server's message in an error, in bytes.
const MAX_MESSAGE: usize = 512;
/// Maximum length of the server's message that is read, in bytes. More than is kept, so that no secret is cut before it
/// is redacted. With a token of 8 KiB, it is 8 million comparisons.
const MAX_MESSAGE_READ: usize = 1024;

/// Failure for a response, with the secrets redacted.
pub(crate) fn classify(
    endpoint: Endpoint,
    generation: Generation,
    status: u16,
    retry_after: Option<Duration>,
    problem: Problem,
    secrets: &[&str],
) -> Failure {
    let mut message = String::new();
    for part in [&problem.oauth, &problem.message].into_iter().flatten() {
        let part = printable(part, secrets);
        if !message.is_empty() && !part.is_empty() {
            message.push_str(": ");
        }
        message.push_str(&part);
    }
    message.truncate(message.floor_char_boundary(MAX_MESSAGE));
    let message = Some(message).filter(|message| !message.is_empty());
    // Any other body may come from a proxy: a permission that it names is not one of the application.
    let is_known = problem.is_of_api || matches!(endpoint, Endpoint::Token | Endpoint::Revoke);
    let known_message = is_known.then(|| message.as_deref().unwrap_or_default());
    let path = path_state(endpoint, status, &problem);
    let meaning = match path {
        PathState::Gone => path_gone(endpoint, generation),
        PathState::Doubtful => subject_or_path_gone(),
        PathState::Known => meaning_of(endpoint, status, known_message),
    };
    // `usize`, because each integer type has formatting code of its own.
    let status_text = usize::from(status).to_string();
    let (separator, shown) = message
        .as_deref()
        .map_or(("", ""), |message| (", it says: ", message));
    let cause = [meaning.cause, " (", &status_text, separator, shown, ")"].concat();
    let mut failure = Failure::new(meaning.code, cause, Some(meaning.hint));
    failure.endpoint = Some(endpoint);
    failure.is_transient = is_transient(status);
    // A 4xx of the API changes nothing, and a 401, 407 or 421 says so itself (RFC 9110, sections 15.5.2, 15.5.8 and 15.5.20: a
    // 421 rejects the target, comes from no proxy, and lets a client repeat any method). Any other response may come after the
    // change: a proxy that answers in the API's place may have passed the request on.
    let is_refusal =
        matches!(status, 400..=499) && problem.is_of_api || matches!(status, 401 | 407 | 421);
    failure.is_possibly_processed = !is_refusal;
    failure.retry_after = retry_after;
    failure.status = Some(status);
    failure.is_of_api = problem.is_of_api;
    failure.is_path_in_doubt = path != PathState::Known;
    failure.api_code = problem.code;
    failure.api_message = message;
    failure
}

/// True if another attempt may get another status.
const fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

/// Meaning of an error response.
struct Meaning {
    code: ErrorCode,
    cause: &'static str,
    hint: &'static str,
}

impl Meaning {
    const fn new(code: ErrorCode, cause: &'static str, hint: &'static str) -> Self {
        Self { code, cause, hint }
    }
}

/// State of a request's path, as far as a response tells it.
#[derive(Clone, Copy, Eq, PartialEq)]
enum PathState {
    /// The server has it.
    Known,
    /// The response does not tell a missing path from a missing user or account.
    Doubtful,
    /// The server does not have it.
    Gone,
}

/// State of the path. A 404 about a user or an account has the form of the API's errors, the code `NotFound` of gRPC, and
/// names what is missing. Gateways for gRPC answer an unknown path in the same form, with other words. Any other 404 or 410
/// comes from a proxy, or from a server that no longer has the path.
fn path_state(endpoint: Endpoint, status: u16, problem: &Problem) -> PathState {
    let is_resource = matches!(
        endpoint,
        Endpoint::List | Endpoint::User | Endpoint::Change(_)
    );
    let message = problem.message.as_deref().unwrap_or_default();
    match status {
        404 if is_resource && problem.is_of_api && problem.code == Some(5) => {
            if contains_phrase(message, &["user", "account"]) {
                PathState::Known
            } else {
                PathState::Doubtful
            }
        }
        404 | 410 => PathState::Gone,
        _ => PathState::Known,
    }
}

/// Meaning of a 404 that may be about a user, an account or a path.
fn subject_or_path_gone() -> Meaning {
    Meaning::new(
        ErrorCode::NotFound,
        "the server knows no such user or account, or has no such path",
        "check the user's id, the account id, the region and the API version",
    )
}

/// Meaning of a path that the server does not have: a wrong setting.
fn path_gone(endpoint: Endpoint, generation: Generation) -> Meaning {
    let (gone, other) = match generation {
        Generation::V1Beta1 => (
            "the server has no API of version v1beta1",
            "set the API version to v1, or check the region, the base URL and the token path",
        ),
        Generation::V1 => (
            "the server has no API of version v1",
            "set the API version to v1beta1, or check the region, the base URL and the token path",
        ),
    };
    let (cause, hint) = match endpoint {
        Endpoint::Token => ("the server has no such path for tokens", other),
        Endpoint::Revoke => (
            "the server has no such path to revoke tokens",
            "set the revoke path; that of API version v1 is not documented",
        ),
        _ => (gone, other),
    };
    Meaning::new(ErrorCode::NotConfigured, cause, hint)
}

/// Meaning of a status and the server's message.
///
/// `message`: None if the response does not have the form of the API's errors, so that its status alone is known.
fn meaning_of(endpoint: Endpoint, status: u16, message: Option<&str>) -> Meaning {
    use Endpoint::{Change, List, Revoke, Token, User};
    use ErrorCode as Code;

    if matches!(endpoint, Change(_))
        && matches!(status, 400..=499)
        && let Some(meaning) = message.and_then(forbidden_change)
    {
        return meaning;
    }
    match (status, endpoint) {
        (200 | 400..=499, Token | Revoke)
            if message.is_some_and(|message| contains_phrase(message, &["invalid client"])) =>
        {
            rejected_credentials()
        }
        (200, Token) => Meaning::new(
            Code::Other,
            "the server refused to issue a token",
            "read the server's message, and check the settings",
        ),
        (..=399 | 600.., _) => Meaning::new(
            Code::MalformedResponse,
            "the response is not one of this API",
            "check that the base URL is that of the API, and that no proxy answers in its place",
        ),
        (401, Token | Revoke) => rejected_credentials(),
        (401, _) => Meaning::new(
            Code::Unauthenticated,
            "the server rejected a token it had just issued",
            "check that the account id belongs to the OAuth application, and that the application still exists",
        ),
        (403, _) if message.is_some_and(|message| contains_phrase(message, &["permission"])) => {
            Meaning::new(
                Code::PermissionDenied,
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
            )
        }
        (403, _) => Meaning::new(
            Code::Other,
            "the server forbids this without a known reason",
            "check the application's permissions, the account id, and that the account uses no automated provisioning",
        ),
        (404, List) => Meaning::new(
            Code::NotFound,
            "the server knows no such account",
            "check the account id, the region and the API version",
        ),
        (404, _) => Meaning::new(
            Code::NotFound,
            "the server knows no such user",
            "check the user's id, the account id, the region and the API version",
        ),
        (408 | 500..=599, _) => {
            Meaning::new(Code::Unavailable, "the server failed", "try again later")
        }
        (429, _) => Meaning::new(
            Code::RateLimited,
            "the server asks for fewer requests",
            "try again later",
        ),
        (400, List | User | Change(_)) if message.is_some() => Meaning::new(
            Code::InvalidArgument,
            "the server rejected the request as invalid",
            "check the id, the page token and the filter",
        ),
        _ => Meaning::new(
            Code::Other,
            "the server refused the request",
            "read the server's message, and check the settings",
        ),
    }
}

/// Meaning of a message about a user who cannot be suspended, whatever the application's permissions.
///
/// Clients that partners ship know `no_owner_remain`. The message for externally managed administrators is not documented.
fn forbidden_change(message: &str) -> Option<Meaning> {
    if contains_phrase(
        message,
        &["no owner remain", "last owner", "last remaining owner"],
    ) {
        return Some(Meaning::new(
            ErrorCode::LastOwner,
            "this is the last remaining owner, who cannot be suspended",
            "make another person an owner first",
        ));
    }
    if contains_phrase(message, &["externally managed", "eam user"]) {
        return Some(Meaning::new(
            ErrorCode::ExternallyManaged,
            "this is an externally managed administrator, who cannot be suspended through the API",
            "suspend the user in the system that manages them, and tell an administrator",
        ));
    }
    None
}

/// Meaning of a response that rejects the client id and secret.
fn rejected_credentials() -> Meaning {
    Meaning::new(
        ErrorCode::Unauthenticated,
        "the server refused the client id and secret",
        "check the region first: another region does not know them; then check both, and that the application still exists",
    )
}

/// True if a message contains one of the phrases, whatever the letter case and the separators between words.
fn contains_phrase(message: &str, phrases: &[&str]) -> bool {
    let mut plain = String::with_capacity(message.len());
    for letter in message.chars() {
        if letter.is_ascii_alphanumeric() {
            plain.push(letter.to_ascii_lowercase());
        } else if !plain.ends_with(' ') {
            plain.push(' ');
        }
    }
    phrases
        .iter()
        .any(|phrase| contains_bytes(plain.as_bytes(), phrase.as_bytes()))
}

/// Beginning of a text from outside as it is shown: without secrets and control characters, with white space folded.
pub(crate) fn shown(text: &str, secrets: &[&str]) -> String {
    let mut shown = printable(text, secrets);
    shown.truncate(shown.floor_char_boundary(MAX_MESSAGE));
    shown
}

/// A text without secrets and control characters, with white space folded.
fn printable(text: &str, secrets: &[&str]) -> String {
    let text = text.trim_start();
    let read = text.get(..text.floor_char_boundary(MAX_MESSAGE_READ));
    let redacted = redact(read.unwrap_or_default(), secrets);
    let mut printable = String::with_capacity(redacted.len());
    for word in redacted.split(|letter: char| letter.is_whitespace() || letter.is_control()) {
        if !word.is_empty() {
            if !printable.is_empty() {
                printable.push(' ');
            }
            printable.push_str(word);
        }
    }
    printable
}
