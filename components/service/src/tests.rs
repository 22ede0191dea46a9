//! Tests of the service with a fake plugin.

mod audit;
mod authentication;
mod bulk;
mod fake_plugin;
mod log;
mod mcp;
mod openapi;
mod problems;
mod protection;
mod ready;
mod routes;
mod status;
mod webhooks;
