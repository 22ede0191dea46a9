//! The table of hostile servers: each call ends in time with the expected error and without secrets, and the next call
//! on the same instance succeeds.

mod case;
mod check_case;
mod connection;
mod error_response;
mod json;
mod memory;
mod placeholder;
mod redirect;
mod request;
mod response;
mod response_body;
mod response_head;
mod retry;
mod run_case;
mod script;
mod server;
mod status;
mod table;
mod token_response;
mod unrequested_content;
