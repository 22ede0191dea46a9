//! The interface `containment`: look-up by e-mail address, the whole list, and changes of many users.

mod account_check;
mod concurrency;
mod deadlines;
mod dry_run;
mod duplicate_targets;
mod external_changes;
mod fault_case;
mod faults;
mod find_user;
mod guards;
mod interleave;
mod large_accounts;
mod limited_memory;
mod list_all_users;
mod outcomes;
mod permissions;
mod request_counts;
mod retry_after;
mod short_outcome;
mod stop_on_error;
mod token_expiry;
