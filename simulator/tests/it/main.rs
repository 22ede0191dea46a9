//! Tests of the simulator over TCP.

mod client;

mod account_changes;
mod command_line;
mod connections;
mod faults;
mod list_users;
mod oauth;
mod paths;
mod request_checks;
mod request_log;
mod seed;
mod suspend_reactivate;
mod token_lifetime;
