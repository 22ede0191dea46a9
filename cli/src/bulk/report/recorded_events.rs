//! Audit events that are read again: of an audit file, or of an answer of the service.

use std::collections::{HashMap, HashSet};

use host::{Effect, Outcome};
use onepassword_users::UserAction;
use serde::Deserialize;
use serde_json::Value;

use super::document::{FORMAT, ReportDocument, ReportedError, ReportedTarget, ReportedUser};
use crate::output::printable::printable;

/// Class Account Change of OCSF.
const CLASS: u32 = 3001;
/// Maximum number of calls named in an error.
const MAX_CALLS: usize = 5;

/// Events of one file or answer, in its order.
#[derive(Default)]
pub(super) struct RecordedEvents {
    events: Vec<RecordedEvent>,
    /// Numbers of the lines that are no JSON, for example of a line that a killed program left.
    damaged_lines: Vec<usize>,
    is_dry_run: bool,
}

/// Event, as far as it is read again.
#[derive(Deserialize)]
struct RecordedEvent {
    class_uid: u32,
    activity_id: u32,
    metadata: RecordedMetadata,
    time: u64,
    #[serde(default)]
    time_dt: Option<String>,
    unmapped: RecordedFacts,
    user: RecordedUser,
}

#[derive(Deserialize)]
struct RecordedMetadata {
    correlation_uid: String,
    #[serde(default)]
    tenant_uid: Option<String>,
}

#[derive(Deserialize)]
struct RecordedFacts {
    outcome: String,
    #[serde(default)]
    previous_state: Option<String>,
    #[serde(default)]
    effect: Option<String>,
}

#[derive(Deserialize)]
struct RecordedUser {
    #[serde(default)]
    uid: Option<String>,
    #[serde(default)]
    email_addr: Option<String>,
}

/// Call that is to be undone, as a report.
pub(super) struct RecordedCall {
    pub(super) report: ReportDocument,
    /// Ids of users whom a later call changed in the same way, or found so: undoing this call would undo that one.
    pub(super) changed_later: HashSet<String>,
    pub(super) damaged_lines: Vec<usize>,
}

impl RecordedEvents {
    /// Reads the events in an answer of the service, in a single event, or in an array of events. None if the JSON is neither.
    pub(super) fn of_json(json: Value) -> Result<Option<Self>, String> {
        let (events, is_dry_run) = match json {
            Value::Array(events) => (events, false),
            Value::Object(mut fields) => {
                if fields.contains_key("class_uid") {
                    (vec![Value::Object(fields)], false)
                } else {
                    if let Some(Value::Object(report)) = fields.remove("report") {
                        fields = report;
                    }
                    let is_dry_run = fields.get("dry_run") == Some(&Value::Bool(true));
                    match fields.remove("audit") {
                        Some(Value::Array(events)) => (events, is_dry_run),
                        _ => return Ok(None),
                    }
                }
            }
            _ => return Ok(None),
        };
        let events: Result<Vec<_>, _> = events.into_iter().map(serde_json::from_value).collect();
        let events = events.map_err(|error| format!("contains no audit event: {error}"))?;
        Ok(Some(Self {
            events,
            damaged_lines: Vec::new(),
            is_dry_run,
        }))
    }

    /// Reads the lines of an audit file, or of what the service wrote to standard error. None if no line is an event.
    pub(super) fn of_lines(content: &[u8]) -> Result<Option<Self>, String> {
        let mut recorded = Self::default();
        for (line, number) in content.split(|byte| *byte == b'\n').zip(1..) {
            let line = without_prefix(line.trim_ascii());
            if line.is_empty() {
                continue;
            }
            let Ok(value) = serde_json::from_slice::<Value>(line) else {
                recorded.damaged_lines.push(number);
                continue;
            };
            // The service writes lines about its responses between the events.
            if value.get("event").is_some_and(|event| event == "response") {
                continue;
            }
            let event = serde_json::from_value(value)
                .map_err(|error| format!("contains no audit event in line {number}: {error}"))?;
            recorded.events.push(event);
        }
        Ok((!recorded.events.is_empty()).then_some(recorded))
    }

    /// The call with a correlation id that made an action in an account, or the only one. A file may have the calls of several
    /// accounts.
    pub(super) fn call(
        mut self,
        action: UserAction,
        account_id: &str,
        correlation_id: Option<&str>,
    ) -> Result<RecordedCall, String> {
        if let Some(other) = self.events.iter().find(|event| event.class_uid != CLASS) {
            return Err(format!(
                "contains an event of class {}, which is no account change",
                other.class_uid
            ));
        }
        let count = self.events.len();
        self.events.retain(|event| event.may_be_of(account_id));
        let others = if self.events.len() < count {
            ", but events of another account"
        } else {
            ""
        };
        let is_action = |event: &&RecordedEvent| event.activity_id == activity(action);
        let mut ids: Vec<&str> = Vec::new();
        let mut seen = HashSet::new();
        for event in self.events.iter().filter(is_action) {
            let id = event.metadata.correlation_uid.as_str();
            if seen.insert(id) {
                ids.push(id);
            }
        }
        let name = action.bulk_name();
        let chosen = match (correlation_id, ids.as_slice()) {
            (Some(id), _) if seen.contains(id) => id,
            (Some(id), _) => {
                return Err(format!(
                    "contains no {name} with the correlation id {}{others}",
                    printable(id)
                ));
            }
            (None, []) if self.is_dry_run => "",
            (None, []) => return Err(format!("contains no {name}{others}")),
            (None, [id]) => id,
            (None, ids) => {
                return Err(format!(
                    "contains {} calls of {name}; choose one with --correlation-id: {}",
                    ids.len(),
                    self.described(action, ids)
                ));
            }
        };
        let chosen = chosen.to_owned();
        Ok(self.of_call(action, &chosen))
    }

