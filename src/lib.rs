//! A client for the 1Password Users API that does no I/O of its own.
//!
//! [`Client`] lists, finds, suspends and reactivates the users of one account. It works wherever a type implements
//! [`Platform`](platform::Platform): HTTP requests, timers and a monotonic clock. The component of this repository implements
//! it for WASI 0.2; a native program can do so with any HTTP client.
//!
//! # Example
//!
//! A platform that answers from memory:
//!
//! ```
//! use std::{
//!     future::{self, Future},
//!     pin::pin,
//!     task::{Context, Poll, Waker},
//! };
//!
//! use onepassword_users::{
//!     Client, Secret, UserState,
//!     platform::{Body, Duration, Instant, Platform, Request, Response, SendError},
//!     settings::{ApiVersion, Credentials, Origin, RawSettings, Settings},
//! };
//!
//! struct Canned;
//!
//! struct OnePiece(Option<Vec<u8>>);
//!
//! impl Body for OnePiece {
//!     async fn next(&mut self) -> Result<Option<Vec<u8>>, SendError> {
//!         Ok(self.0.take())
//!     }
//! }
//!
//! impl Platform for Canned {
//!     type Body = OnePiece;
//!
//!     async fn send(&self, request: Request<'_>) -> Result<Response<OnePiece>, SendError> {
//!         let body = if request.path_and_query.ends_with("/token") {
//!             r#"{"access_token": "token-1", "token_type": "Bearer", "expires_in": 900}"#
//!         } else {
//!             r#"{"id": "USER1", "email": "wendy@acme.example", "state": "SUSPENDED"}"#
//!         };
//!         Ok(Response {
//!             status: 200,
//!             retry_after: None,
//!             date: None,
//!             content_length: None,
//!             body: OnePiece(Some(body.into())),
//!         })
//!     }
//!
//!     fn sleep(&self, _: Duration) -> impl Future<Output = ()> {
//!         future::pending()
//!     }
//!
//!     fn now(&self) -> Instant {
//!         Instant::from_origin(Duration::ZERO)
//!     }
//! }
//!
//! let settings = Settings::new(RawSettings {
//!     account_id: "ACCOUNT1".into(),
//!     credentials: Credentials::Client {
//!         id: "client-1".into(),
//!         secret: Secret::new("s3cr3t".into()),
//!     },
//!     origin: Origin::Com,
//!     api_version: ApiVersion::Auto,
//!     token_path: None,
//!     revoke_path: None,
//!     user_agent: Some("Acme-SOAR/3.1".into()),
//!     deadline_ms: None,
//! });
//! let client = Client::new(Canned, settings);
//! // A program would await the call on its runtime; here it never has to wait.
//! let call = pin!(client.suspend_user("USER1"));
//! let Poll::Ready(user) = call.poll(&mut Context::from_waker(Waker::noop())) else {
//!     unreachable!("the platform answers at once");
//! };
//! assert_eq!(user?.state, UserState::Suspended);
//! # Ok::<(), onepassword_users::Error>(())
//! ```
//!
//! # Modules
//!
//! - [`platform`]: the trait to implement, with its request, response and time types
//! - [`settings`]: settings, from a record or from environment variables
//!
//! Inside, each layer calls only those after it: `call` (deadline, result), `token_source` (token exchange), `retry` (series of
//! attempts), `http` (one attempt). `users`, `check` and `bulk` are the operations on top.

#![cfg_attr(
    not(any(test, fuzzing)),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]
#![cfg_attr(not(test), forbid(unsafe_code))]
#![warn(missing_docs)]
#![cfg_attr(not(any(test, fuzzing)), no_std)]

extern crate alloc;

#[macro_use]
mod names;

mod account;
mod async_lock;
mod authorized_request;
mod backoff;
mod base64;
mod bulk;
mod call;
mod call_context;
mod check;
mod client;
mod clone_cell;
mod endpoint;
mod error;
mod error_response;
mod failure;
mod generation;
mod http;
mod http_date;
mod letters;
mod memory;
pub mod platform;
mod redact;
mod request;
mod response;
mod retry;
mod retry_after;
mod secret;
pub mod settings;
mod shared_state;
mod time;
mod token;
mod token_source;
mod user;
mod user_action;
mod users;

#[cfg(any(test, fuzzing))]
pub mod fuzzing;
#[cfg(test)]
mod tests;

pub use self::{
    bulk::{
        ChangeOptions, MAX_TARGETS, Outcome, Report, Selector, SettledTarget, Target, TargetReport,
        UserList, check_email, check_protected_email, check_user_id, comparable_email,
        unfit_letter,
    },
    check::{Finding, Verdict},
    client::Client,
    error::{Effect, Error, ErrorCode, Operation},
    letters::is_invisible,
    memory::can_allocate,
    secret::{Secret, SecretBytes},
    user::{ListOptions, StateFilter, User, UserPage, UserState},
    user_action::UserAction,
};
