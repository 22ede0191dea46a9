//! The deadline of a call, as the component reads it from its settings.

use std::time::Duration;

/// Variable with the deadline of a call in milliseconds.
const VARIABLE: &str = "OP_USERS_DEADLINE_MS";
/// Deadline of a call without the setting: the component's own default.
const DEFAULT: Duration = Duration::from_secs(30);
/// Maximum for the setting.
const MAX: Duration = Duration::from_hours(1);

/// Deadline of a call in the settings. The default for one that the component refuses.
pub(crate) fn from_environment(environment: &[(String, String)]) -> Duration {
    let mut variables = environment.iter();
    let value = variables.find(|(name, _)| name == VARIABLE);
    from_ms(value.and_then(|(_, value)| value.trim().parse().ok()))
}

/// Deadline of a call from milliseconds.
pub(crate) fn from_ms(ms: Option<u32>) -> Duration {
    ms.map_or(DEFAULT, |ms| Duration::from_millis(ms.into()).min(MAX))
}
