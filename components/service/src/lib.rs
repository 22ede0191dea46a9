//! 1Password user management over HTTP: a face of the plugin, which it is composed with.
//!
//! This component parses what the internet sends. It holds no secret of the account: the plugin does, in memory of its
//! own, and the environment that this component sees has been filtered.

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
    allow(dead_code, reason = "only the component has a shell, which calls it")
)]

extern crate alloc;
#[cfg(target_arch = "wasm32")]
extern crate onepassword_users_guest_runtime as _;

mod api_key;
mod audit;
mod bindings;
mod bulk;
mod bulk_request;
mod handlers;
mod json;
mod list;
mod plugin;
mod problem;
mod query;
mod replay_cache;
mod request;
mod response;
mod route;
mod service;
mod settings;
mod text;
mod webhook;

#[cfg(target_arch = "wasm32")]
mod composed;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "wasm32")]
mod wasi;
