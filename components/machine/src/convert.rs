//! Conversions between the messages' types and the client's.

use alloc::{string::String, vec::Vec};

use onepassword_users as client;
use onepassword_users::{
    Secret,
    platform::{Duration, Purpose, SendErrorKind},
    settings::{self, RawSettings},
};
use onepassword_users_protocol as protocol;

pub(crate) const fn purpose(purpose: Purpose) -> protocol::Purpose {
    match purpose {
        Purpose::Token => protocol::Purpose::Token,
        Purpose::Revoke => protocol::Purpose::Revoke,
        Purpose::List => protocol::Purpose::List,
        Purpose::Get => protocol::Purpose::Get,
        Purpose::Suspend => protocol::Purpose::Suspend,
        Purpose::Reactivate => protocol::Purpose::Reactivate,
    }
}

pub(crate) const fn failure_kind(kind: protocol::FailureKind) -> SendErrorKind {
    match kind {
        protocol::FailureKind::Denied => SendErrorKind::Denied,
        protocol::FailureKind::Connection => SendErrorKind::Connection,
        protocol::FailureKind::TimedOut => SendErrorKind::TimedOut,
        protocol::FailureKind::TooLarge => SendErrorKind::TooLarge,
        protocol::FailureKind::Malformed => SendErrorKind::Malformed,
    }
}

pub(crate) fn raw_settings(settings: protocol::Settings) -> RawSettings {
    RawSettings {
        account_id: settings.account_id,
        credentials: match settings.credentials {
            protocol::Credentials::Client(client) => settings::Credentials::Client {
                id: client.client_id,
                secret: Secret::new(client.client_secret),
            },
            protocol::Credentials::Basic(basic) => settings::Credentials::Basic(Secret::new(basic)),
        },
        origin: match settings.base_url {
            protocol::BaseUrl::Com => settings::Origin::Com,
            protocol::BaseUrl::Ca => settings::Origin::Ca,
            protocol::BaseUrl::Eu => settings::Origin::Eu,
            protocol::BaseUrl::Origin(origin) => settings::Origin::Other(origin),
        },
        api_version: match settings.api_version {
            protocol::ApiVersion::Auto => settings::ApiVersion::Auto,
            protocol::ApiVersion::V1Beta1 => settings::ApiVersion::V1Beta1,
            protocol::ApiVersion::V1 => settings::ApiVersion::V1,
        },
        token_path: settings.token_path,
        revoke_path: settings.revoke_path,
        user_agent: settings.user_agent,
        deadline_ms: settings.deadline_ms,
    }
}

pub(crate) const fn filter(filter: protocol::StateFilter) -> client::StateFilter {
    match filter {
        protocol::StateFilter::Active => client::StateFilter::Active,
        protocol::StateFilter::Suspended => client::StateFilter::Suspended,
    }
}

pub(crate) fn list_options(options: protocol::ListUsers) -> client::ListOptions {
    client::ListOptions {
        filter: options.filter.map(filter),
        max_page_size: options.max_page_size,
        page_token: options.page_token,
    }
}

fn selector(selector: protocol::Selector) -> client::Selector {
    match selector {
        protocol::Selector::Id(id) => client::Selector::Id(id),
        protocol::Selector::Email(email) => client::Selector::Email(email),
    }
}

pub(crate) fn targets(targets: Vec<protocol::Target>) -> Vec<client::Target> {
    let target = |target: protocol::Target| client::Target {
        who: selector(target.who),
        expect_email: target.expect_email,
    };
    targets.into_iter().map(target).collect()
}

pub(crate) fn change_options(options: protocol::ChangeOptions) -> client::ChangeOptions {
    client::ChangeOptions {
        dry_run: options.dry_run,
        max_changes: options.max_changes,
        protect: options.protect.into_iter().map(selector).collect(),
        concurrency: options.concurrency,
        stop_on_error: options.stop_on_error,
        deadline_ms: options.deadline_ms,
    }
}

pub(crate) fn user(user: client::User) -> protocol::User {
    protocol::User {
        id: user.id,
        email: user.email,
        display_name: user.display_name,
        state: user_state(user.state),
        create_time: user.create_time,
        path: user.path,
    }
}

fn user_state(state: client::UserState) -> protocol::UserState {
    match state {
        client::UserState::Active => protocol::UserState::Active,
        client::UserState::Suspended => protocol::UserState::Suspended,
        client::UserState::Unspecified => protocol::UserState::Unspecified,
        client::UserState::Other(state) => protocol::UserState::Other(state),
    }
}

fn users(users: Vec<client::User>) -> Vec<protocol::User> {
    users.into_iter().map(user).collect()
}

pub(crate) fn page(page: client::UserPage) -> protocol::UserPage {
    protocol::UserPage {
        users: users(page.users),
        next_page_token: page.next_page_token,
    }
}

pub(crate) fn list(list: client::UserList) -> protocol::UserList {
    protocol::UserList {
        users: users(list.users),
        complete: list.complete,
    }
}

pub(crate) fn report(report: client::Report) -> protocol::Report {
    protocol::Report {
        targets: report.targets.into_iter().map(target_report).collect(),
        refused: report.refused.map(error),
        requests: report.requests,
        warnings: report.warnings,
    }
}

pub(crate) fn target_report(report: client::TargetReport) -> protocol::TargetReport {
    use protocol::OutcomeName;

    let (outcome, failed) = match report.outcome {
        client::Outcome::Changed => (OutcomeName::Changed, None),
        client::Outcome::Unchanged => (OutcomeName::Unchanged, None),
        client::Outcome::WouldChange => (OutcomeName::WouldChange, None),
        client::Outcome::Failed(failed) => (OutcomeName::Failed, Some(error(failed))),
        client::Outcome::Skipped => (OutcomeName::Skipped, None),
    };
    protocol::TargetReport {
        outcome,
        error: failed,
        user: report.user.map(user),
        previous_state: report.previous_state.map(user_state),
    }
}

pub(crate) fn findings(findings: Vec<client::Finding>) -> Vec<protocol::Finding> {
    let finding = |finding: client::Finding| protocol::Finding {
        check: finding.check.into(),
        verdict: match finding.verdict {
            client::Verdict::Passed => protocol::Verdict::Passed,
            client::Verdict::Failed => protocol::Verdict::Failed,
            client::Verdict::Unknown => protocol::Verdict::Unknown,
        },
        detail: finding.detail,
    };
    findings.into_iter().map(finding).collect()
}

pub(crate) fn error(error: client::Error) -> protocol::Error {
    protocol::Error {
        code: error_code(error.code),
        message: error.message,
        hint: error.hint.map(String::from),
        effect: match error.effect {
            client::Effect::NotApplied => protocol::Effect::NotApplied,
            client::Effect::PossiblyApplied => protocol::Effect::PossiblyApplied,
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

const fn error_code(code: client::ErrorCode) -> protocol::ErrorCode {
    use client::ErrorCode as From;
    use protocol::ErrorCode as To;

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
