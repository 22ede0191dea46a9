//! Conversions between the contract's types and the client's.

use alloc::borrow::ToOwned;

use onepassword_users::{
    ChangeOptions, Effect, Error, ErrorCode, Finding, ListOptions, Outcome, Report, Selector,
    StateFilter, Target, TargetReport, User, UserList, UserPage, UserState, Verdict,
    platform::Duration,
};

use crate::bindings::exports::onepassword::users::{connection, containment, types, users};

impl From<users::ListOptions> for ListOptions {
    fn from(options: users::ListOptions) -> Self {
        Self {
            filter: options.filter.map(Into::into),
            max_page_size: options.max_page_size,
            page_token: options.page_token,
        }
    }
}

impl From<types::StateFilter> for StateFilter {
    fn from(filter: types::StateFilter) -> Self {
        match filter {
            types::StateFilter::Active => Self::Active,
            types::StateFilter::Suspended => Self::Suspended,
        }
    }
}

impl From<containment::Selector> for Selector {
    fn from(who: containment::Selector) -> Self {
        match who {
            containment::Selector::Id(id) => Self::Id(id),
            containment::Selector::Email(email) => Self::Email(email),
        }
    }
}

impl From<containment::Target> for Target {
    fn from(target: containment::Target) -> Self {
        Self {
            who: target.who.into(),
            expect_email: target.expect_email,
        }
    }
}

impl From<containment::ChangeOptions> for ChangeOptions {
    fn from(options: containment::ChangeOptions) -> Self {
        Self {
            dry_run: options.dry_run,
            max_changes: options.max_changes,
            protect: options.protect.into_iter().map(Into::into).collect(),
            concurrency: options.concurrency,
            stop_on_error: options.stop_on_error,
            deadline_ms: options.deadline_ms,
        }
    }
}

impl From<UserList> for containment::UserList {
    fn from(list: UserList) -> Self {
        Self {
            users: list.users.into_iter().map(Into::into).collect(),
            complete: list.complete,
        }
    }
}

impl From<Report> for containment::Report {
    fn from(report: Report) -> Self {
        Self {
            targets: report.targets.into_iter().map(Into::into).collect(),
            refused: report.refused.map(Into::into),
            requests: report.requests,
            warnings: report.warnings,
        }
    }
}

impl From<TargetReport> for containment::TargetReport {
    fn from(report: TargetReport) -> Self {
        Self {
            outcome: match report.outcome {
                Outcome::Changed => containment::Outcome::Changed,
                Outcome::Unchanged => containment::Outcome::Unchanged,
                Outcome::WouldChange => containment::Outcome::WouldChange,
                Outcome::Failed(error) => containment::Outcome::Failed(error.into()),
                Outcome::Skipped => containment::Outcome::Skipped,
            },
            user: report.user.map(Into::into),
            previous_state: report.previous_state.map(Into::into),
        }
    }
}

impl From<UserState> for types::UserState {
    fn from(state: UserState) -> Self {
        match state {
            UserState::Active => Self::Active,
            UserState::Suspended => Self::Suspended,
            UserState::Unspecified => Self::Unspecified,
            UserState::Other(state) => Self::Other(state),
        }
    }
}

impl From<UserPage> for users::UserPage {
    fn from(page: UserPage) -> Self {
        Self {
            users: page.users.into_iter().map(Into::into).collect(),
            next_page_token: page.next_page_token,
        }
    }
}

impl From<User> for types::User {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email,
            display_name: user.display_name,
            state: user.state.into(),
            create_time: user.create_time,
            path: user.path,
        }
    }
}

impl From<Finding> for connection::Finding {
    fn from(finding: Finding) -> Self {
        Self {
            check: finding.check.to_owned(),
            verdict: match finding.verdict {
                Verdict::Passed => connection::Verdict::Passed,
                Verdict::Failed => connection::Verdict::Failed,
                Verdict::Unknown => connection::Verdict::Unknown,
            },
            detail: finding.detail,
        }
    }
}

impl From<Error> for types::Error {
    fn from(error: Error) -> Self {
        Self {
            code: match error.code {
                ErrorCode::InvalidArgument => types::ErrorCode::InvalidArgument,
                ErrorCode::NotConfigured => types::ErrorCode::NotConfigured,
                ErrorCode::Unauthenticated => types::ErrorCode::Unauthenticated,
                ErrorCode::PermissionDenied => types::ErrorCode::PermissionDenied,
                ErrorCode::LastOwner => types::ErrorCode::LastOwner,
                ErrorCode::ExternallyManaged => types::ErrorCode::ExternallyManaged,
                ErrorCode::NotFound => types::ErrorCode::NotFound,
                ErrorCode::Ambiguous => types::ErrorCode::Ambiguous,
                ErrorCode::Protected => types::ErrorCode::Protected,
                ErrorCode::PreconditionFailed => types::ErrorCode::PreconditionFailed,
                ErrorCode::RateLimited => types::ErrorCode::RateLimited,
                ErrorCode::Unavailable => types::ErrorCode::Unavailable,
                ErrorCode::TimedOut => types::ErrorCode::TimedOut,
                ErrorCode::ConnectionFailed => types::ErrorCode::ConnectionFailed,
                ErrorCode::MalformedResponse => types::ErrorCode::MalformedResponse,
                ErrorCode::Other => types::ErrorCode::Other,
            },
            message: error.message,
            hint: error.hint.map(ToOwned::to_owned),
            effect: match error.effect {
                Effect::NotApplied => types::Effect::NotApplied,
                Effect::PossiblyApplied => types::Effect::PossiblyApplied,
            },
            retryable: error.code.is_retryable(),
            retry_after_ms: error.retry_after.map(Duration::as_millis),
            status: error.status,
            api_code: error.api_code,
            api_message: error.api_message,
            candidates: error.candidates,
            requests: error.requests,
        }
    }
}
