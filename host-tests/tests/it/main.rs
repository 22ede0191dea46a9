//! Tests of the built component and of the built service, through their hosts.

mod build_target;
mod bulk;
mod certificates;
mod check;
mod closed_port;
mod component_file;
mod component_parts;
mod conformance;
mod errors;
mod generations;
mod host_error_codes;
mod hostile;
mod hostile_work;
mod http2;
mod interruption;
mod list_users;
mod operations;
mod proxy;
mod requests;
mod secrets;
mod service;
mod settings;
mod steps;
mod tls;
mod tokens;
