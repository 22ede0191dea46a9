//! Tests of the state machine, from its events to its actions.

mod bulk;
mod calls;
mod events;
mod fuzz_corpus;
mod host;
mod page;
mod random_host;
mod stops;
