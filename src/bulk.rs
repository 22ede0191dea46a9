//! Look-up by e-mail address and changes of many users at once: the interface `containment` of the contract.

mod address_lookup;
mod change;
mod email;
mod guards;
mod list_all;
mod memory_budget;
mod name_check;
mod name_set;
mod observer;
mod pages;
mod target_outcome;
mod types;
mod user_table;
mod warnings;
mod worker_pool;

pub(crate) use self::{address_lookup::find_user, change::change_users, list_all::list_all_users};
pub use self::{
    change::MAX_TARGETS,
    email::comparable_email,
    name_check::{check_email, check_protected_email, check_user_id, unfit_letter},
    types::{
        ChangeOptions, Outcome, Report, Selector, SettledTarget, Target, TargetReport, UserList,
    },
};
