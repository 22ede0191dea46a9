//! Settings from environment variables whose names start with `OP_USERS_`.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use zeroize::Zeroize;

use super::{
    checked::Settings,
    credentials::Credentials,
    names::VARIABLES,
    problems::SettingsError,
    raw::{ApiVersion, Origin, RawSettings},
};
use crate::{letters::shown, secret::Secret};

/// Prefix of all variables.
const PREFIX: &str = "OP_USERS_";

const REGION: &str = "OP_USERS_REGION";
const API_VERSION: &str = "OP_USERS_API_VERSION";

/// Reads the settings from environment variables and checks them. The values of all other variables are zeroed.
///
/// # Errors
///
/// The problems of all missing or invalid settings. An unknown variable that starts with `OP_USERS_`, in any letter case, is
/// one too: it is probably a misspelt setting. A variable without a value counts as not set.
pub fn from_environment(mut variables: Vec<(String, String)>) -> Result<Settings, SettingsError> {
    let mut problems = SettingsError(Vec::new());
    let mut take = |name| take(&mut variables, name);

    let account_id = take(VARIABLES.account_id);
    let client_id = take(VARIABLES.client_id);
    let client_secret = take(VARIABLES.client_secret).map(Secret::new);
    let basic = take(VARIABLES.basic).map(Secret::new);
    let region = take(REGION).map(lowercase);
    let base_url = take(VARIABLES.base_url);
    let api_version = take(API_VERSION).map(lowercase);
    let token_path = take(VARIABLES.token_path);
    let revoke_path = take(VARIABLES.revoke_path);
    let user_agent = take(VARIABLES.user_agent);
    let deadline = take(VARIABLES.deadline);
    for (name, value) in &mut variables {
        let is_passed_over = value.is_empty() || is_set_by_kubernetes(name, value);
        value.zeroize();
        let is_ours = name
            .get(..PREFIX.len())
            .is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX));
        if is_ours && !is_passed_over {
            problems.add(&shown(name), "is not a setting, or is set twice");
        }
    }

    let mut required = |value: Option<String>, name| {
        value.unwrap_or_else(|| {
            problems.add(name, "is not set");
            // Passes the checks, so that the setting is not reported twice.
            "-".to_owned()
        })
    };
    let account_id = required(account_id, VARIABLES.account_id);
    let credentials = match (client_id, client_secret, basic) {
        (None, None, Some(basic)) => Credentials::Basic(basic),
        (Some(_), _, Some(basic)) | (_, Some(_), Some(basic)) => {
            problems.add(
                VARIABLES.basic,
                "must not be set beside OP_USERS_CLIENT_ID and OP_USERS_CLIENT_SECRET",
            );
            Credentials::Basic(basic)
        }
        (id, secret, None) => Credentials::Client {
            id: required(id, VARIABLES.client_id),
            secret: secret.unwrap_or_else(|| Secret::new(required(None, VARIABLES.client_secret))),
        },
    };
    let origin = match (region.as_deref(), base_url) {
        (None | Some("com"), None) => Origin::Com,
        (Some("ca"), None) => Origin::Ca,
        (Some("eu"), None) => Origin::Eu,
        (Some(_), None) => {
            problems.add(REGION, "must be com, ca or eu");
            Origin::Com
        }
        (None, Some(url)) => Origin::Other(url),
        (Some(_), Some(url)) => {
            problems.add(VARIABLES.base_url, "must not be set beside OP_USERS_REGION");
            Origin::Other(url)
        }
    };
    let api_version = match api_version.as_deref() {
        None | Some("auto") => ApiVersion::Auto,
        Some("v1beta1") => ApiVersion::V1Beta1,
        Some("v1") => ApiVersion::V1,
        Some(_) => {
            problems.add(API_VERSION, "must be auto, v1beta1 or v1");
            ApiVersion::Auto
        }
    };
    // 0 is out of range, and stands for text that is not a number.
    let deadline_ms = deadline.map(|text| match text.parse() {
        Ok(ms) if text.bytes().all(|byte| byte.is_ascii_digit()) => ms,
        _ => 0,
    });
    let raw = RawSettings {
        account_id,
        credentials,
        origin,
        api_version,
        token_path,
        revoke_path,
        user_agent,
        deadline_ms,
    };
    Settings::checked(raw, &VARIABLES, problems)
}

/// Removes the value of a variable. None if it is not set, or empty.
#[inline(never)]
fn take(variables: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let is_set = |(key, value): &(String, String)| key == name && !value.is_empty();
    let at = variables.iter().position(is_set)?;
    Some(variables.swap_remove(at).1)
}

/// A word that is taken in any letter case.
fn lowercase(mut word: String) -> String {
    word.make_ascii_lowercase();
    word
}

/// True if Kubernetes sets such a variable in every container, for a Kubernetes service of any name. The name alone is no proof:
/// a misspelt setting may have it.
///
/// | name | value |
/// | --- | --- |
/// | `…_SERVICE_HOST`, `…_PORT_<number>_<protocol>_ADDR` | an IP address |
/// | `…_SERVICE_PORT`, `…_SERVICE_PORT_<name>`, `…_PORT_<number>_<protocol>_PORT` | a number |
/// | `…_PORT`, `…_PORT_<number>_<protocol>` | `tcp://`, `udp://` or `sctp://` with an address |
/// | `…_PORT_<number>_<protocol>_PROTO` | `tcp`, `udp` or `sctp` |
pub fn is_set_by_kubernetes(name: &str, value: &str) -> bool {
    const PROTOCOLS: [&str; 3] = ["tcp", "udp", "sctp"];
    let after_protocol = PROTOCOLS
        .into_iter()
        .find_map(|protocol| value.strip_prefix(protocol));
    let is_protocol = after_protocol == Some("");
    // Not `split_once`, which would bring the search for strings.
    let is_url = after_protocol
        .and_then(|rest| rest.strip_prefix("://"))
        .is_some_and(is_address);
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    let is_address = is_address(value);
    let mut rest = name.as_bytes();
    // Several forms may fit: `A_SERVICE_PORT` is set for services called `a` and `a-service`.
    while let [_, tail @ ..] = rest {
        let is_port = matches!(rest.strip_prefix(b"_PORT_"), Some([b'0'..=b'9', ..]));
        let is_form = match rest {
            b"_SERVICE_HOST" => is_address,
            b"_PORT" => is_url,
            _ if is_port && rest.ends_with(b"_ADDR") => is_address,
            _ if is_port && rest.ends_with(b"_PROTO") => is_protocol,
            _ if is_port && rest.ends_with(b"_PORT") => is_number,
            _ if is_port => is_url,
            _ => is_number && (rest == b"_SERVICE_PORT" || rest.starts_with(b"_SERVICE_PORT_")),
        };
        if is_form {
            return true;
        }
        rest = tail;
    }
    false
}

/// True for an IP address, with or without a port.
fn is_address(text: &str) -> bool {
    let is_separator = |byte: u8| matches!(byte, b'.' | b':');
    let is_of_address =
        |byte: u8| byte.is_ascii_hexdigit() || is_separator(byte) || matches!(byte, b'[' | b']');
    text.bytes().any(is_separator) && text.bytes().all(is_of_address)
}
