//! Conversions between the messages' types and the contract's.

use onepassword_users_protocol as protocol;

use crate::bindings::{
    connection::{Finding, Verdict},
    containment::{ChangeOptions, Outcome, Report, Selector, Target, TargetReport, UserList},
    types::{Effect, Error, ErrorCode, StateFilter, User, UserState},
    users::{ListOptions, UserPage},
};

pub(super) const fn filter(filter: StateFilter) -> protocol::StateFilter {
    match filter {
        StateFilter::Active => protocol::StateFilter::Active,
        StateFilter::Suspended => protocol::StateFilter::Suspended,
    }
}

pub(super) fn list_options(options: &ListOptions) -> protocol::ListUsers {
    protocol::ListUsers {
        filter: options.filter.map(filter),
        max_page_size: options.max_page_size,
        page_token: options.page_token.clone(),
    }
}

fn selector(selector: &Selector) -> protocol::Selector {
    match selector {
        Selector::Id(id) => protocol::Selector::Id(id.clone()),
        Selector::Email(email) => protocol::Selector::Email(email.clone()),
    }
}

pub(super) fn target(target: &Target) -> protocol::Target {
    protocol::Target {
        who: selector(&target.who),
        expect_email: target.expect_email.clone(),
    }
}

pub(super) fn change_options(options: &ChangeOptions) -> protocol::ChangeOptions {
    protocol::ChangeOptions {
        dry_run: options.dry_run,
        max_changes: options.max_changes,
        protect: options.protect.iter().map(selector).collect(),
        concurrency: options.concurrency,
        stop_on_error: options.stop_on_error,
        deadline_ms: options.deadline_ms,
    }
}

pub(super) fn user(user: protocol::User) -> User {
    User {
        id: user.id,
        email: user.email,
        display_name: user.display_name,
        state: user_state(user.state),
        create_time: user.create_time,
        path: user.path,
    }
}

fn user_state(state: protocol::UserState) -> UserState {
    match state {
        protocol::UserState::Active => UserState::Active,
        protocol::UserState::Suspended => UserState::Suspended,
        protocol::UserState::Unspecified => UserState::Unspecified,
        protocol::UserState::Other(state) => UserState::Other(state),
    }
}

fn users(users: Vec<protocol::User>) -> Vec<User> {
    users.into_iter().map(user).collect()
}

pub(super) fn page(page: protocol::UserPage) -> UserPage {
    UserPage {
        users: users(page.users),
        next_page_token: page.next_page_token,
    }
}

pub(super) fn list(list: protocol::UserList) -> UserList {
    UserList {
        users: users(list.users),
        complete: list.complete,
    }
}

pub(super) fn report(report: protocol::Report) -> Report {
    Report {
        targets: report.targets.into_iter().map(target_report).collect(),
        refused: report.refused.map(error),
        requests: report.requests,
        warnings: report.warnings,
    }
}

pub(super) fn target_report(report: protocol::TargetReport) -> TargetReport {
    TargetReport {
        outcome: match (report.outcome, report.error) {
            (protocol::OutcomeName::Changed, _) => Outcome::Changed,
            (protocol::OutcomeName::Unchanged, _) => Outcome::Unchanged,
            (protocol::OutcomeName::WouldChange, _) => Outcome::WouldChange,
            (protocol::OutcomeName::Skipped, _) => Outcome::Skipped,
            (protocol::OutcomeName::Failed, Some(cause)) => Outcome::Failed(error(cause)),
            (protocol::OutcomeName::Failed, None) => Outcome::Failed(without_cause()),
        },
        user: report.user.map(user),
        previous_state: report.previous_state.map(user_state),
    }
}

/// Error of a failed target without one, which the module does not return.
fn without_cause() -> Error {
    Error {
        code: ErrorCode::Other,
        message: "the module told no cause".to_owned(),
        hint: None,
        effect: Effect::PossiblyApplied,
        retryable: false,
        retry_after_ms: None,
        status: None,
        api_code: None,
        api_message: None,
        candidates: Vec::new(),
        requests: 0,
    }
}

pub(super) fn findings(findings: Vec<protocol::Finding>) -> Vec<Finding> {
    let finding = |finding: protocol::Finding| Finding {
        check: finding.check,
        verdict: match finding.verdict {
            protocol::Verdict::Passed => Verdict::Passed,
            protocol::Verdict::Failed => Verdict::Failed,
            protocol::Verdict::Unknown => Verdict::Unknown,
        },
        detail: finding.detail,
    };
    findings.into_iter().map(finding).collect()
}

pub(super) fn error(error: protocol::Error) -> Error {
    Error {
        code: error_code(error.code),
        message: error.message,
        hint: error.hint,
        effect: match error.effect {
            protocol::Effect::NotApplied => Effect::NotApplied,
            protocol::Effect::PossiblyApplied => Effect::PossiblyApplied,
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

const fn error_code(code: protocol::ErrorCode) -> ErrorCode {
    use ErrorCode as To;
    use protocol::ErrorCode as From;

    match code {
        From::InvalidArgument => To::InvalidArgument,
        From::NotConfigured => To::NotConfigured,
        From::Unauthenticated => To::Unauthenticated,
        From::PermissionDenied => To::PermissionDenied,
        From::LastOwner => To::LastOwner,
        From::ExternallyManaged => To::ExternallyManaged,
        From::NotFound => To::NotFound,
        From::Ambiguous => To::Ambiguous,
        From::Protected => To::Protected,
        From::PreconditionFailed => To::PreconditionFailed,
        From::RateLimited => To::RateLimited,
        From::Unavailable => To::Unavailable,
        From::TimedOut => To::TimedOut,
        From::ConnectionFailed => To::ConnectionFailed,
        From::MalformedResponse => To::MalformedResponse,
        From::Other => To::Other,
    }
}
