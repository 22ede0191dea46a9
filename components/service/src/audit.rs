//! Audit events of a change: class Account Change (3001) of the Open Cybersecurity Schema Framework (OCSF), version 1.8.0.
//!
//! One event per user, in the same form as the lines that `op-users contain --audit` writes.

use alloc::vec::Vec;

use serde::Serialize;

use crate::{
    bindings::{
        containment::{Outcome, Report, Selector, TargetReport},
        types::{Effect, Error},
    },
    bulk_request::{BulkRequest, UserAction},
    json,
    request::RequestContext,
    text::parse_selector,
};

/// Class "Account Change".
const CLASS: u32 = 3001;

/// A target of a change, with its report.
#[derive(Clone, Copy)]
pub(crate) struct ReportedTarget<'a> {
    /// Id or e-mail address, as in the request.
    pub(crate) who: &'a str,
    pub(crate) report: &'a TargetReport,
}

/// An audit event.
#[derive(Serialize)]
pub(crate) struct AuditEvent<'a> {
    activity_id: u32,
    activity_name: &'a str,
    actor: Actor<'a>,
    category_uid: u32,
    class_uid: u32,
    metadata: Metadata<'a>,
    severity_id: u32,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_detail: Option<&'a str>,
    status_id: u32,
    time: u64,
    type_uid: u32,
    unmapped: Unmapped<'a>,
    user: AuditUser<'a>,
}

/// API key or webhook secret that the request was authenticated with.
#[derive(Serialize)]
struct Actor<'a> {
    app_name: &'a str,
}

#[derive(Serialize)]
struct Metadata<'a> {
    correlation_uid: &'a str,
    product: Product<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_uid: Option<&'a str>,
    version: &'a str,
}

#[derive(Serialize)]
struct Product<'a> {
    name: &'a str,
    vendor_name: &'a str,
    version: &'a str,
}

/// The user, as far as known. The e-mail address is the user name, too: users sign in with it.
#[derive(Default, Serialize)]
struct AuditUser<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_addr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
}

#[derive(Serialize)]
struct Unmapped<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<&'a str>,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'a str>,
}

/// Returns the targets to write an event for: every user once. Of several targets that are the same user, the one that was
/// changed, or else the first. None for a dry run.
pub(crate) fn audited_targets<'a>(
    request: &'a BulkRequest,
    report: &'a Report,
) -> Vec<ReportedTarget<'a>> {
    if request.dry_run {
        return Vec::new();
    }
    let mut targets: Vec<_> = reported_targets(request, report).enumerate().collect();
    let user_id = |target: ReportedTarget<'a>| {
        target
            .report
            .user
            .as_ref()
            .map_or(target.who, |user| &user.id)
    };
    targets.sort_unstable_by_key(|&(index, target)| {
        let is_changed = matches!(target.report.outcome, Outcome::Changed);
        (user_id(target), !is_changed, index)
    });
    targets.dedup_by_key(|&mut (_, target)| user_id(target));
    targets.sort_unstable_by_key(|&(index, _)| index);
    targets.into_iter().map(|(_, target)| target).collect()
}

/// Returns the targets of a request, each with its report.
pub(crate) fn reported_targets<'a>(
    request: &'a BulkRequest,
    report: &'a Report,
) -> impl Iterator<Item = ReportedTarget<'a>> + Clone {
    let names = request.users.iter();
    names
        .zip(&report.targets)
        .map(|(who, report)| ReportedTarget { who, report })
}

/// Makes the event of one target. `refused` is the error that refused the whole call.
pub(crate) fn event<'a>(
    request: &'a BulkRequest,
    action: UserAction,
    context: &'a RequestContext<'a>,
    refused: Option<&'a Error>,
    target: ReportedTarget<'a>,
) -> AuditEvent<'a> {
    let ReportedTarget { who, report } = target;
    let (activity_id, activity_name) = match action {
        UserAction::Suspend => (5, "Disable"),
        UserAction::Reactivate => (2, "Enable"),
    };
    let outcome = json::outcome_name(&report.outcome);
    let error = match &report.outcome {
        Outcome::Failed(error) => Some(error),
        Outcome::WouldChange => refused,
        _ => None,
    };
    let (status_id, status) = match (&report.outcome, error) {
        (Outcome::Changed, _) => (1, "Success"),
        (_, Some(error)) if error.effect == Effect::PossiblyApplied => (0, "Unknown"),
        (_, Some(_)) => (2, "Failure"),
        // 99 is "Other": the status is a word of the source.
        (_, None) => (99, outcome),
    };
    AuditEvent {
        activity_id,
        activity_name,
        actor: Actor {
            app_name: context.caller,
        },
        category_uid: 3,
        class_uid: CLASS,
        metadata: Metadata {
            correlation_uid: context.request_id,
            product: Product {
                name: "onepassword-users-service",
                vendor_name: "onepassword-users",
                version: env!("CARGO_PKG_VERSION"),
            },
            tenant_uid: account_id(report),
            version: "1.8.0",
        },
        severity_id: 1,
        status,
        status_code: error.map(|error| json::code_name(error.code)),
        status_detail: error.map(|error| &*error.message),
        status_id,
        time: context.time_ms,
        type_uid: CLASS.saturating_mul(100).saturating_add(activity_id),
        unmapped: Unmapped {
            effect: error.map(|error| json::effect_name(error.effect)),
            outcome,
            reason: request.reason.as_deref(),
            previous_state: report.previous_state.as_ref().map(json::state_name),
            ticket: request.ticket.as_deref(),
        },
        user: audit_user(who, report),
    }
}

/// Returns the account id from the user's resource name: the setting that holds it is hidden from this component.
fn account_id(report: &TargetReport) -> Option<&str> {
    let path = report.user.as_ref()?.path.strip_prefix("accounts/")?;
    path.split_once('/').map(|(account, _)| account)
}

fn audit_user<'a>(who: &'a str, report: &'a TargetReport) -> AuditUser<'a> {
    let Some(user) = &report.user else {
        return match parse_selector(who) {
            Selector::Id(_) => AuditUser {
                uid: Some(who),
                ..AuditUser::default()
            },
            Selector::Email(_) => AuditUser {
                email_addr: Some(who),
                name: Some(who),
                ..AuditUser::default()
            },
        };
    };
    let non_empty = |text: &'a str| Some(text).filter(|text| !text.is_empty());
    AuditUser {
        display_name: non_empty(&user.display_name),
        email_addr: non_empty(&user.email),
        name: non_empty(&user.email),
        uid: Some(&user.id),
    }
}
