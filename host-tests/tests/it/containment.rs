//! What responders do in an incident: people found by e-mail, everybody at once, and many changes in one call.

mod agreement;
mod behind;
mod concurrency;
mod deadlines;
mod dry_run;
mod everybody;
mod fate;
mod faults;
mod finding;
mod guards;
mod meanwhile;
mod memory;
mod outcomes;
mod pauses;
mod permissions;
mod requests;
mod scale;
mod scene;
mod stopping;
mod tokens;
mod twice;
