//! Tests of the simulator over real TCP.

mod client;

mod behind;
mod command;
mod containment;
mod faults;
mod listing;
mod log;
mod oauth;
mod paths;
mod resources;
mod seed;
mod server;
mod tokens;
