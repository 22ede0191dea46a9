//! The core as its callers see it, over a simulated host.

mod bulk_calls;
mod changes;
mod check;
mod clock;
mod configure;
mod corpus;
mod deadlines;
mod effects;
mod exchange;
mod fake_platform;
mod lists;
mod messages;
mod refusals;
mod retries;
mod revocation;
mod server;
mod simulation;
mod tokens;
mod wire;
mod words;
mod zeroing;
