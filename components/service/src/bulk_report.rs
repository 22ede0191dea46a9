//! JSON of a bulk change: an outcome and an audit event per user.

use alloc::{string::String, vec::Vec};

use onepassword_users::UserAction;
use onepassword_users_audit::Event;
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{
    audit::{self, ReportedTarget},
    bindings::{
        containment::{Outcome, Report},
        types::User,
    },
    bulk_request::BulkRequest,
    json::{self, ErrorJson, Sequence, UserJson},
    request::RequestContext,
};

/// JSON of the report of a bulk change.
///
/// Borrows from the plugin's report, and serializes one target after the other: the JSON records of a thousand users never
/// exist at the same time.
pub(crate) struct ReportJson<'a> {
    request: &'a BulkRequest,
    action: UserAction,
    context: &'a RequestContext<'a>,
    report: &'a Report,
    audited: Vec<ReportedTarget<'a>>,
}

/// JSON of the report for one target.
#[derive(Serialize)]
struct TargetReportJson<'a> {
    who: &'a str,
    outcome: &'a str,
    user: Option<UserJson<'a>>,
    previous_state: Option<&'a str>,
    error: Option<ErrorJson<'a>>,
}

impl<'a> From<ReportedTarget<'a>> for TargetReportJson<'a> {
    fn from(target: ReportedTarget<'a>) -> Self {
        let ReportedTarget { who, report } = target;
        Self {
            who,
            outcome: json::outcome_name(&report.outcome),
            user: report.user.as_ref().map(UserJson::from),
            previous_state: report.previous_state.as_ref().map(json::state_name),
            error: match &report.outcome {
                Outcome::Failed(error) => Some(error.into()),
                _ => None,
            },
        }
    }
}

/// JSON of one changed user: the user and the audit event.
#[derive(Serialize)]
pub(crate) struct ChangedUserJson<'a> {
    #[serde(flatten)]
    user: UserJson<'a>,
    warnings: &'a [String],
    audit: Vec<Event<'a>>,
}

impl<'a> ReportJson<'a> {
    pub(crate) fn new(
        request: &'a BulkRequest,
        action: UserAction,
        context: &'a RequestContext<'a>,
        report: &'a Report,
    ) -> Self {
        Self {
            request,
            action,
            context,
            report,
            audited: audit::audited_targets(request, report),
        }
    }

    /// Returns the JSON of a user whom the change left in the requested state.
    pub(crate) fn changed_user(&self, user: &'a User) -> ChangedUserJson<'a> {
        ChangedUserJson {
            user: user.into(),
            warnings: &self.report.warnings,
            audit: self.events().collect(),
        }
    }

    fn events(&self) -> impl Iterator<Item = Event<'a>> + Clone {
        let refused = self.report.refused.as_ref();
        let event =
            move |&target| audit::event(self.request, self.action, self.context, refused, target);
        self.audited.iter().map(event)
    }
}

impl Serialize for ReportJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (request, report) = (self.request, self.report);
        let outcomes = audit::reported_targets(request, report).map(TargetReportJson::from);
        let mut fields = serializer.serialize_struct("Report", 9)?;
        fields.serialize_field("operation", self.action.bulk_name())?;
        fields.serialize_field("request_id", self.context.request_id)?;
        fields.serialize_field("dry_run", &request.dry_run)?;
        fields.serialize_field("reason", &request.reason)?;
        fields.serialize_field("ticket", &request.ticket)?;
        fields.serialize_field("requests", &report.requests)?;
        fields.serialize_field("warnings", &report.warnings)?;
        fields.serialize_field("outcomes", &Sequence(outcomes))?;
        fields.serialize_field("audit", &Sequence(self.events()))?;
        fields.end()
    }
}
