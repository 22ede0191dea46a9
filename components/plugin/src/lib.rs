//! The 1Password Users API client as a component for WASI 0.2.

#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;

#[cfg(feature = "configuration")]
mod configuration;
mod convert;
mod wasi;

mod bindings {
    #![allow(
        clippy::all,
        missing_docs,
        unreachable_pub,
        unsafe_code,
        unused_qualifications,
        reason = "generated"
    )]

    #[cfg(not(feature = "configuration"))]
    wit_bindgen::generate!({ world: "plugin", path: "../../wit" });
    #[cfg(feature = "configuration")]
    wit_bindgen::generate!({ world: "configurable-plugin", path: "../../wit" });

    use super::Plugin;
    export!(Plugin);
}

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use onepassword_users::{
    Client, Error, ListOptions, Target, UserAction,
    settings::{Settings, SettingsError},
};
use onepassword_users_guest_runtime::InstanceCell;

use self::{
    bindings::exports::onepassword::users::{connection, containment, types, users},
    wasi::Wasi,
};

/// Implementation of the exported interfaces.
struct Plugin;

/// Client of this instance.
static CLIENT: InstanceCell<Client<Wasi>> = InstanceCell::new();

/// Reads the settings of a new instance from its environment.
#[cfg(not(feature = "configuration"))]
fn settings() -> Result<Settings, SettingsError> {
    onepassword_users::settings::from_environment(wasip2::cli::environment::get_environment())
}

/// Settings of a new instance: none until `configure` is called.
#[cfg(feature = "configuration")]
fn settings() -> Result<Settings, SettingsError> {
    Err(SettingsError::without_settings())
}

/// Runs a call to its end. None if the call waits without a pollable, which would never end.
fn run<T>(call: impl AsyncFnOnce(&Client<Wasi>) -> T) -> Option<T> {
    let client = CLIENT.get_or_init(|| Client::new(Wasi::default(), settings()));
    client.platform().block_on(call(client))
}

/// Runs a call, and converts its error.
fn call<T>(call: impl AsyncFnOnce(&Client<Wasi>) -> Result<T, Error>) -> Result<T, types::Error> {
    match run(call) {
        Some(result) => result.map_err(Into::into),
        None => Err(types::Error {
            code: types::ErrorCode::Other,
            message: "internal error: the call would never end; please report this".to_owned(),
            effect: types::Effect::PossiblyApplied,
            retryable: false,
            retry_after_ms: None,
            status: None,
            api_code: None,
            api_message: None,
            hint: None,
            candidates: Vec::new(),
            requests: 0,
        }),
    }
}

/// Reads one user, or changes one if there is an action: one future for three functions.
fn get_or_change(action: Option<UserAction>, id: &str) -> Result<types::User, types::Error> {
    call(async |client| client.get_or_change(action, id).await).map(Into::into)
}

impl users::Guest for Plugin {
    fn list_users(options: users::ListOptions) -> Result<users::UserPage, types::Error> {
        let options = ListOptions::from(options);
        call(async |client| client.list_users(&options).await).map(Into::into)
    }

    fn get_user(id: String) -> Result<types::User, types::Error> {
        get_or_change(None, &id)
    }

    fn suspend_user(id: String) -> Result<types::User, types::Error> {
        get_or_change(Some(UserAction::Suspend), &id)
    }

    fn reactivate_user(id: String) -> Result<types::User, types::Error> {
        get_or_change(Some(UserAction::Reactivate), &id)
    }
}

fn change_users(
    action: UserAction,
    targets: Vec<containment::Target>,
    options: containment::ChangeOptions,
) -> Result<containment::Report, types::Error> {
    let targets: Vec<Target> = targets.into_iter().map(Into::into).collect();
    let options = options.into();
    call(async |client| client.change_users(action, &targets, &options).await).map(Into::into)
}

impl containment::Guest for Plugin {
    fn find_user(email: String, deadline_ms: Option<u32>) -> Result<types::User, types::Error> {
        call(async |client| client.find_user(&email, deadline_ms).await).map(Into::into)
    }

    fn list_all_users(
        filter: Option<types::StateFilter>,
        limit: u32,
        deadline_ms: Option<u32>,
    ) -> Result<containment::UserList, types::Error> {
        let filter = filter.map(Into::into);
        call(async |client| client.list_all_users(filter, limit, deadline_ms).await).map(Into::into)
    }

    fn suspend_users(
        targets: Vec<containment::Target>,
        options: containment::ChangeOptions,
    ) -> Result<containment::Report, types::Error> {
        change_users(UserAction::Suspend, targets, options)
    }

    fn reactivate_users(
        targets: Vec<containment::Target>,
        options: containment::ChangeOptions,
    ) -> Result<containment::Report, types::Error> {
        change_users(UserAction::Reactivate, targets, options)
    }
}

impl connection::Guest for Plugin {
    fn check() -> Vec<connection::Finding> {
        run(async |client| client.check().await)
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect()
    }

    fn revoke_token() -> Result<(), types::Error> {
        call(async |client| client.revoke_token().await)
    }
}
