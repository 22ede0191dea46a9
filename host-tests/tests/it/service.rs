//! The service as its callers meet it: over real TCP, with the simulator behind it.

mod caller;
mod composed;
mod crowd;
mod deployment;
mod ending;
mod methods;
mod refusals;
mod reuse;
mod roles;
mod routes;
mod slow;
mod upstream;
mod wall;
mod webhooks;
