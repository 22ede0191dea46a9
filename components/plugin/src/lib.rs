//! The `plugin` world: the contract's functions, in the words of the core.

#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;
extern crate onepassword_users_guest_runtime as _;

mod wasi;

mod bindings {
    #![allow(missing_docs, reason = "generated from wit/, which has the docs")]

    wit_bindgen::generate!({ world: "plugin", path: "../../wit" });

    use super::Plugin;
    export!(Plugin);
}

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::cell::OnceCell;

use wasip2::cli::environment::get_environment;

use onepassword_users::{
    ChangeOptions, Client, Effect, Error, ErrorCode, Finding, ListOptions, OneUser, Outcome,
    Report, Secret, Selector, StateFilter, Target, TargetReport, User, UserList, UserPage,
    UserState, Verdict,
    platform::Duration,
    settings::{self, ApiVersion, Credentials, Origin, Proposal, Settings},
};

use self::{
    bindings::exports::onepassword::users::{connection, containment, types, users},
    wasi::Wasi,
};

/// What the component exports.
struct Plugin;

/// The client of this instance: one instance, one account.
static CLIENT: Instance = Instance(OnceCell::new());

/// A value for the one thread that an instance has.
struct Instance(OnceCell<Client<Wasi>>);

// SAFETY: a component of WASI 0.2 has one thread, and `wasm32-unknown-unknown` is built without the atomics that a second would need.
unsafe impl Sync for Instance {}

/// Runs a call to its end. The first one of an instance reads the environment.
fn run<T>(call: impl AsyncFnOnce(&Client<Wasi>) -> T) -> Option<T> {
    let client = CLIENT.0.get_or_init(|| {
        Client::new(
            Wasi::default(),
            settings::from_environment(get_environment()),
        )
    });
    client.host().block_on(call(client))
}

/// Runs a call that can fail.
fn answer<T>(call: impl AsyncFnOnce(&Client<Wasi>) -> Result<T, Error>) -> Result<T, types::Error> {
    match run(call) {
        Some(result) => result.map_err(Into::into),
        None => Err(types::Error {
            code: types::ErrorCode::Other,
            message: "the component waits for nothing that the host could bring about; please report this".to_owned(),
            effect: types::Effect::Uncertain,
            retryable: false,
            retry_after_ms: None,
            status: None,
            api_code: None,
            api_message: None,
            attempts: 0,
        }),
    }
}

fn one_user(what: OneUser, id: &str) -> Result<types::User, types::Error> {
    answer(async |client| client.one_user(what, id).await).map(Into::into)
}

impl users::Guest for Plugin {
    fn list_users(options: users::ListOptions) -> Result<users::UserPage, types::Error> {
        let options = ListOptions::from(options);
        answer(async |client| client.list_users(&options).await).map(Into::into)
    }

    fn get_user(id: String) -> Result<types::User, types::Error> {
        one_user(OneUser::Get, &id)
    }

    fn suspend_user(id: String) -> Result<types::User, types::Error> {
        one_user(OneUser::Suspend, &id)
    }

    fn reactivate_user(id: String) -> Result<types::User, types::Error> {
        one_user(OneUser::Reactivate, &id)
    }
}

fn change_users(
    what: OneUser,
    targets: Vec<containment::Target>,
    options: containment::ChangeOptions,
) -> Result<containment::Report, types::Error> {
    let targets: Vec<Target> = targets.into_iter().map(Into::into).collect();
    let options = options.into();
    answer(async |client| client.change_users(what, &targets, &options).await).map(Into::into)
}

impl containment::Guest for Plugin {
    fn find_user(email: String) -> Result<types::User, types::Error> {
        answer(async |client| client.find_user(&email).await).map(Into::into)
    }

    fn list_all_users(
        filter: Option<types::StateFilter>,
        limit: u32,
    ) -> Result<containment::UserList, types::Error> {
        let filter = filter.map(Into::into);
        answer(async |client| client.list_all_users(filter, limit).await).map(Into::into)
    }

    fn suspend_users(
        targets: Vec<containment::Target>,
        options: containment::ChangeOptions,
    ) -> Result<containment::Report, types::Error> {
        change_users(OneUser::Suspend, targets, options)
    }

    fn reactivate_users(
        targets: Vec<containment::Target>,
        options: containment::ChangeOptions,
    ) -> Result<containment::Report, types::Error> {
        change_users(OneUser::Reactivate, targets, options)
    }
}

impl connection::Guest for Plugin {
    fn configure(settings: connection::Settings) -> Result<(), types::Error> {
        let settings = Settings::new(settings.into());
        answer(async |client| client.configure(settings))
    }

    fn check() -> Vec<connection::Finding> {
        run(async |client| client.check().await)
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect()
    }

    fn revoke_token() -> Result<(), types::Error> {
        answer(async |client| client.revoke_token().await)
    }
}

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
            attempts: report.attempts,
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
            before: report.before.map(Into::into),
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

impl From<connection::Settings> for Proposal {
    fn from(settings: connection::Settings) -> Self {
        Self {
            account_id: settings.account_id,
            credentials: match settings.credentials {
                connection::Credentials::Client(client) => Credentials::Client {
                    id: client.client_id,
                    secret: Secret::new(client.client_secret),
                },
                connection::Credentials::Basic(basic) => Credentials::Basic(Secret::new(basic)),
            },
            origin: match settings.base_url {
                connection::BaseUrl::Com => Origin::Com,
                connection::BaseUrl::Ca => Origin::Ca,
                connection::BaseUrl::Eu => Origin::Eu,
                connection::BaseUrl::Origin(origin) => Origin::Other(origin),
            },
            api_version: match settings.api_version {
                connection::ApiVersion::V1beta1 => ApiVersion::V1Beta1,
                connection::ApiVersion::V1 => ApiVersion::V1,
            },
            token_path: settings.token_path,
            revoke_path: settings.revoke_path,
            user_agent: settings.user_agent,
            deadline_ms: settings.deadline_ms,
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
                ErrorCode::PreconditionFailed => types::ErrorCode::PreconditionFailed,
                ErrorCode::RateLimited => types::ErrorCode::RateLimited,
                ErrorCode::Unavailable => types::ErrorCode::Unavailable,
                ErrorCode::TimedOut => types::ErrorCode::TimedOut,
                ErrorCode::ConnectionFailed => types::ErrorCode::ConnectionFailed,
                ErrorCode::MalformedResponse => types::ErrorCode::MalformedResponse,
                ErrorCode::Other => types::ErrorCode::Other,
            },
            message: error.message,
            effect: match error.effect {
                Effect::Unchanged => types::Effect::Unchanged,
                Effect::Uncertain => types::Effect::Uncertain,
            },
            retryable: error.code.is_retryable(),
            retry_after_ms: error.retry_after.map(Duration::as_millis),
            status: error.status,
            api_code: error.api_code,
            api_message: error.api_message,
            attempts: error.attempts,
        }
    }
}
