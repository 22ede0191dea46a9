//! Results of the plugin in the form of the protocol.

use host::{
    Effect, Error, ErrorCode, Finding, Outcome, Report, TargetReport, User, UserList, UserPage,
    UserState, Verdict,
};
use onepassword_users_protocol::{self as protocol, CallResult};

/// Result of a call: its value in this form, or its error.
pub(super) fn result<T>(
    result: Result<T, Error>,
    value: impl FnOnce(T) -> CallResult,
) -> CallResult {
    result.map_or_else(|failed| CallResult::Error(error(failed)), value)
}

pub(super) fn one_user(value: User) -> CallResult {
    CallResult::User(user(value))
}

pub(super) fn page(page: UserPage) -> CallResult {
    CallResult::Page(protocol::UserPage {
        users: page.users.into_iter().map(user).collect(),
        next_page_token: page.next_page_token,
    })
}

pub(super) fn list(list: UserList) -> CallResult {
    CallResult::List(protocol::UserList {
        users: list.users.into_iter().map(user).collect(),
        complete: list.complete,
    })
}

pub(super) fn report(report: Report) -> CallResult {
    CallResult::Report(protocol::Report {
        targets: report.targets.into_iter().map(target).collect(),
        refused: report.refused.map(error),
        requests: report.requests,
        warnings: report.warnings,
    })
}

pub(super) fn findings(findings: Vec<Finding>) -> CallResult {
    let findings = findings.into_iter().map(|finding| protocol::Finding {
        check: finding.check,
        verdict: match finding.verdict {
            Verdict::Passed => protocol::Verdict::Passed,
            Verdict::Failed => protocol::Verdict::Failed,
            Verdict::Unknown => protocol::Verdict::Unknown,
        },
        detail: finding.detail,
    });
    CallResult::Findings(findings.collect())
}

pub(super) fn revoked((): ()) -> CallResult {
    CallResult::Revoked(protocol::NoArguments {})
}

pub(super) fn target(report: TargetReport) -> protocol::TargetReport {
    let (outcome, failed) = match report.outcome {
        Outcome::Changed => (protocol::OutcomeName::Changed, None),
        Outcome::Unchanged => (protocol::OutcomeName::Unchanged, None),
        Outcome::WouldChange => (protocol::OutcomeName::WouldChange, None),
        Outcome::Failed(failed) => (protocol::OutcomeName::Failed, Some(error(failed))),
        Outcome::Skipped => (protocol::OutcomeName::Skipped, None),
    };
    protocol::TargetReport {
        outcome,
        error: failed,
        user: report.user.map(user),
        previous_state: report.previous_state.map(state),
    }
}

fn user(user: User) -> protocol::User {
    protocol::User {
        id: user.id,
        email: user.email,
        display_name: user.display_name,
        state: state(user.state),
        create_time: user.create_time,
        path: user.path,
    }
}

fn state(state: UserState) -> protocol::UserState {
    match state {
        UserState::Active => protocol::UserState::Active,
        UserState::Suspended => protocol::UserState::Suspended,
        UserState::Unspecified => protocol::UserState::Unspecified,
        UserState::Other(other) => protocol::UserState::Other(other),
    }
}

fn error(error: Error) -> protocol::Error {
    protocol::Error {
        code: code(error.code),
        message: error.message,
        hint: error.hint,
        effect: match error.effect {
            Effect::NotApplied => protocol::Effect::NotApplied,
            Effect::PossiblyApplied => protocol::Effect::PossiblyApplied,
        },
        retryable: error.retryable,
        retry_after_ms: error.retry_after_ms,
        status: error.status,
        api_code: error.api_code,
        api_message: error.api_message,
        candidates: error.candidates,
        requests: error.requests,
    }
}

fn code(code: ErrorCode) -> protocol::ErrorCode {
    match code {
        ErrorCode::InvalidArgument => protocol::ErrorCode::InvalidArgument,
        ErrorCode::NotConfigured => protocol::ErrorCode::NotConfigured,
        ErrorCode::Unauthenticated => protocol::ErrorCode::Unauthenticated,
        ErrorCode::PermissionDenied => protocol::ErrorCode::PermissionDenied,
        ErrorCode::LastOwner => protocol::ErrorCode::LastOwner,
        ErrorCode::ExternallyManaged => protocol::ErrorCode::ExternallyManaged,
        ErrorCode::NotFound => protocol::ErrorCode::NotFound,
        ErrorCode::Ambiguous => protocol::ErrorCode::Ambiguous,
        ErrorCode::Protected => protocol::ErrorCode::Protected,
        ErrorCode::PreconditionFailed => protocol::ErrorCode::PreconditionFailed,
        ErrorCode::RateLimited => protocol::ErrorCode::RateLimited,
        ErrorCode::Unavailable => protocol::ErrorCode::Unavailable,
        ErrorCode::TimedOut => protocol::ErrorCode::TimedOut,
        ErrorCode::ConnectionFailed => protocol::ErrorCode::ConnectionFailed,
        ErrorCode::MalformedResponse => protocol::ErrorCode::MalformedResponse,
        ErrorCode::Other => protocol::ErrorCode::Other,
    }
}
