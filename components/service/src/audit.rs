//! The audit of a change: events of the Open Cybersecurity Schema Framework, class Account Change (3001), as version 1.8.0 has
//! it. One for each user, of the same shape as the lines that `op-users contain --audit` writes.

use alloc::vec::Vec;

use serde::Serialize;

use crate::{
    bindings::{
        containment::{Outcome, Report, Selector, TargetReport},
        types::{Effect, Error},
    },
    bulk_request::{Order, Way},
    json,
    settings::selector,
};

/// Who asked, in which request, and when.
#[derive(Debug)]
pub(crate) struct Act<'a> {
    pub caller: &'a str,
    pub request_id: &'a str,
    /// Milliseconds since 1970.
    pub time_ms: u64,
}

/// An event.
#[derive(Serialize)]
pub(crate) struct Event<'a> {
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
    user: Person<'a>,
}

/// Whose key or signature it was.
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

/// The user, as far as they are known. Their user name is the e-mail address: they sign in with it.
#[derive(Default, Serialize)]
struct Person<'a> {
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
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'a str>,
}

/// A target, and what it was named by.
pub(crate) type Named<'a> = (&'a str, &'a TargetReport);

/// Whom there is an event of: each user once. Of several targets that are the same user it is the one that was changed, or
/// else the first. A dry run is no event.
pub(crate) fn everybody<'a>(order: &'a Order, report: &'a Report) -> Vec<Named<'a>> {
    if order.dry_run {
        return Vec::new();
    }
    let names = order.users.iter().map(|who| &**who);
    let mut everybody: Vec<_> = names.zip(&report.targets).enumerate().collect();
    let id = |(who, target): Named<'a>| target.user.as_ref().map_or(who, |user| &user.id);
    everybody.sort_unstable_by_key(|&(place, named)| {
        let is_changed = matches!(named.1.outcome, Outcome::Changed);
        (id(named), !is_changed, place)
    });
    everybody.dedup_by_key(|&mut (_, named)| id(named));
    everybody.sort_unstable_by_key(|&(place, _)| place);
    everybody.into_iter().map(|(_, named)| named).collect()
}

/// The event of one of them.
pub(crate) fn event<'a>(
    order: &'a Order,
    way: Way,
    act: &Act<'a>,
    refused: Option<&'a Error>,
    (who, target): Named<'a>,
) -> Event<'a> {
    const CLASS: u32 = 3001;
    let (activity_id, activity_name) = match way {
        Way::Contain => (5, "Disable"),
        Way::Restore => (2, "Enable"),
    };
    let outcome = json::outcome(&target.outcome);
    let error = match &target.outcome {
        Outcome::Failed(error) => Some(error),
        Outcome::WouldChange => refused,
        _ => None,
    };
    let (status_id, status) = match (&target.outcome, error) {
        (Outcome::Changed, _) => (1, "Success"),
        // An answer that settles nothing: the change may have been made.
        (_, Some(error)) if error.effect == Effect::PossiblyApplied => (0, "Unknown"),
        (_, Some(_)) => (2, "Failure"),
        (_, None) => (99, outcome),
    };
    Event {
        activity_id,
        activity_name,
        actor: Actor {
            app_name: act.caller,
        },
        category_uid: 3,
        class_uid: CLASS,
        metadata: Metadata {
            correlation_uid: act.request_id,
            product: Product {
                name: "onepassword-users-service",
                vendor_name: "onepassword-users",
                version: env!("CARGO_PKG_VERSION"),
            },
            tenant_uid: account_of(target),
            version: "1.8.0",
        },
        severity_id: 1,
        status,
        status_code: error.map(|error| json::code(error.code)),
        status_detail: error.map(|error| &*error.message),
        status_id,
        time: act.time_ms,
        type_uid: CLASS.saturating_mul(100).saturating_add(activity_id),
        unmapped: Unmapped {
            effect: error.map(json::effect),
            outcome,
            reason: order.reason.as_deref(),
            previous_state: target.previous_state.as_ref().map(json::state),
            ticket: order.ticket.as_deref(),
        },
        user: person(who, target),
    }
}

/// The account's id. The settings that have it are not for this component: the path of a user has it too.
fn account_of(target: &TargetReport) -> Option<&str> {
    let path = target.user.as_ref()?.path.strip_prefix("accounts/")?;
    path.split_once('/').map(|(account, _)| account)
}

fn person<'a>(who: &'a str, target: &'a TargetReport) -> Person<'a> {
    let Some(user) = &target.user else {
        return match selector(who) {
            Selector::Id(_) => Person {
                uid: Some(who),
                ..Person::default()
            },
            Selector::Email(_) => Person {
                email_addr: Some(who),
                name: Some(who),
                ..Person::default()
            },
        };
    };
    let known = |text: &'a str| Some(text).filter(|text| !text.is_empty());
    Person {
        display_name: known(&user.display_name),
        email_addr: known(&user.email),
        name: known(&user.email),
        uid: Some(&user.id),
    }
}
