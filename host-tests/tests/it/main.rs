//! The built component, as a host sees it.

mod canary;
mod check;
mod errors;
mod giving_up;
mod hostile;
mod listing;
mod memory;
mod operations;
mod privilege;
mod requests;
mod secrets;
mod settings;
mod tls;
mod tokens;
