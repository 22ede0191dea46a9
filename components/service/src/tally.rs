//! Tally of a bulk change: the outcomes that are as asked, those that are not, and the HTTP status that follows.

use onepassword_users_audit::{OutcomeClass, Summary};

use crate::{
    bindings::{
        containment::{Outcome, Selector, TargetReport},
        types::{Effect, Error, ErrorCode},
    },
    json,
    problem::http_status,
    text::parse_selector,
};

/// Status of a response if some users are as asked and others are not (Multi-Status, RFC 4918, section 11.1).
const MULTI_STATUS: u16 = 207;

/// Status and error code of a failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct FailureStatus {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
}

/// Outcomes of the users of one request, or of the deliveries of one webhook.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tally {
    pub(crate) summary: Summary,
    /// True if an outcome is as asked.
    has_success: bool,
    /// Failure with the largest status. None if every outcome is as asked.
    failure: Option<FailureStatus>,
}

impl Tally {
    /// Counts one outcome.
    pub(crate) fn add(&mut self, who: &str, target: &TargetReport, is_dry_run: bool) {
        self.summary.extend([class_of(&target.outcome)]);
        let failure = match &target.outcome {
            Outcome::Changed | Outcome::Unchanged => None,
            Outcome::WouldChange if is_dry_run => None,
            // The call was refused, which is a problem of its own, or it ended early.
            Outcome::WouldChange | Outcome::Skipped => Some(FailureStatus {
                status: http_status(ErrorCode::Unavailable),
                code: json::code_name(ErrorCode::Unavailable),
            }),
            Outcome::Failed(error) => Some(FailureStatus {
                status: target_status(who, error),
                code: json::code_name(error.code),
            }),
        };
        match failure {
            None => self.has_success = true,
            Some(failure) => {
                let is_larger = |known: FailureStatus| known.status < failure.status;
                if self.failure.is_none_or(is_larger) {
                    self.failure = Some(failure);
                }
            }
        }
    }

    /// Returns the failure that the response is a problem about. None if an outcome is as asked.
    pub(crate) fn problem(&self) -> Option<FailureStatus> {
        self.failure.filter(|_| !self.has_success)
    }

    /// Returns the status of a response: 200 if every outcome is as asked, 207 if some are, and otherwise that of the failure.
    pub(crate) fn status(&self) -> u16 {
        match self.failure {
            None => 200,
            Some(_) if self.has_success => MULTI_STATUS,
            Some(failure) => failure.status,
        }
    }
}

/// Returns the HTTP status for the error of one target.
pub(crate) fn target_status(who: &str, error: &Error) -> u16 {
    // A 404 of the list, which an address is looked up in, means the account: a setting of the service, not the caller's mistake.
    let is_account = error.code == ErrorCode::NotFound
        && error.status.is_some()
        && matches!(parse_selector(who), Selector::Email(_));
    if is_account {
        502
    } else {
        http_status(error.code)
    }
}

/// Returns the class that an outcome is counted in.
pub(crate) fn class_of(outcome: &Outcome) -> OutcomeClass {
    match outcome {
        Outcome::Changed => OutcomeClass::Changed,
        Outcome::Unchanged => OutcomeClass::Unchanged,
        Outcome::WouldChange => OutcomeClass::WouldChange,
        Outcome::Skipped => OutcomeClass::Skipped,
        Outcome::Failed(error) => OutcomeClass::of_failure(
            error.effect == Effect::PossiblyApplied,
            error.code == ErrorCode::Protected,
        ),
    }
}
