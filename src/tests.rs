//! Tests of the client through its public API, over fake platforms.

mod api_messages;
mod bulk;
mod check;
mod configure;
mod deadlines;
mod effects;
mod fake_platform;
mod fixtures;
mod fuzz_corpus;
mod generations;
mod list_users;
mod messages;
mod redaction;
mod requests;
mod retries;
mod revocation;
mod scripted_server;
mod simulation;
mod single_user;
mod status_codes;
mod token_exchange;
mod token_lifetime;
mod virtual_clock;
mod zeroing;
