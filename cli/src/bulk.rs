//! The commands `contain` and `restore`: suspend or reactivate many users, after showing them and asking.

mod audit;
mod call;
mod change;
pub(crate) mod input;
mod output;
mod plan;
mod progress;
mod prompt;
mod report;
mod request_history;
mod result;
mod run;
mod undo;

pub(crate) use self::run::run;
