//! The table of hostile answers: whatever a server does, a call ends in time with the right words, tells nothing secret,
//! and the same instance answers the next call.

mod answer;
mod body;
mod connection;
mod head;
mod identity;
mod json;
mod memory;
mod redirect;
mod refusal;
mod request;
mod retry;
mod row;
mod run;
mod script;
mod server;
mod status;
mod token;
mod trial;
mod verdict;
