//! The settings of the service, from the environment that it is let see: `OP_SERVICE_*`.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use crate::{
    api_key::{self, Key},
    bindings::containment::Selector,
    text::{is_long, shown, whole_number},
    webhook::Secret,
};

/// The most changes that one call may make, unless a setting says otherwise.
const MAX_CHANGES: u32 = 25;

/// What the service goes by.
#[derive(Debug)]
pub(crate) struct Settings {
    pub keys: Vec<Key>,
    pub webhook_secrets: Vec<Secret>,
    /// No call changes more users than this.
    pub max_changes: u32,
    /// Users whom no call changes.
    pub protect: Vec<Selector>,
}

impl Default for Settings {
    /// Nobody is let in.
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            webhook_secrets: Vec::new(),
            max_changes: MAX_CHANGES,
            protect: Vec::new(),
        }
    }
}

impl Settings {
    /// Reads the settings; else says which of them are wrong, and what they must be. Never shows a value.
    pub fn read(environment: Vec<(String, String)>) -> Result<Self, String> {
        let mut settings = Self::default();
        let mut problems = Vec::new();
        for (name, value) in environment {
            let Some(what) = name.strip_prefix("OP_SERVICE_") else {
                continue;
            };
            let read = match what {
                "KEYS" => keys(&value).map(|keys| settings.keys = keys),
                "WEBHOOK_SECRETS" => {
                    all(&value, Secret::parse).map(|secrets| settings.webhook_secrets = secrets)
                }
                "MAX_CHANGES" => whole_number(&value)
                    .map(|most| settings.max_changes = most)
                    .ok_or("must be a whole number"),
                "PROTECT" => all(&value, protected).map(|protect| settings.protect = protect),
                // Kubernetes sets these in every container, where a service of it has the name `op`.
                _ if is_kubernetes(what) => Ok(()),
                _ => Err("is not a setting"),
            };
            if let Err(must) = read {
                problems.push(format!("{} {must}", shown(&name)));
            }
        }
        if problems.is_empty() {
            Ok(settings)
        } else {
            Err(problems.join("; "))
        }
    }
}

/// A user, as callers name them: by e-mail address where there is an `@`, by id elsewhere.
pub(crate) fn selector(who: &str) -> Selector {
    if who.contains('@') {
        Selector::Email(who.to_owned())
    } else {
        Selector::Id(who.to_owned())
    }
}

fn keys(value: &str) -> Result<Vec<Key>, &'static str> {
    let keys = all(value, Key::parse)?;
    if api_key::is_twice(&keys) {
        return Err("has the same key twice");
    }
    Ok(keys)
}

/// A user to protect. One whom the plugin would not understand must not be passed over.
fn protected(who: &str) -> Result<Selector, &'static str> {
    if is_long(who) || who.contains(char::is_control) || matches!(who, "." | "..") {
        return Err(
            "must be ids and e-mail addresses of at most 256 characters, separated by commas or spaces",
        );
    }
    Ok(selector(who))
}

fn is_kubernetes(what: &str) -> bool {
    what == "HOST" || what == "PORT" || what.starts_with("PORT_")
}

/// Reads what is separated by commas or white space.
fn all<T>(
    value: &str,
    parse: impl Fn(&str) -> Result<T, &'static str>,
) -> Result<Vec<T>, &'static str> {
    value
        .split(|letter: char| letter == ',' || letter.is_whitespace())
        .filter(|part| !part.is_empty())
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
    fn without_settings_nobody_is_let_in() {
        let settings = read(&[("PATH", "/bin")]).unwrap();
        assert!(settings.keys.is_empty() && settings.webhook_secrets.is_empty());
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
        let names: Vec<_> = settings.keys.iter().map(|key| key.name.as_str()).collect();
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
    fn what_is_wrong_is_named_and_not_shown() {
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
    fn a_limit_is_digits() {
        for value in ["", "-1", "+5", "5.0", " 5", "4294967296"] {
            assert!(
                read(&[("OP_SERVICE_MAX_CHANGES", value)]).is_err(),
                "{value}"
            );
        }
    }

    #[test]
    fn the_same_key_twice_is_refused() {
        let digest = "0".repeat(64);
        let keys = format!("a:read:{digest},b:contain:{digest}");
        let problems = read(&[("OP_SERVICE_KEYS", &keys)]).unwrap_err();
        assert_eq!(problems, "OP_SERVICE_KEYS has the same key twice");
    }

    #[test]
    fn what_kubernetes_sets_for_a_service_of_that_name_is_no_slip() {
        read(&[
            ("OP_SERVICE_HOST", "10.0.0.1"),
            ("OP_SERVICE_PORT", "tcp://10.0.0.1:80"),
            ("OP_SERVICE_PORT_80_TCP_ADDR", "10.0.0.1"),
        ])
        .unwrap();
    }
}
