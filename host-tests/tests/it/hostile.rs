//! The table of hostile answers: whatever a server does, a call ends in time with the right words, tells nothing secret,
//! and the same instance answers the next call.

mod case;
mod check_case;
mod connection;
mod error_response;
mod json;
mod memory;
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
