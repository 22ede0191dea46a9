//! Contradictions within a report, which a command never writes: it was edited, or damaged.

use std::collections::HashMap;

use host::{Effect, Outcome};
use onepassword_users::{UserAction, comparable_email};

use super::document::{ReportDocument, ReportedTarget};
use crate::{bulk::change::resulting_state, output::printable::printable};

/// Facts that earlier targets stated about one user.
#[derive(Default)]
struct UserFacts<'a> {
    /// Outcome of the change, other than the refusal of one target.
    outcome: Option<&'a str>,
    previous_state: Option<&'a str>,
    email: Option<String>,
    may_be_changed: bool,
}

/// Checks a report of an action. Fails with the contradiction. Takes time in proportion to the number of targets.
pub(super) fn check(report: &ReportDocument, action: UserAction) -> Result<(), String> {
    let mut users: HashMap<&str, UserFacts<'_>> = HashMap::new();
    let mut named: HashMap<String, &str> = HashMap::new();
    for (target, number) in report.targets.iter().zip(1..) {
        let checked = check_target(report, action, target)
            .and_then(|()| check_name(&mut named, target))
            .and_then(|()| users.entry(target.id()).or_default().add(target));
        checked.map_err(|cause| format!("target {number}, {}, {cause}", printable(&target.who)))?;
    }
    let changes = users.values().filter(|user| user.may_be_changed).count();
    if u64::try_from(changes).is_ok_and(|changes| changes > report.requests) {
        return Err(format!(
            "it has {changes} changes, and only {} requests were sent",
            report.requests
        ));
    }
    Ok(())
}

/// Checks a target by itself.
fn check_target(
    report: &ReportDocument,
    action: UserAction,
    target: &ReportedTarget,
) -> Result<(), String> {
    let outcomes = ["changed", "unchanged", "would-change", "failed", "skipped"];
    if !outcomes.contains(&target.outcome.as_str()) {
        return Err("has an unknown outcome".to_owned());
    }
    if (target.outcome == "failed") != target.error.is_some() {
        return Err(format!(
            "has the outcome {} {} an error",
            target.outcome,
            if target.error.is_some() {
                "and"
            } else {
                "without"
            }
        ));
    }
    if let Some(error) = &target.error
        && error.effect != Effect::NotApplied.name()
        && error.effect != Effect::PossiblyApplied.name()
    {
        return Err("has an unknown effect".to_owned());
    }
    if let Some(user) = &target.user {
        let email = user.email.as_deref().filter(|email| !email.is_empty());
        let other = if target.who.contains('@') {
            email.filter(|email| comparable_email(email) != comparable_email(&target.who))
        } else {
            Some(user.id.as_str()).filter(|id| *id != target.who)
        };
        if let Some(other) = other {
            return Err(format!("is about another user, {}", printable(other)));
        }
    }
    if !target.may_be_changed() {
        return Ok(());
    }
    if report.dry_run {
        return Err("was changed by a dry run".to_owned());
    }
    if report.refused.is_some() {
        return Err("was changed by a call that was refused".to_owned());
    }
    let state = resulting_state(action);
    let shown = target.user.as_ref().and_then(|user| user.state.as_deref());
    if let Some(shown) = shown
        && target.outcome == Outcome::Changed.name()
        && shown != state.name()
    {
        return Err(format!("was changed, and is {}", printable(shown)));
    }
    if target.previous_state.as_deref() == Some(state.name()) {
        return Err(format!("was {} before the change already", state.name()));
    }
    Ok(())
}

/// Checks that an address names one user.
fn check_name<'a>(
    named: &mut HashMap<String, &'a str>,
    target: &'a ReportedTarget,
) -> Result<(), String> {
    let Some(user) = &target.user else {
        return Ok(());
    };
    if target.who.contains('@') {
        let id = *named
            .entry(comparable_email(&target.who))
            .or_insert(&user.id);
        if id != user.id {
            return Err(format!(
                "is about {}, and an earlier target with the same address about {}",
                printable(&user.id),
                printable(id)
            ));
        }
    }
    Ok(())
}

impl<'a> UserFacts<'a> {
    /// Adds the facts of a target. Fails if they differ from those of an earlier target.
    fn add(&mut self, target: &'a ReportedTarget) -> Result<(), String> {
        let may_be_changed = target.may_be_changed();
        // A guard can refuse one target of a user and allow another one.
        let is_refusal = target.outcome == "failed" && !may_be_changed;
        let outcome = Some(target.outcome.as_str()).filter(|_| !is_refusal);
        let email = target.user.as_ref().and(target.email());
        let email = email.map(comparable_email);
        let is_other = is_different(&self.outcome, &outcome)
            || is_different(&self.previous_state, &target.previous_state.as_deref())
            || is_different(&self.email, &email);
        if is_other {
            return Err("says otherwise than an earlier target with the same user".to_owned());
        }
        self.outcome = self.outcome.or(outcome);
        self.previous_state = self.previous_state.or(target.previous_state.as_deref());
        self.email = self.email.take().or(email);
        self.may_be_changed |= may_be_changed;
        Ok(())
    }
}

