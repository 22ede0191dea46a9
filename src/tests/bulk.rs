//! Calls about many users: find by e-mail address, list all, bulk changes.

mod concurrency;
mod deadlines;
mod fake_account;
mod find_user;
mod guards;
mod list_all_users;
mod outcomes;
mod protection;
mod stop_on_error;
mod tokens;
mod warnings;
