//! Tests of the service over TCP, with the simulator as its API.

mod agents;
mod api_failures;
mod basic;
mod composed_file;
mod concurrent_requests;
mod deployment;
mod environment_filter;
mod evidence;
mod instance_reuse;
mod invalid_requests;
mod limited_memory;
mod methods;
mod protection;
mod raw_client;
mod readiness;
mod roles;
mod routes;
mod shutdown;
mod slow_clients;
mod strangers;
mod webhook_repeats;
mod webhooks;
