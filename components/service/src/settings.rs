//! Settings of the service, from the variables `OP_SERVICE_*` of its environment.

use alloc::{format, string::String, vec::Vec};

use crate::{
    api_key::{self, ApiKey},
    bindings::containment::Selector,
    text::{is_too_long, parse_digits, parse_selector, printable},
    webhook::WebhookSecret,
};

/// Maximum number of users that one request changes, unless set otherwise.
const DEFAULT_MAX_CHANGES: u32 = 25;

/// Settings of the service.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) api_keys: Vec<ApiKey>,
    pub(crate) webhook_secrets: Vec<WebhookSecret>,
    /// Maximum number of users that one request changes.
    pub(crate) max_changes: u32,
    /// Users whom no request changes.
    pub(crate) protect: Vec<Selector>,
}

impl Default for Settings {
    /// Settings that reject every caller.
    fn default() -> Self {
        Self {
            api_keys: Vec::new(),
            webhook_secrets: Vec::new(),
            max_changes: DEFAULT_MAX_CHANGES,
            protect: Vec::new(),
        }
    }
}

impl Settings {
    /// Reads the settings from variables of the environment.
    ///
    /// Errors: the name of every wrong variable with the requirement that it does not meet, never with its value.
    pub(crate) fn read(environment: Vec<(String, String)>) -> Result<Self, String> {
        let mut settings = Self::default();
        let mut problems = Vec::new();
        for (name, value) in environment {
            let Some(suffix) = name.strip_prefix("OP_SERVICE_") else {
                continue;
            };
            let read = match suffix {
                "KEYS" => parse_keys(&value).map(|keys| settings.api_keys = keys),
                "WEBHOOK_SECRETS" => parse_list(&value, WebhookSecret::parse)
                    .map(|secrets| settings.webhook_secrets = secrets),
                "MAX_CHANGES" => parse_digits(&value)
                    .map(|max| settings.max_changes = max)
                    .ok_or("must be a whole number"),
                "PROTECT" => {
                    parse_list(&value, parse_protected).map(|protect| settings.protect = protect)
                }
                // Kubernetes sets these in every container if a Kubernetes service has the name `op`.
                _ if is_set_by_kubernetes(suffix) => Ok(()),
                _ => Err("is not a setting"),
            };
            if let Err(problem) = read {
                problems.push(format!("{} {problem}", printable(&name)));
            }
        }
        if problems.is_empty() {
            Ok(settings)
        } else {
            Err(problems.join("; "))
        }
    }
}

fn parse_keys(value: &str) -> Result<Vec<ApiKey>, &'static str> {
    let keys = parse_list(value, ApiKey::parse)?;
    if api_key::has_duplicates(&keys) {
        return Err("contains the same key twice");
    }
    Ok(keys)
}

/// Parses a user to protect. Rejects an id that the plugin would reject: the user would not be protected.
fn parse_protected(text: &str) -> Result<Selector, &'static str> {
    if is_too_long(text) || text.contains(char::is_control) || matches!(text, "." | "..") {
        return Err(
            "must be ids and e-mail addresses of at most 256 characters, separated by commas or spaces",
        );
    }
    Ok(parse_selector(text))
}

fn is_set_by_kubernetes(suffix: &str) -> bool {
    suffix == "HOST" || suffix == "PORT" || suffix.starts_with("PORT_")
}

/// Parses items that are separated by commas or white space.
fn parse_list<T>(
    value: &str,
    parse: impl Fn(&str) -> Result<T, &'static str>,
) -> Result<Vec<T>, &'static str> {
    value
        .split(|char: char| char == ',' || char.is_whitespace())
        .filter(|item| !item.is_empty())
        .map(parse)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        Settings::read(variables.iter().map(owned).collect())
    }

    #[test]
    fn the_default_settings_accept_no_caller() {
        let settings = read(&[("PATH", "/bin")]).unwrap();
        assert!(settings.api_keys.is_empty() && settings.webhook_secrets.is_empty());
        assert_eq!(settings.max_changes, 25);
    }

    #[test]
    fn lists_are_separated_by_commas_or_spaces() {
        let [a, b, c] = ["a", "b", "c"].map(|digit| digit.repeat(64));
        let keys = format!("a:read:{a}, b:contain:{b}\nc:read:{c}");
        let settings = read(&[
            ("OP_SERVICE_KEYS", &keys),
            ("OP_SERVICE_PROTECT", "ceo@acme.example IR7V"),
            ("OP_SERVICE_MAX_CHANGES", "3"),
        ])
        .unwrap();
        let names: Vec<_> = settings
            .api_keys
            .iter()
            .map(|key| key.name.as_str())
            .collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(
            settings.protect,
            [
                Selector::Email("ceo@acme.example".into()),
                Selector::Id("IR7V".into())
            ]
        );
        assert_eq!(settings.max_changes, 3);
    }

    #[test]
    fn wrong_settings_are_named_without_their_values() {
        let problems = read(&[
            ("OP_SERVICE_KEYS", "hunter2"),
            ("OP_SERVICE_WEBHOOK_SECRETS", "hunter2"),
            ("OP_SERVICE_MAX_CHANGES", "many"),
            ("OP_SERVICE_PROTECT", "ceo@acme.example .."),
            ("OP_SERVICE_KEY", "x"),
        ])
        .unwrap_err();
        for name in [
            "KEYS must",
            "WEBHOOK_SECRETS must",
            "MAX_CHANGES must",
            "PROTECT must",
            "KEY is not",
        ] {
            assert!(
                problems.contains(&format!("OP_SERVICE_{name}")),
                "{problems}"
            );
        }
        assert!(!problems.contains("hunter2"));
    }

    #[test]
    fn max_changes_must_be_digits() {
        for value in ["", "-1", "+5", "5.0", " 5", "4294967296"] {
            assert!(
                read(&[("OP_SERVICE_MAX_CHANGES", value)]).is_err(),
                "{value}"
            );
        }
    }

    #[test]
    fn a_duplicate_key_is_rejected() {
        let digest = "0".repeat(64);
        let keys = format!("a:read:{digest},b:contain:{digest}");
        let problems = read(&[("OP_SERVICE_KEYS", &keys)]).unwrap_err();
        assert_eq!(problems, "OP_SERVICE_KEYS contains the same key twice");
    }

    #[test]
    fn variables_set_by_kubernetes_are_accepted() {
        read(&[
            ("OP_SERVICE_HOST", "10.0.0.1"),
            ("OP_SERVICE_PORT", "tcp://10.0.0.1:80"),
            ("OP_SERVICE_PORT_80_TCP_ADDR", "10.0.0.1"),
        ])
        .unwrap();
    }
}
