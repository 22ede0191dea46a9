//! 1Password user management over HTTP, in front of the plugin component.
//!
//! This component parses requests from the network. It holds no secrets of the account: the plugin does, in its own memory,
//! and the environment that this component reads has been filtered.

#![cfg_attr(target_arch = "wasm32", no_std)]
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
#![cfg_attr(
    not(any(target_arch = "wasm32", test)),
    allow(
        dead_code,
        reason = "called by the module `wasi`, which exists on wasm32 only"
    )
)]

extern crate alloc;

mod api_key;
mod audit;
mod authorization;
mod bindings;
mod bulk;
mod bulk_report;
mod bulk_request;
mod check;
mod handlers;
mod json;
mod list;
mod log;
mod mcp;
mod plugin;
mod problem;
mod problem_details;
mod problem_json;
mod query;
mod replay_cache;
mod request;
mod response;
mod route;
mod service;
mod settings;
mod tally;
#[cfg(test)]
mod tests;
mod text;
#[cfg(target_arch = "wasm32")]
mod wasi;
mod webhook;
