//! Messages between the client without I/O and its host, the program that carries out its requests.
//!
//! The module `onepassword_users_steps.wasm` imports nothing. Its host tells it one [`Event`] at a time, and gets [`Actions`]
//! back: requests to send and to cancel, results, and the time at which it wants to be told the time. Both are JSON, with the
//! names of the contract (`wit/`) in camel case.
//!
//! # Functions of the module
//!
//! A WebAssembly core module with the export `memory` and three functions. All numbers are `i32`, to be read as unsigned.
//!
//! - `version() -> version`: the [`VERSION`] of the messages and of these functions.
//! - `inbox(size) -> address`: makes room for an event of this size in bytes, at most [`MAX_EVENT`]. Returns 0 if there is no
//!   memory for it. The room stays at this address, for any number of events of at most this size, until `inbox` is called
//!   again.
//! - `event(size) -> address`: takes the event that the host wrote to the inbox, and overwrites it with zeros. Returns the address
//!   of the actions: their length in bytes as four bytes, least significant first, and that many bytes of JSON. They stay until
//!   `event` or `inbox` is called again, which overwrites them with zeros. Every call may grow the memory, which moves it for
//!   hosts that hold a view of it.
//!
//! An event consists of one line of JSON and, for `answer` and `body`, a line feed and the bytes of a piece of the body.
//!
//! # The host's rules
//!
//! 1. Carry out `cancel`, `send` and `wake` before anything of the caller runs, for example a callback for `settled`: it may
//!    make another call, whose actions are newer.
//! 2. Follow no redirects: the request carries credentials. Keep and send no cookies.
//! 3. Give a body to the module in the pieces in which it arrives, at most 64 KiB each, after decompression: the module counts
//!    them, and cancels a request whose body is too large.
//! 4. An error of the platform that is not known to mean "not sent" is told with `possiblySent: true`.
//! 5. Use one instance of the module for one account, from one thread at a time.
//! 6. Where a request must not wait for another request's answer, as in a Cloudflare Worker, keep a pool of instances and use
//!    one for one request at a time: calls of one instance share a token, and wait for the call that exchanges it.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod actions;
mod event;
mod operation;
mod result;
mod settings;
#[cfg(test)]
mod tests;

pub use self::{
    actions::{Actions, Cancel, Done, Purpose, SendRequest, Settled},
    event::{
        Answer, BodyPiece, Configure, Event, Fail, FailureKind, SettingsSource, Start, Stop, Tick,
    },
    operation::{
        ChangeOptions, ChangeUsers, FindUser, ListAllUsers, ListUsers, NoArguments, OneUser,
        Operation, Selector, StateFilter, Target,
    },
    result::{
        CallResult, Effect, Error, ErrorCode, Finding, OutcomeName, Report, TargetReport, User,
        UserList, UserPage, UserState, Verdict,
    },
    settings::{ApiVersion, BaseUrl, ClientCredentials, Credentials, Settings},
};

/// Version of the messages and of the module's functions. A host refuses a module of another version.
pub const VERSION: u32 = 1;

/// Maximum size of an event with its piece of a body, in bytes.
pub const MAX_EVENT: usize = 32 << 20;
