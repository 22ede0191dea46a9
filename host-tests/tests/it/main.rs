//! The built component, as a host sees it.

mod canary;
mod check;
mod containment;
mod errors;
mod giving_up;
mod hostile;
mod listing;
mod memory;
mod nobody;
mod operations;
mod privilege;
mod requests;
mod secrets;
mod service;
mod settings;
mod tls;
mod tokens;
