//! The built component, as a host sees it.

mod check;
mod errors;
mod listing;
mod memory;
mod operations;
mod privilege;
mod requests;
mod secrets;
mod settings;
mod tls;
mod tokens;
