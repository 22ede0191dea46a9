//! Tests of the built component and of the built service, through their hosts.

mod bulk;
mod check;
mod closed_port;
mod component_file;
mod component_parts;
mod errors;
mod hostile;
mod list_users;
mod operations;
mod requests;
mod secrets;
mod service;
mod settings;
mod tls;
mod tokens;
