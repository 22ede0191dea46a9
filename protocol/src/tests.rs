//! Tests that hold the messages, their schema, the contract and the types of the packages together.

mod contract;
mod schema;
