//! The floor: a guest that makes the host calls that a careful client must make for a request, and hands back the bytes of the
//! response.
//!
//! Three headers, three time-outs, a timer beside each wait, the status, three headers of the response. It parses nothing, checks
//! nothing and keeps nothing. It exports the contract, so that the same host runs it: the body stands in the field `display-name` of a
//! user.

#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;

mod bindings {
    #![allow(
        clippy::all,
        missing_docs,
        unreachable_pub,
        unsafe_code,
        unused_qualifications,
        reason = "generated"
    )]

    wit_bindgen::generate!({ world: "plugin", path: "../../wit" });

    use super::Floor;
    export!(Floor);
}

use alloc::{borrow::ToOwned, format, string::String, vec, vec::Vec};

use onepassword_users_guest_runtime::InstanceCell;
use wasip2::{
    cli::environment::get_environment,
    clocks::monotonic_clock::subscribe_duration,
    http::{
        outgoing_handler,
        types::{Fields, IncomingBody, OutgoingRequest, RequestOptions, Scheme},
    },
    io::{
        poll::{Pollable, poll},
        streams::StreamError,
    },
};

use self::bindings::exports::onepassword::users::{connection, containment, types, users};

/// Time-out of a wait, in nanoseconds.
const TIMEOUT: u64 = 5_000_000_000;
/// Maximum size of one read, in bytes.
const MAX_READ: u64 = 64 << 10;

/// Implementation of the exported interfaces.
struct Floor;

/// Settings of this instance.
struct Settings {
    authority: String,
    /// Path of the users of the account.
    users: String,
    authorization: Vec<u8>,
}

static SETTINGS: InstanceCell<Settings> = InstanceCell::new();

/// Reads the settings: those of the plugin, and `FLOOR_TOKEN`, a token.
fn settings() -> Settings {
    let variables = get_environment();
    let value = |name: &str| {
        let variable = variables.iter().find(|(key, _)| key == name);
        variable.map_or_else(String::new, |(_, value)| value.clone())
    };
    Settings {
        authority: value("OP_USERS_BASE_URL").replace("http://", ""),
        users: format!("/v1beta1/accounts/{}/users", value("OP_USERS_ACCOUNT_ID")),
        authorization: ["Bearer ", &value("FLOOR_TOKEN")].concat().into_bytes(),
    }
}

/// Waits beside a timer.
fn wait(pollable: &Pollable) {
    let timer = subscribe_duration(TIMEOUT);
    poll(&[pollable, &timer]);
}

/// Sends a `GET`, and returns the bytes of its response. None if the host fails.
fn get(path: &str) -> Option<Vec<u8>> {
    let settings = SETTINGS.get_or_init(settings);
    let headers = Fields::from_list(&[
        ("accept".to_owned(), b"application/json".to_vec()),
        ("user-agent".to_owned(), b"Floor/1".to_vec()),
        ("authorization".to_owned(), settings.authorization.clone()),
    ]);
    let request = OutgoingRequest::new(headers.ok()?);
    request.set_scheme(Some(&Scheme::Http)).ok()?;
    request.set_authority(Some(&settings.authority)).ok()?;
    let path = [settings.users.as_str(), path].concat();
    request.set_path_with_query(Some(&path)).ok()?;
    let options = RequestOptions::new();
    options.set_connect_timeout(Some(TIMEOUT)).ok()?;
    options.set_first_byte_timeout(Some(TIMEOUT)).ok()?;
    options.set_between_bytes_timeout(Some(TIMEOUT)).ok()?;
    let response = outgoing_handler::handle(request, Some(options)).ok()?;
    wait(&response.subscribe());
    let response = response.get()?.ok()?.ok()?;
    if response.status() != 200 {
        return None;
    }
    let headers = response.headers();
    let [_, _, length] =
        ["retry-after", "date", "content-length"].map(|name| headers.get(name).into_iter().next());
    drop(headers);
    let length = length.and_then(|length| String::from_utf8(length).ok()?.parse().ok());
    let mut bytes = Vec::with_capacity(length.unwrap_or(0));
    let body: IncomingBody = response.consume().ok()?;
    let stream = body.stream().ok()?;
    loop {
        match stream.read(MAX_READ) {
            Ok(piece) if piece.is_empty() => wait(&stream.subscribe()),
            Ok(piece) => bytes.extend_from_slice(&piece),
            Err(StreamError::Closed) => return Some(bytes),
            Err(StreamError::LastOperationFailed(_)) => return None,
        }
    }
}

/// A user that holds the bytes of a response.
fn user(bytes: Option<Vec<u8>>) -> Result<types::User, types::Error> {
    match bytes.map(String::from_utf8) {
        Some(Ok(display_name)) => Ok(types::User {
            id: String::new(),
            email: String::new(),
            display_name,
            state: types::UserState::Active,
            create_time: String::new(),
            path: String::new(),
        }),
        _ => Err(failed()),
    }
}

/// The error of everything that the floor does not do.
fn failed() -> types::Error {
    types::Error {
        code: types::ErrorCode::Other,
        message: "the floor has no errors of its own".to_owned(),
        effect: types::Effect::PossiblyApplied,
        retryable: false,
        retry_after_ms: None,
        status: None,
        api_code: None,
        api_message: None,
        hint: None,
        candidates: Vec::new(),
        requests: 1,
    }
}

impl users::Guest for Floor {
    fn list_users(options: users::ListOptions) -> Result<users::UserPage, types::Error> {
        let size = options.max_page_size.unwrap_or(25);
        let users = vec![user(get(&format!("?max_page_size={size}")))?];
        let next_page_token = None;
        Ok(users::UserPage {
            users,
            next_page_token,
        })
    }

    fn get_user(id: String) -> Result<types::User, types::Error> {
        user(get(&["/", &id].concat()))
    }

    fn suspend_user(_: String) -> Result<types::User, types::Error> {
        Err(failed())
    }

    fn reactivate_user(_: String) -> Result<types::User, types::Error> {
        Err(failed())
    }
}

impl containment::Guest for Floor {
    fn find_user(_: String, _: Option<u32>) -> Result<types::User, types::Error> {
        Err(failed())
    }

    fn list_all_users(
        _: Option<types::StateFilter>,
        _: u32,
        _: Option<u32>,
    ) -> Result<containment::UserList, types::Error> {
        Err(failed())
    }

    fn suspend_users(
        _: Vec<containment::Target>,
        _: containment::ChangeOptions,
    ) -> Result<containment::Report, types::Error> {
        Err(failed())
    }

    fn reactivate_users(
        _: Vec<containment::Target>,
        _: containment::ChangeOptions,
    ) -> Result<containment::Report, types::Error> {
        Err(failed())
    }
}

impl connection::Guest for Floor {
    fn check() -> Vec<connection::Finding> {
        Vec::new()
    }

    fn revoke_token() -> Result<(), types::Error> {
        Err(failed())
    }
}
