//! The commands `contain` and `restore`: many users at once, shown first, changed after a yes, accounted for in any case.

mod accounting;
mod audit;
mod call;
mod change;
mod confirmation;
mod context;
mod input;
mod json;
mod output;
mod plan;
mod progress;
mod prompt;
mod report;
mod request_history;
mod result;
mod run;

pub(crate) use self::{change::Verb, run::run};
