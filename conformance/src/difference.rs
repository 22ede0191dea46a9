//! Differences of hosts that a case names, with their reasons.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::problem::Problem;

/// A difference of some hosts from a case.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Difference {
    /// Parts of the names of hosts, in any letter case: `plugin`, `workerd`.
    pub hosts: Vec<String>,
    /// Reason, in a sentence.
    pub why: String,
    /// True if the hosts cannot run the case at all.
    #[serde(default)]
    pub not_run: bool,
    /// Other values in the case, each by its JSON Pointer (RFC 6901). Null takes a field away.
    #[serde(default)]
    pub instead: Map<String, Value>,
}

impl Difference {
    /// True if the difference is about this host.
    pub(crate) fn applies_to(&self, host: &str) -> bool {
        is_host(&self.hosts, host)
    }

    /// Checks what deserialisation does not: a difference says why, and differs.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        if self.hosts.iter().any(String::is_empty) || self.hosts.is_empty() {
            return Err(Problem::new("hosts: parts of names are expected"));
        }
        if self.why.trim().is_empty() {
            return Err(Problem::new("why: a reason is expected"));
        }
        if self.not_run != self.instead.is_empty() {
            return Err(Problem::new("either `notRun` or `instead` is expected"));
        }
        Ok(())
    }

    /// Puts the other values into the case.
    pub(crate) fn apply(&self, case: &mut Value) -> Result<(), Problem> {
        for (pointer, value) in &self.instead {
            let missing = || Problem::new(format!("instead: the case has no {pointer}"));
            if let Some(place) = case.pointer_mut(pointer)
                && !value.is_null()
            {
                *place = value.clone();
                continue;
            }
            let (parent, name) = pointer.rsplit_once('/').ok_or_else(missing)?;
            let parent = case.pointer_mut(parent).ok_or_else(missing)?;
            let fields = parent.as_object_mut().ok_or_else(missing)?;
            let name = name.replace("~1", "/").replace("~0", "~");
            if value.is_null() {
                fields.remove(&name).ok_or_else(missing)?;
            } else {
                fields.insert(name, value.clone());
            }
        }
        Ok(())
    }
}

/// True if one of these parts of names occurs in the name of a host, in any letter case.
pub(crate) fn is_host(parts: &[String], host: &str) -> bool {
    let host = host.to_lowercase();
    parts.iter().any(|part| host.contains(&part.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn difference(instead: Value) -> Difference {
        serde_json::from_value(json!({"hosts": ["Plugin"], "why": "so", "instead": instead}))
            .unwrap()
    }

    #[test]
    fn a_difference_replaces_adds_and_removes() {
        let mut case = json!({"steps": [{"a": 1, "b": 2}]});
        difference(json!({"/steps/0/a": 3, "/steps/0/b": null, "/steps/0/c": 4}))
            .apply(&mut case)
            .unwrap();
        assert_eq!(case, json!({"steps": [{"a": 3, "c": 4}]}));
    }

    #[test]
    fn a_difference_in_a_place_that_is_not_there_is_a_mistake() {
        for pointer in ["/steps/1/a", "steps", "/other/a"] {
            let mut case = json!({"steps": [{"a": 1}]});
            let problem = difference(json!({pointer: 1}))
                .apply(&mut case)
                .unwrap_err();
            assert_eq!(
                problem.to_string(),
                format!("instead: the case has no {pointer}")
            );
        }
    }

    #[test]
    fn hosts_are_named_by_a_part_of_their_name() {
        let difference = difference(json!({"/a": 1}));
        assert!(difference.applies_to("plugin in wasmtime 48.0.8"));
        assert!(!difference.applies_to("Node 24.21"));
    }
}
