//! Finding, listing and changing many, as a caller sees it.

mod bulk;
mod crowd;
mod everyone;
mod finding;
mod guards;
mod pacing;
mod stopping;
mod tokens;
