//! Tests of the service with a fake plugin.

mod audit;
mod authentication;
mod bulk;
mod fake_plugin;
mod openapi;
mod problems;
mod protection;
mod routes;
mod webhooks;
