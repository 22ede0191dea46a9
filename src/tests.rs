//! The core as its callers see it, over a simulated host.

mod changes;
mod check;
mod clock;
mod configure;
mod containment;
mod corpus;
mod deadlines;
mod effects;
mod exchange;
mod lists;
mod messages;
mod refusals;
mod retries;
mod revocation;
mod seeds;
mod server;
mod simulation;
mod tokens;
mod wire;
mod words;
mod zeroing;
