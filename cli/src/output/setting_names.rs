//! Names of the settings, and the nearest one of a name that is none.

/// Settings of the component.
const COMPONENT_SETTINGS: [&str; 11] = [
    "OP_USERS_ACCOUNT_ID",
    "OP_USERS_API_VERSION",
    "OP_USERS_BASE_URL",
    "OP_USERS_BASIC",
    "OP_USERS_CLIENT_ID",
    "OP_USERS_CLIENT_SECRET",
    "OP_USERS_DEADLINE_MS",
    "OP_USERS_REGION",
    "OP_USERS_REVOKE_PATH",
    "OP_USERS_TOKEN_PATH",
    "OP_USERS_USER_AGENT",
];
/// Settings of the service.
const SERVICE_SETTINGS: [&str; 5] = [
    "OP_SERVICE_KEYS",
    "OP_SERVICE_MAX_CHANGES",
    "OP_SERVICE_PROTECT",
    "OP_SERVICE_REASON_HEADER",
    "OP_SERVICE_WEBHOOK_SECRETS",
];
/// Prefixes of the settings.
const PREFIXES: [&str; 2] = ["OP_USERS_", "OP_SERVICE_"];
/// Words of a message about a name.
const NO_SETTING: &str = " is not a setting";
/// Minimum similarity (Jaro) of what follows the prefix.
const MIN_SIMILARITY: f64 = 0.7;
/// Minimum length of a part of a name that stands for the name, as `URL` does.
const MIN_PART: usize = 3;
/// Maximum number of letters that differ in a name without its prefix.
const MAX_DISTANCE: usize = 2;

/// Advice on the names in a text that says of them that each is not a setting. None if none of them is like a setting.
pub(crate) fn advice(text: &str) -> Option<String> {
    let parts = text.split(NO_SETTING).collect::<Vec<_>>();
    let (_, before) = parts.split_last()?;
    let names = before.iter().filter_map(|part| part.rsplit(' ').next());
    let advice: Vec<_> = names
        .filter_map(|name| {
            let setting = nearest(name)?;
            Some(format!("{setting} in place of {name}"))
        })
        .collect();
    (!advice.is_empty()).then(|| format!("did you mean {}?", advice.join(", ")))
}

/// The setting that a name is most like. None for settings, and if none is like it.
fn nearest(name: &str) -> Option<&'static str> {
    with_prefix(name).or_else(|| almost(name))
}

/// The setting that a name with a setting's prefix is most like. None for settings, and if none is like it.
fn with_prefix(name: &str) -> Option<&'static str> {
    if all().any(|setting| setting == name) {
        return None;
    }
    let upper = name.to_ascii_uppercase();
    let prefix = PREFIXES.iter().find(|prefix| upper.starts_with(**prefix))?;
    let rest = upper.get(prefix.len()..)?;
    let candidates = all().filter_map(|setting| {
        let known = setting.strip_prefix(prefix)?;
        let is_part = rest.len() >= MIN_PART && known.contains(rest);
        let similarity = strsim::jaro(rest, known) + if is_part { 1.0 } else { 0.0 };
        (similarity > MIN_SIMILARITY).then_some((similarity, setting))
    });
    let nearest = candidates.max_by(|one, other| one.0.total_cmp(&other.0));
    nearest.map(|(_, setting)| setting)
}

/// The setting that a name without its prefix differs from by few letters: such a variable would be ignored.
pub(crate) fn almost(name: &str) -> Option<&'static str> {
    let upper = name.to_ascii_uppercase();
    if PREFIXES.iter().any(|prefix| upper.starts_with(prefix)) {
        return None;
    }
    all().find(|setting| strsim::osa_distance(&upper, setting) <= MAX_DISTANCE)
}

fn all() -> impl Iterator<Item = &'static str> {
    COMPONENT_SETTINGS.into_iter().chain(SERVICE_SETTINGS)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn settings_are_those_that_the_pages_describe() {
        for (page, prefix, settings) in [
            ("setup.md", PREFIXES[0], &COMPONENT_SETTINGS[..]),
            ("service.md", PREFIXES[1], &SERVICE_SETTINGS),
        ] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
            let page = fs::read_to_string(path.join(page)).expect("a page");
            let mut described: Vec<_> = page
                .lines()
                .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
                .filter(|name| name.starts_with(prefix))
                .collect();
            described.sort_unstable();
            assert_eq!(described, settings);
        }
    }

    #[test]
    fn a_misspelt_name_has_its_setting() {
        for (name, setting) in [
            ("OP_USERS_REGOIN", Some("OP_USERS_REGION")),
            ("OP_USERS_ACCOUNT", Some("OP_USERS_ACCOUNT_ID")),
            ("OP_USERS_ACCOUNTID", Some("OP_USERS_ACCOUNT_ID")),
            ("OP_USERS_SECRET", Some("OP_USERS_CLIENT_SECRET")),
            ("OP_USERS_CLIENTSECRET", Some("OP_USERS_CLIENT_SECRET")),
            ("OP_USERS_URL", Some("OP_USERS_BASE_URL")),
            ("OP_USERS_TIMEOUT", None),
            ("op_users_region", Some("OP_USERS_REGION")),
            ("OP_SERVICE_KEY", Some("OP_SERVICE_KEYS")),
            ("OP_SERVICE_MAXCHANGES", Some("OP_SERVICE_MAX_CHANGES")),
            ("OP_USERS_XYZ", None),
            ("OP_USERS_", None),
            ("OP_USERS_REGION", None),
            ("PATH", None),
        ] {
            assert_eq!(with_prefix(name), setting, "{name}");
        }
    }

    #[test]
    fn advice_is_on_the_names_that_a_text_refuses() {
        let text =
            "list-users: OP_USERS_REGOIN is not a setting, or is set twice; OP_USERS_PORT is set";
        assert_eq!(
            advice(text).as_deref(),
            Some("did you mean OP_USERS_REGION in place of OP_USERS_REGOIN?")
        );
        assert_eq!(advice("OP_USERS_REGION is not com, ca or eu"), None);
    }

    #[test]
    fn a_name_without_the_prefix_has_its_setting() {
        for (name, setting) in [
            ("OP_USER_REGION", Some("OP_USERS_REGION")),
            ("OPUSERS_CLIENT_ID", Some("OP_USERS_CLIENT_ID")),
            ("0P_USERS_BASIC", Some("OP_USERS_BASIC")),
            ("OP-USERS-REGION", Some("OP_USERS_REGION")),
            ("OP_SERVCE_PROTECT", Some("OP_SERVICE_PROTECT")),
            ("OP_ACCOUNT", None),
            ("OP_CONNECT_TOKEN", None),
            ("OP_SERVICE_ACCOUNT_TOKEN", None),
            ("OP_USERS_REGOIN", None),
            ("REGION", None),
        ] {
            assert_eq!(almost(name), setting, "{name}");
        }
    }
}
