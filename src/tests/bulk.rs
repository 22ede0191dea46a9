//! Finding, listing and changing many, as a caller sees it.

mod concurrency;
mod fake_account;
mod find_user;
mod guards;
mod list_all_users;
mod outcomes;
mod stop_on_error;
mod tokens;
