//! The service as its callers see it, in front of a plugin that a test puts in its place.

mod answers;
mod audit;
mod bulk;
mod callers;
mod hooks;
mod openapi;
mod plugin;
