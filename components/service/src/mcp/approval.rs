//! Approval by a person, whom the client asks if it can (revision 2026-07-28, Elicitation). It is asked in addition to the plan, never
//! in place of it.

use alloc::{format, string::String};

use onepassword_users::UserAction;
use subtle::ConstantTimeEq;

use super::{
    arguments::CallParams,
    message::RpcError,
    plan::{Plan, Purpose, Signer},
    tool_result::{TextWriter, write_outcome_lines},
};
use crate::{api_key::ApiKey, bindings::containment::Report, bulk_request::BulkRequest, json};

/// Name of the question.
const QUESTION: &str = "approval";

/// Answer of the person.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Approval {
    /// Not asked yet, or not answered.
    Missing,
    Granted,
    Declined,
}

impl Approval {
    /// Reads the answer for a plan.
    ///
    /// # Errors
    ///
    /// The state that came with the question is missing, was changed, or belongs to another plan.
    pub(super) fn read(
        params: &CallParams<'_>,
        key: &ApiKey,
        plan: &Plan,
    ) -> Result<Self, RpcError> {
        let Some(state) = &params.state else {
            return Ok(Self::Missing);
        };
        let expected = state_of(key, plan).unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(expected.as_bytes())) || expected.is_empty() {
            return Err(RpcError::invalid_params(
                "Invalid params: `requestState` does not belong to this call; nothing was changed",
            ));
        }
        let answer = params.answers.as_ref();
        let Some(answer) = answer.and_then(|answers| answers.object(QUESTION).ok().flatten())
        else {
            return Ok(Self::Missing);
        };
        let action = answer.text("action").ok().flatten().unwrap_or_default();
        let form = answer.object("content").ok().flatten();
        let approve = form.and_then(|form| form.json("approve"));
        Ok(match (action.as_str(), approve) {
            ("accept", Some("true")) => Self::Granted,
            ("accept", Some("false")) | ("decline" | "cancel", _) => Self::Declined,
            _ => Self::Missing,
        })
    }
}

/// The state that goes with the question about a plan, and comes back with the answer.
fn state_of(key: &ApiKey, plan: &Plan) -> Option<String> {
    let mut signer = Signer::new(key, Purpose::Approval)?;
    signer.add(plan.digest().as_bytes());
    let signature = signer.finish();
    Some(signature.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Makes the result that asks the client's person about a plan, as JSON.
pub(super) fn question(
    key: &ApiKey,
    plan: &Plan,
    action: UserAction,
    request: &BulkRequest,
    report: &Report,
) -> String {
    let (verb, consequence) = match action {
        UserAction::Suspend => ("Suspend", "They lose their access to 1Password."),
        UserAction::Reactivate => ("Reactivate", "They get their access to 1Password back."),
    };
    let mut message = String::new();
    let mut write = |piece: &str| message.push_str(piece);
    let mut text = TextWriter::plain(&mut write);
    text.line(&format!("{verb} these 1Password users? {consequence}"));
    write_outcome_lines(request, report, &mut text);
    for (name, note) in [("Reason", &request.reason), ("Ticket", &request.ticket)] {
        if let Some(note) = note {
            text.line(&format!("{name}, as the caller gave it: {note}"));
        }
    }
    let (message, title) = (
        json::to_string(&message),
        json::to_string(&format!("{verb} them")),
    );
    let state = state_of(key, plan).unwrap_or_default();
    format!(
        "{{\"resultType\":\"input_required\",\"inputRequests\":{{\"{QUESTION}\":{{\"method\":\"elicitation/create\",\"params\":{{\"mode\":\"form\",\"message\":{message},\"requestedSchema\":{{\"type\":\"object\",\"properties\":{{\"approve\":{{\"type\":\"boolean\",\"title\":{title}}}}},\"required\":[\"approve\"]}}}}}}}},\"requestState\":\"{state}\"}}"
    )
}
