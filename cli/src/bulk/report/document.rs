//! The document of a report: its text, and the parts that are read again.

use std::io;

use host::{Effect, Outcome};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    bulk::{
        change::ChangeDescription,
        output::{counts, target_object},
        result::BulkResult,
    },
    output::json::{error, escape_hidden},
};

/// Version of the document. It increases when a reader of an earlier version would misread the document.
pub(super) const FORMAT: u32 = 1;

/// The parts of a report that are read again.
#[derive(Deserialize)]
pub(in crate::bulk) struct ReportDocument {
    pub(super) format: u32,
    pub(super) operation: String,
    pub(super) account_id: String,
    pub(in crate::bulk) dry_run: bool,
    pub(super) refused: Option<IgnoredAny>,
    pub(super) requests: u64,
    pub(in crate::bulk) targets: Vec<ReportedTarget>,
}

/// Result for one target.
#[derive(Deserialize)]
pub(in crate::bulk) struct ReportedTarget {
    pub(in crate::bulk) who: String,
    pub(super) outcome: String,
    pub(in crate::bulk) user: Option<ReportedUser>,
    // Required, though it may be null: without it, a change would look like one that cannot be undone.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(in crate::bulk) previous_state: Option<String>,
    pub(super) error: Option<ReportedError>,
}

/// Error of a failed target.
#[derive(Deserialize)]
pub(super) struct ReportedError {
    pub(super) effect: String,
}

/// User of a target.
#[derive(Deserialize)]
pub(in crate::bulk) struct ReportedUser {
    pub(super) id: String,
    #[serde(default)]
    pub(super) email: Option<String>,
    #[serde(default)]
    pub(super) state: Option<String>,
}

impl ReportedTarget {
    /// Returns true if the call changed the user, or may have done so.
    pub(in crate::bulk) fn may_be_changed(&self) -> bool {
        let is_possibly_applied =
            |error: &ReportedError| error.effect == Effect::PossiblyApplied.name();
        self.outcome == Outcome::Changed.name()
            || self.error.as_ref().is_some_and(is_possibly_applied)
    }

    /// Id of the user. Not one if the user was never seen and is named by e-mail address.
    pub(in crate::bulk) fn id(&self) -> &str {
        self.user.as_ref().map_or(&self.who, |user| &user.id)
    }

    /// E-mail address of the user, as reported or else as named.
    pub(in crate::bulk) fn email(&self) -> Option<&str> {
        let reported = self.user.as_ref().and_then(|user| user.email.as_deref());
        let named = Some(self.who.as_str()).filter(|who| who.contains('@'));
        reported.filter(|email| !email.is_empty()).or(named)
    }
}

/// The report of a result, as text.
pub(super) fn text(change: &ChangeDescription, result: &BulkResult) -> io::Result<String> {
    let time = OffsetDateTime::now_utc().replace_nanosecond(0);
    let time = time.ok().and_then(|time| time.format(&Rfc3339).ok());
    let document = json!({
        "format": FORMAT,
        "operation": change.action.bulk_name(),
        "account_id": change.account_id,
        "time": time,
        "correlation_id": change.correlation_id,
        "operator": change.operator,
        "reason": change.reason,
        "ticket": change.ticket,
        "dry_run": result.is_dry_run,
        "interrupted": result.is_interrupted,
        "audit_error": result.audit_error,
        "refused": result.refused.as_ref().map(error),
        "warnings": result.warnings,
        "requests": result.requests,
        "summary": counts(result),
        "targets": result.targets.iter().map(target_object).collect::<Vec<Value>>(),
    });
    let text = serde_json::to_string_pretty(&document)?;
    Ok(escape_hidden(&text) + "\n")
}

/// Parses a report, after an optional byte order mark.
pub(super) fn parse(content: &[u8]) -> serde_json::Result<ReportDocument> {
    serde_json::from_slice(content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content))
}
