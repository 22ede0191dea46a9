//! A simulator of the 1Password Users API: an HTTP server on loopback for tests
//! of clients.
//!
//! ```
//! use simulator::{Action, Endpoint, Fault, Simulator};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let sim = Simulator::builder().users(100).seed(1).start().await?;
//! sim.fault(Fault::new(Action::status(503)).on(Endpoint::List));
//! println!("{} {} {}", sim.url(), sim.account_id(), sim.client_id());
//! assert!(sim.requests().is_empty());
//! sim.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! The simulator was written from public information, without access to the
//! real API. Where that information leaves a choice, the simulator is stricter.
//! The source of each error is in `api/error.rs`.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod api;
mod builder;
mod fault;
mod permission;
mod request_log;
mod route;
mod server;
mod simulator;
mod user;

pub use builder::{Builder, MAX_USERS, MIN_USERS};
pub use fault::{Action, Fault};
pub use permission::{Permission, Permissions, UnknownPermission};
pub use request_log::Recorded;
pub use route::{Endpoint, Generation, ShutOff};
pub use simulator::Simulator;
pub use user::{Role, State, User};