    /// The last calls with their times, the latest first.
    fn described(&self, action: UserAction, ids: &[&str]) -> String {
        let latest = ids.iter().rev().take(MAX_CALLS).map(|id| {
            let mut events = self.events.iter().filter(|event| event.is_of(action, id));
            let time = events.next().map_or_else(String::new, RecordedEvent::time);
            format!("{} ({time})", printable(id))
        });
        let named = latest.collect::<Vec<_>>().join(", ");
        if ids.len() > MAX_CALLS {
            format!("{named}, …")
        } else {
            named
        }
    }

    fn of_call(self, action: UserAction, id: &str) -> RecordedCall {
        let mut positions: HashMap<String, usize> = HashMap::new();
        let mut targets: Vec<ReportedTarget> = Vec::new();
        let mut changed_later = HashSet::new();
        let mut account_id = None;
        for event in self.events {
            let Some(name) = event.name().map(str::to_owned) else {
                continue;
            };
            if !event.is_of(action, id) {
                // A call that found the user so already wanted the same, and still does.
                let is_wanted =
                    event.may_be_changed() || event.unmapped.outcome == Outcome::Unchanged.name();
                let is_repeated = event.activity_id == activity(action) && is_wanted;
                if is_repeated && positions.contains_key(&name) {
                    changed_later.insert(name);
                }
                continue;
            }
            if account_id.is_none() {
                account_id.clone_from(&event.metadata.tenant_uid);
            }
            let position = positions.get(&name).copied();
            match position.and_then(|position| targets.get_mut(position)) {
                // The call was repeated under its id, and found the user as it had left them.
                Some(_) if !event.is_decisive() => {}
                Some(target) => *target = event.into_target(name),
                None => {
                    positions.insert(name.clone(), targets.len());
                    targets.push(event.into_target(name));
                }
            }
        }
        RecordedCall {
            report: ReportDocument {
                format: FORMAT,
                operation: action.bulk_name().to_owned(),
                account_id: account_id.unwrap_or_default(),
                dry_run: self.is_dry_run,
                refused: None,
                // Not recorded.
                requests: u64::MAX,
                targets,
            },
            changed_later,
            damaged_lines: self.damaged_lines,
        }
    }
}

impl RecordedEvent {
    fn is_of(&self, action: UserAction, id: &str) -> bool {
        self.activity_id == activity(action) && self.metadata.correlation_uid == id
    }

    /// Returns false for an event of another account. One of a user who was not found may name no account.
    fn may_be_of(&self, account_id: &str) -> bool {
        let named = self.metadata.tenant_uid.as_deref();
        named.is_none_or(|named| named == account_id)
    }

    /// Id of the user, or else the address.
    fn name(&self) -> Option<&str> {
        self.user.uid.as_deref().or(self.user.email_addr.as_deref())
    }

    /// Time for people.
    fn time(&self) -> String {
        let text = self.time_dt.as_deref().map(printable);
        text.unwrap_or_else(|| format!("{} ms", self.time))
    }

    /// Returns true if the event says more than that nothing was sent.
    fn is_decisive(&self) -> bool {
        let settled = [Outcome::Unchanged.name(), Outcome::Skipped.name()];
        !settled.contains(&self.unmapped.outcome.as_str())
    }

    fn may_be_changed(&self) -> bool {
        self.unmapped.outcome == Outcome::Changed.name()
            || self.unmapped.effect.as_deref() == Some(Effect::PossiblyApplied.name())
    }

    fn into_target(self, name: String) -> ReportedTarget {
        let is_failed = self.unmapped.outcome == "failed";
        ReportedTarget {
            who: name,
            error: is_failed.then(|| ReportedError {
                effect: self.unmapped.effect.unwrap_or_default(),
            }),
            outcome: self.unmapped.outcome,
            user: self.user.uid.map(|id| ReportedUser {
                id,
                email: self.user.email_addr,
                state: None,
            }),
            previous_state: self.unmapped.previous_state,
        }
    }
}

/// Activity of an action, as OCSF numbers it.
const fn activity(action: UserAction) -> u32 {
    match action {
        UserAction::Suspend => 5,
        UserAction::Reactivate => 2,
    }
}

/// A line without the `stderr [0] ::` that `wasmtime serve` writes ahead of it.
fn without_prefix(line: &[u8]) -> &[u8] {
    let Some(rest) = line.strip_prefix(b"stderr [") else {
        return line;
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let after = rest
        .get(digits..)
        .and_then(|rest| rest.strip_prefix(b"] ::"));
    after.map_or(line, <[u8]>::trim_ascii_start)
}
