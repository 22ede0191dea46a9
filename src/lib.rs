//! A client for the 1Password Users API that runs anywhere WebAssembly runs.
//!
//! The core ([`Client`]) is plain async Rust that does no I/O: it knows its surroundings by one trait, [`host::Host`].
//! Built for WebAssembly, this crate is a component: the `plugin` world of `wit/`, over WASI 0.2.
//!
//! ```
//! use onepassword_users::{Client, settings};
//! # use onepassword_users::host::{Body, Duration, Host, Instant, Request, Response, SendError};
//! # struct Nowhere;
//! # impl Body for Nowhere {
//! #     async fn next(&mut self) -> Result<Option<Vec<u8>>, SendError> { Ok(None) }
//! # }
//! # impl Host for Nowhere {
//! #     type Body = Nowhere;
//! #     async fn send(&self, _: Request<'_>) -> Result<Response<Nowhere>, SendError> {
//! #         Ok(Response { status: 200, retry_after: None, body: Nowhere })
//! #     }
//! #     fn sleep(&self, _: Duration) -> impl Future<Output = ()> { std::future::pending() }
//! #     fn now(&self) -> Instant { Instant::from_origin(Duration::ZERO) }
//! # }
//! # fn block_on<T>(future: impl Future<Output = T>) -> T {
//! #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//! #     match std::pin::pin!(future).poll(&mut context) {
//! #         std::task::Poll::Ready(value) => value,
//! #         std::task::Poll::Pending => unreachable!("the host answers at once"),
//! #     }
//! # }
//! let settings = settings::from_environment(vec![("OP_USERS_REGION".into(), "eu".into())]);
//! let client = Client::new(Nowhere, settings);
//! let error = block_on(client.get_user("IR7VJHJ36JHINBFAD7V2T5MP3E")).unwrap_err();
//! assert_eq!(
//!     error.message,
//!     "get-user: OP_USERS_ACCOUNT_ID is not set; OP_USERS_CLIENT_ID is not set; OP_USERS_CLIENT_SECRET is not set",
//! );
//! ```

#![cfg_attr(
    not(test),
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
#![warn(missing_docs)]
// Without std the component needs no machinery that prints a panic: nothing of it would be seen.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod answer;
mod base64;
mod call;
mod check;
mod client;
mod error;
pub mod host;
mod refusal;
mod request;
mod retry;
mod secret;
pub mod settings;
mod slot;
mod text;
mod time;
mod token;
mod turn;
mod users;

#[cfg(test)]
mod tests;

#[cfg(target_arch = "wasm32")]
mod plugin;
#[cfg(target_arch = "wasm32")]
mod runtime;
#[cfg(target_arch = "wasm32")]
mod wasi;

pub use self::{
    check::{Finding, Verdict},
    client::Client,
    error::{Effect, Error, ErrorCode, Operation},
    secret::Secret,
    users::{ListOptions, StateFilter, User, UserPage, UserState},
};
