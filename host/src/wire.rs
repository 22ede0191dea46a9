//! Requests of an instance over real connections, with an observer beside them.

mod hooks;
mod observed_wire;
mod observer;
mod response_users;
mod sender;
mod tee;

pub(crate) use self::hooks::Wire;
pub use self::{
    hooks::{Ending, Exchange},
    observer::{Operation, Watch},
};
