//! The service as its callers see it, in front of a plugin that a test puts in its place.

mod audit;
mod authentication;
mod bulk;
mod fake_plugin;
mod openapi;
mod routes;
mod webhooks;
