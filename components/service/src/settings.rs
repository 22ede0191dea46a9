//! Settings of the service, from the variables `OP_SERVICE_*` of its environment.

use alloc::{format, string::String, vec::Vec};

use onepassword_users::settings::is_set_by_kubernetes;

use crate::{
    api_key::{self, ApiKey},
    bindings::containment::Selector,
    text::{check_name, parse_digits, parse_selector, printable},
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
    /// True if a 401 has a header with its reason.
    pub(crate) has_reason_header: bool,
}

impl Default for Settings {
    /// Settings that reject every caller.
    fn default() -> Self {
        Self {
            api_keys: Vec::new(),
            webhook_secrets: Vec::new(),
            max_changes: DEFAULT_MAX_CHANGES,
            protect: Vec::new(),
            has_reason_header: false,
        }
    }
}

impl Settings {
    /// Returns true if anyone can call the service.
    pub(crate) fn has_callers(&self) -> bool {
        !self.api_keys.is_empty() || !self.webhook_secrets.is_empty()
    }

    /// Reads the settings from variables of the environment.
    ///
    /// Errors: the name of every wrong variable with the requirement that it does not meet, never with its value.
    pub(crate) fn read(environment: Vec<(String, String)>) -> Result<Self, String> {
        let mut settings = Self::default();
        let mut problems = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in &environment {
            let Some(suffix) = name.strip_prefix("OP_SERVICE_") else {
                continue;
            };
            // A variable without a value counts as not set.
            if value.is_empty() {
                continue;
            }
            let read = match suffix {
                _ if seen.contains(&suffix) => Err("is set twice"),
                "KEYS" => parse_keys(value).map(|keys| settings.api_keys = keys),
                "WEBHOOK_SECRETS" => parse_list(value, WebhookSecret::parse)
                    .map(|secrets| settings.webhook_secrets = secrets),
                "MAX_CHANGES" => parse_digits(value)
                    .map(|max| settings.max_changes = max)
                    .ok_or("must be a whole number"),
                "PROTECT" => match parse_protect(value) {
                    Ok(protect) => {
                        settings.protect = protect;
                        Ok(())
                    }
                    Err(problem) => {
                        problems.push(format!("OP_SERVICE_PROTECT {problem}"));
                        Ok(())
                    }
                },
                "REASON_HEADER" => match value.as_str() {
                    "true" | "false" => {
                        settings.has_reason_header = value == "true";
                        Ok(())
                    }
                    _ => Err("must be `true` or `false`"),
                },
                _ if is_set_by_kubernetes(name, value) => Ok(()),
                _ => Err("is not a setting"),
            };
            seen.push(suffix);
            if let Err(problem) = read {
                problems.push(format!("{} {problem}", printable(name)));
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

/// Parses the users to protect. An entry that cannot be the name of a user would protect no one.
///
/// # Errors
///
/// The entry and the requirement that it does not meet, which completes the sentence "the setting …".
fn parse_protect(value: &str) -> Result<Vec<Selector>, String> {
    let parse = |(entry, text): (usize, &str)| {
        let text = text.trim();
        match check_name(text) {
            Ok(()) => Ok(parse_selector(text)),
            Err(must) => Err(format!(
                "must be ids and e-mail addresses, separated by commas or spaces: entry {entry} {must}"
            )),
        }
    };
    let names: Vec<_> = (1..)
        .zip(list_items(value))
        .map(parse)
        .collect::<Result<_, _>>()?;
    if names.is_empty() {
        Err(String::from("must name a user"))
    } else {
        Ok(names)
    }
}

/// Parses items that are separated by commas or white space.
fn parse_list<T>(
    value: &str,
    parse: impl Fn(&str) -> Result<T, &'static str>,
) -> Result<Vec<T>, &'static str> {
    list_items(value).map(parse).collect()
}

fn list_items(value: &str) -> impl Iterator<Item = &str> {
    value
        .split(|char: char| char == ',' || char.is_whitespace())
        .filter(|item| !item.is_empty())
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
            (
                "OP_SERVICE_PROTECT",
                "ceo@acme.example IR7VJHJ36JHINBFAD7V2T5MP3E",
            ),
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
                Selector::Id("IR7VJHJ36JHINBFAD7V2T5MP3E".into())
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
    fn a_protected_name_is_understood_or_refused_by_position() {
        for (value, entry) in [
            ("user0002@acme.example;user0010@acme.example", 1),
            (r#""user0002@acme.example""#, 1),
            ("CEO <user0002@acme.example>", 1),
            ("<user0002@acme.example>", 1),
            ("mailto:user0002@acme.example", 1),
            (r#"["user0002@acme.example","user0010@acme.example"]"#, 1),
            ("user0002@acme.example|user0010@acme.example", 1),
            ("*@acme.example", 1),
            ("@acme.example", 1),
            ("IR7VJHJ36JHINBFAD7V2T5MP3E, user0002@acme", 2),
            ("user0002@", 1),
            ("user0002@.", 1),
            ("user0002@@acme.example", 1),
            ("'user0002@acme.example'", 1),
            ("user0002@acme.example.", 1),
            ("user0002@acme..example", 1),
            ("user\u{200b}0002@acme.example", 1),
            ("\u{feff}user0002@acme.example", 1),
            ("user0002\u{202e}@acme.example", 1),
            ("user0002@acme\u{ad}.example", 1),
            ("user0002&#64;acme.example", 1),
            ("OP_SERVICE_PROTECT=user0002@acme.example", 1),
            ("{user0002@acme.example}", 1),
            ("user0002@acme.example\\nuser0010@acme.example", 1),
            ("IR7V:", 1),
            ("..", 1),
            ("boss", 1),
            ("none", 1),
            ("boss%40acme.example", 1),
            ("IR7VJHJ36JHINBFAD7V2T5MP3", 1),
            ("IR7VJHJ36J HINBFAD7V2T5MP3E", 1),
            ("-user0002@acme.example", 1),
            ("\u{301d}user0002@acme.example\u{301e}", 1),
            ("user0002@acme.example\u{3002}", 1),
        ] {
            let problems = read(&[("OP_SERVICE_PROTECT", value)]).unwrap_err();
            let position = format!("entry {entry} must");
            assert!(problems.contains(&position), "{value}: {problems}");
        }
        for nothing in [" ", ",", " ,\t,\n"] {
            let problems = read(&[("OP_SERVICE_PROTECT", nothing)]).unwrap_err();
            assert_eq!(problems, "OP_SERVICE_PROTECT must name a user");
        }
        let names = "o'brien+x@acme.example, é@münchen.example\nIR7VJHJ36JHINBFAD7V2T5MP3E ir7vjhj36jhinbfad7v2t5mp3e";
        let settings = read(&[("OP_SERVICE_PROTECT", names)]).unwrap();
        assert_eq!(settings.protect.len(), 4);
    }

    #[test]
    fn max_changes_must_be_digits() {
        for value in ["-1", "+5", "5.0", " 5", "4294967296"] {
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
            ("OP_SERVICE_SERVICE_HOST", "10.0.0.1"),
            ("OP_SERVICE_SERVICE_PORT_HTTP", "80"),
            ("OP_SERVICE_BLUE_PORT_53_UDP_PORT", "53"),
        ])
        .unwrap();
        for name in [
            "OP_SERVICE_HOSTS",
            "OP_SERVICE_PORTS",
            "OP_SERVICE_X_PORTAL",
        ] {
            assert!(read(&[(name, "80")]).is_err(), "{name}");
        }
    }

    #[test]
    fn a_setting_with_a_name_of_kubernetes_is_rejected() {
        for (name, value) in [
            ("OP_SERVICE_PROTECT_PORT", "boss@acme.example"),
            ("OP_SERVICE_PROTECT_SERVICE_HOST", "boss@acme.example"),
            (
                "OP_SERVICE_PROTECT_SERVICE_HOST",
                "IR7VJHJ36JHINBFAD7V2T5MP3E",
            ),
            ("OP_SERVICE_PROTECT_PORT_80_TCP_PROTO", "boss@acme.example"),
            ("OP_SERVICE_MAX_CHANGES_PORT", "3"),
        ] {
            let problems = read(&[(name, value)]).unwrap_err();
            assert_eq!(problems, format!("{name} is not a setting"));
        }
    }

    #[test]
    fn a_setting_twice_is_rejected() {
        for name in [
            "OP_SERVICE_PROTECT",
            "OP_SERVICE_MAX_CHANGES",
            "OP_SERVICE_X",
        ] {
            let problems = read(&[(name, "3"), (name, "3")]).unwrap_err();
            assert!(
                problems.contains(&format!("{name} is set twice")),
                "{problems}"
            );
        }
    }

    #[test]
    fn a_setting_without_a_value_counts_as_not_set() {
        for name in [
            "OP_SERVICE_KEYS",
            "OP_SERVICE_WEBHOOK_SECRETS",
            "OP_SERVICE_MAX_CHANGES",
            "OP_SERVICE_PROTECT",
            "OP_SERVICE_X",
        ] {
            let settings = read(&[(name, ""), ("OP_SERVICE_MAX_CHANGES", "3")]).unwrap();
            assert!(settings.api_keys.is_empty() && settings.protect.is_empty());
            assert_eq!(settings.max_changes, 3, "{name}");
        }
    }
}
