//! Audit events of a change, one per user: the form is that of the crate `onepassword-users-audit`.

use alloc::vec::Vec;

use onepassword_users::UserAction;
use onepassword_users_audit::{Activity, Actor, Change, Error as AuditError, Event, User};

use crate::{
    bindings::{
        containment::{Outcome, Report, Selector, TargetReport},
        types::{Effect, Error},
    },
    bulk_request::BulkRequest,
    json,
    request::RequestContext,
    text::parse_selector,
};

/// A target of a change, with its report.
#[derive(Clone, Copy)]
pub(crate) struct ReportedTarget<'a> {
    /// Id or e-mail address, as in the request.
    pub(crate) who: &'a str,
    pub(crate) report: &'a TargetReport,
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
) -> impl Iterator<Item = ReportedTarget<'a>> {
    let names = request.users.iter();
    names
        .zip(&report.targets)
        .map(|(who, report)| ReportedTarget { who, report })
}

/// Makes the event of one target. `refused` is the error that refused the whole call.
pub(crate) fn event<'a>(
    request: &'a BulkRequest,
    action: UserAction,
    context: &'a RequestContext,
    refused: Option<&'a Error>,
    target: ReportedTarget<'a>,
) -> Event<'a> {
    let ReportedTarget { who, report } = target;
    let error = match &report.outcome {
        Outcome::Failed(error) => Some(error),
        Outcome::WouldChange => refused,
        _ => None,
    };
    Event::from(&Change {
        activity: match action {
            UserAction::Suspend => Activity::Disable,
            UserAction::Reactivate => Activity::Enable,
        },
        product: "onepassword-users-service",
        actor: Actor {
            app_name: Some(&context.caller),
            ..Actor::default()
        },
        correlation_id: &context.correlation_id,
        caller_request_id: context.chosen_id(),
        account_id: account_id(report),
        time_ms: context.time_ms,
        user: audited_user(who, report),
        outcome: json::outcome_name(&report.outcome),
        is_changed: matches!(report.outcome, Outcome::Changed),
        error: error.map(|error| AuditError {
            code: json::code_name(error.code),
            message: &error.message,
            effect: json::effect_name(error.effect),
            is_possibly_applied: error.effect == Effect::PossiblyApplied,
        }),
        previous_state: report.previous_state.as_ref().map(json::state_name),
        is_interrupted: false,
        reason: request.reason.as_deref(),
        ticket: request.ticket.as_deref(),
    })
}

/// Returns the account id from the user's resource name: the setting that holds it is hidden from this component.
fn account_id(report: &TargetReport) -> Option<&str> {
    let path = report.user.as_ref()?.path.strip_prefix("accounts/")?;
    path.split_once('/').map(|(account, _)| account)
}

/// The user of a target. One who was not seen is known by the name in the request.
fn audited_user<'a>(who: &'a str, report: &'a TargetReport) -> User<'a> {
    let Some(user) = &report.user else {
        return match parse_selector(who) {
            Selector::Id(_) => User {
                id: Some(who),
                ..User::default()
            },
            Selector::Email(_) => User {
                email: Some(who),
                ..User::default()
            },
        };
    };
    let non_empty = |text: &'a str| Some(text).filter(|text| !text.is_empty());
    User {
        id: Some(&user.id),
        email: non_empty(&user.email),
        name: non_empty(&user.display_name),
    }
}
