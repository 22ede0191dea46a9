//! Changes, within the limits of the settings, and told with their audit.

use alloc::vec::Vec;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{
    audit::{self, Act, Event, Named},
    bindings::containment::{self, ChangeOptions, Outcome, Target},
    bulk_request::{Order, Way},
    json::{self, Each, ShownError, ShownUser},
    plugin::Plugin,
    response::{Answer, Problem},
    settings::{Settings, selector},
};

/// What became of a call.
pub(crate) struct Report<'a> {
    order: &'a Order,
    way: Way,
    act: &'a Act<'a>,
    report: &'a containment::Report,
    /// Whom there is an audit event of.
    everybody: Vec<Named<'a>>,
}

/// What became of one user.
#[derive(Serialize)]
struct ShownOutcome<'a> {
    who: &'a str,
    outcome: &'a str,
    user: Option<ShownUser<'a>>,
    previous_state: Option<&'a str>,
    error: Option<ShownError<'a>>,
}

impl<'a> From<Named<'a>> for ShownOutcome<'a> {
    fn from((who, target): Named<'a>) -> Self {
        Self {
            who,
            outcome: json::outcome(&target.outcome),
            user: target.user.as_ref().map(ShownUser::from),
            previous_state: target.previous_state.as_ref().map(json::state),
            error: match &target.outcome {
                Outcome::Failed(error) => Some(error.into()),
                _ => None,
            },
        }
    }
}

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (order, report) = (self.order, self.report);
        let names = order.users.iter().map(|who| &**who);
        let outcomes = names.zip(&report.targets).map(ShownOutcome::from);
        let mut fields = serializer.serialize_struct("Report", 8)?;
        fields.serialize_field("operation", self.way.name())?;
        fields.serialize_field("request_id", self.act.request_id)?;
        fields.serialize_field("dry_run", &order.dry_run)?;
        fields.serialize_field("reason", &order.reason)?;
        fields.serialize_field("ticket", &order.ticket)?;
        fields.serialize_field("requests", &report.requests)?;
        fields.serialize_field("outcomes", &Each(outcomes))?;
        fields.serialize_field("audit", &Each(self.events()))?;
        fields.end()
    }
}

impl<'a> Report<'a> {
    fn new(order: &'a Order, way: Way, act: &'a Act<'a>, report: &'a containment::Report) -> Self {
        Self {
            order,
            way,
            act,
            report,
            everybody: audit::everybody(order, report),
        }
    }

    /// The audit, an event for each user.
    fn events(&self) -> impl Iterator<Item = Event<'a>> + Clone {
        let refused = self.report.refused.as_ref();
        let event = move |&named| audit::event(self.order, self.way, self.act, refused, named);
        self.everybody.iter().map(event)
    }
}

/// A user who is as was asked for, and the audit of that.
#[derive(Serialize)]
struct One<'a> {
    #[serde(flatten)]
    user: ShownUser<'a>,
    audit: Vec<Event<'a>>,
}

/// The limits that the settings set to every call.
pub(crate) fn options(settings: &Settings, order: &Order) -> ChangeOptions {
    let most = order.max_changes.map_or(settings.max_changes, |most| {
        most.0.min(settings.max_changes)
    });
    ChangeOptions {
        dry_run: order.dry_run,
        max_changes: Some(most),
        protect: settings.protect.clone(),
        concurrency: None,
        stop_on_error: false,
        deadline_ms: None,
    }
}

/// Asks the plugin for a change.
pub(crate) fn call(
    plugin: &impl Plugin,
    way: Way,
    targets: &[Target],
    options: &ChangeOptions,
) -> Result<containment::Report, Problem> {
    Ok(match way {
        Way::Contain => plugin.suspend_users(targets, options),
        Way::Restore => plugin.reactivate_users(targets, options),
    }?)
}

/// Does what is asked for; says too whether that is settled for everybody, so that nobody needs to ask again.
pub(crate) fn change(
    plugin: &impl Plugin,
    settings: &Settings,
    way: Way,
    order: &Order,
    act: &Act<'_>,
) -> Result<(Answer, bool), Problem> {
    let targets: Vec<_> = order.users.iter().map(|who| target(who)).collect();
    let report = call(plugin, way, &targets, &options(settings, order))?;
    drop(targets);
    let shown = Report::new(order, way, act, &report);
    if let Some(refused) = &report.refused {
        let problem = Problem::from(refused.clone());
        return Ok((problem.into_answer(act.request_id, Some(&shown)), false));
    }
    let is_failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed(_) | Outcome::Skipped);
    let is_settled = !report
        .targets
        .iter()
        .any(|target| is_failed(&target.outcome));
    Ok((Answer::json(200, &shown), is_settled))
}

/// What became of a call for one user: the user, or why not.
pub(crate) fn one(
    order: &Order,
    way: Way,
    act: &Act<'_>,
    report: &containment::Report,
) -> Result<Answer, Problem> {
    let shown = Report::new(order, way, act, report);
    let target = report.targets.first();
    let failed = target.and_then(|target| match &target.outcome {
        Outcome::Failed(error) => Some(error),
        _ => None,
    });
    if let Some(error) = report.refused.as_ref().or(failed) {
        let problem = Problem::from(error.clone());
        return Ok(problem.into_answer(act.request_id, Some(&shown)));
    }
    let Some(user) = target.and_then(|target| target.user.as_ref()) else {
        let detail = "the plugin did not say what became of the user";
        return Err(Problem::new(502, "other", detail));
    };
    let one = One {
        user: user.into(),
        audit: shown.events().collect(),
    };
    Ok(Answer::json(200, &one))
}

pub(crate) fn target(who: &str) -> Target {
    Target {
        who: selector(who),
        expect_email: None,
    }
}
