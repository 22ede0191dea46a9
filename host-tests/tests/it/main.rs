//! The built component, as a host sees it.

mod bulk;
mod canary;
mod cancellation;
mod check;
mod closed_port;
mod component_file;
mod errors;
mod hostile;
mod list_users;
mod memory;
mod operations;
mod requests;
mod secrets;
mod service;
mod settings;
mod tls;
mod tokens;