/// Returns true if both values are known and differ.
fn is_different<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
    one.is_some() && other.is_some() && one != other
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn report(targets: &[Value]) -> Value {
        json!({
            "format": 1, "operation": "contain", "account_id": "A", "dry_run": false, "refused": null,
            "requests": 4, "targets": targets,
        })
    }

    fn target(outcome: &str) -> Value {
        json!({
            "who": "U", "outcome": outcome,
            "user": { "id": "U", "email": "u@acme.example", "state": "suspended" },
            "previous_state": "active", "error": null,
        })
    }

    fn with(mut target: Value, pointer: &str, value: Value) -> Value {
        *target.pointer_mut(pointer).expect("the field exists") = value;
        target
    }

    fn failed(effect: &str) -> Value {
        with(target("failed"), "/error", json!({ "effect": effect }))
    }

    fn checked(report: &Value) -> Result<(), String> {
        let report = serde_json::from_value(report.clone()).expect("it is a report");
        check(&report, UserAction::Suspend)
    }

    #[test]
    fn a_report_as_it_is_written_has_no_contradiction() {
        let by_address = with(target("changed"), "/who", json!("u@acme.example"));
        let unseen = with(target("changed"), "/previous_state", Value::Null);
        let other_case = with(target("changed"), "/who", json!("U@Acme.example"));
        let is_active = with(failed("possibly-applied"), "/user/state", json!("active"));
        for targets in [
            vec![],
            vec![target("changed"), by_address],
            vec![failed("not-applied"), target("changed")],
            vec![failed("possibly-applied")],
            vec![target("skipped")],
            vec![target("changed"), unseen],
            vec![other_case, target("changed")],
            vec![is_active],
        ] {
            assert_eq!(checked(&report(&targets)), Ok(()), "{targets:?}");
        }
    }

    #[test]
    fn contradictions_are_named() {
        let changed = || report(&[target("changed")]);
        let two = |one, other| report(&[one, other]);
        for (report, cause) in [
            (with(changed(), "/dry_run", json!(true)), "a dry run"),
            (with(changed(), "/refused", json!({})), "was refused"),
            (with(changed(), "/requests", json!(0)), "only 0 requests"),
            (
                report(&[with(
                    target("changed"),
                    "/previous_state",
                    json!("suspended"),
                )]),
                "was suspended before",
            ),
            (report(&[target("done")]), "an unknown outcome"),
            (report(&[target("failed")]), "failed without an error"),
            (report(&[failed("maybe")]), "an unknown effect"),
            (
                report(&[with(
                    failed("possibly-applied"),
                    "/outcome",
                    json!("changed"),
                )]),
                "changed and an error",
            ),
            (
                report(&[with(target("changed"), "/user/id", json!("V"))]),
                "another user, V",
            ),
            (
                report(&[with(target("changed"), "/who", json!("boss@acme.example"))]),
                "about another user, u@acme.example",
            ),
            (
                report(&[with(
                    failed("possibly-applied"),
                    "/who",
                    json!("boss@acme.example"),
                )]),
                "about another user, u@acme.example",
            ),
            (
                report(&[with(target("changed"), "/user/state", json!("active"))]),
                "was changed, and is active",
            ),
            (
                two(
                    with(target("changed"), "/who", json!("u@acme.example")),
                    with(
                        with(target("changed"), "/who", json!("U@acme.example")),
                        "/user/id",
                        json!("V"),
                    ),
                ),
                "is about V, and an earlier target with the same address about U",
            ),
            (
                two(target("changed"), target("unchanged")),
                "target 2, U, says otherwise",
            ),
            (
                two(target("changed"), failed("possibly-applied")),
                "says otherwise",
            ),
            (
                two(
                    target("changed"),
                    with(target("changed"), "/previous_state", json!("INVITED")),
                ),
                "says otherwise",
            ),
            (
                two(
                    target("changed"),
                    with(target("changed"), "/user/email", json!("v@acme.example")),
                ),
                "says otherwise",
            ),
        ] {
            let found = checked(&report).expect_err(cause);
            assert!(found.contains(cause), "{cause}: {found}");
        }
    }

    #[test]
    fn every_outcome_of_the_contract_is_known() {
        for outcome in [
            Outcome::Changed,
            Outcome::Unchanged,
            Outcome::WouldChange,
            Outcome::Skipped,
        ] {
            let report = report(&[with(target(outcome.name()), "/error", Value::Null)]);
            assert_eq!(checked(&report), Ok(()));
        }
    }
}
