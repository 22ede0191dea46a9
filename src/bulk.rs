//! Look-up by e-mail address and changes of many users at once: the interface `containment` of the contract.

mod address_lookup;
mod change;
mod email;
mod guards;
mod list_all;
mod memory_budget;
mod name_set;
mod pages;
mod target_state;
mod types;
mod user_table;
mod worker_pool;

pub use self::types::{ChangeOptions, Outcome, Report, Selector, Target, TargetReport, UserList};

use crate::{
    client::Client,
    error::{Error, Operation},
    platform::Platform,
    user::{StateFilter, User},
    users::UserAction,
};

impl<P: Platform> Client<P> {
    /// Finds the user with an e-mail address.
    ///
    /// Reads the whole list, because only the last page settles the result; holds one page in memory at a time.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorCode::NotFound) if no user of the list has the address;
    /// [`Ambiguous`](crate::ErrorCode::Ambiguous) if several have it, with their ids in [`Error::candidates`];
    /// [`InvalidArgument`](crate::ErrorCode::InvalidArgument) for a string that is not an e-mail address or a deadline out of
    /// range; and any error that cut the reading short.
    pub async fn find_user(&self, email: &str, deadline_ms: Option<u32>) -> Result<User, Error> {
        let call = self
            .begin(Operation::FindUser)?
            .with_deadline(deadline_ms)?;
        call.finish(address_lookup::find_user(&call, email).await)
    }

    /// Lists all users, or all users in one state, up to `limit` users.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorCode::InvalidArgument) for a limit of 0 or a deadline out of range;
    /// [`Other`](crate::ErrorCode::Other) if the list does not fit into memory;
    /// [`MalformedResponse`](crate::ErrorCode::MalformedResponse) if the pages repeat; and any error that cut the reading short.
    pub async fn list_all_users(
        &self,
        filter: Option<StateFilter>,
        limit: u32,
        deadline_ms: Option<u32>,
    ) -> Result<UserList, Error> {
        let call = self
            .begin(Operation::ListAllUsers)?
            .with_deadline(deadline_ms)?;
        call.finish(list_all::list_all_users(&call, filter, limit).await)
    }

    /// Suspends users: looks all of them up, checks every guard, then suspends those who are not suspended yet.
    ///
    /// # Errors
    ///
    /// See [`change_users`](Self::change_users).
    pub async fn suspend_users(
        &self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        self.change_users(UserAction::Suspend, targets, options)
            .await
    }

    /// Reactivates users: looks all of them up, checks every guard, then reactivates those who are not active yet.
    ///
    /// # Errors
    ///
    /// See [`change_users`](Self::change_users).
    pub async fn reactivate_users(
        &self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        self.change_users(UserAction::Reactivate, targets, options)
            .await
    }

    /// Suspends or reactivates users.
    ///
    /// All e-mail addresses together are resolved by reading the list once; an id costs one request. All requests share one
    /// token and obey the server's request to wait. Looking up ids takes at most half of the remaining time.
    ///
    /// Returns a report for every target if any part was tried, so that no completed change goes unreported.
    ///
    /// # Errors
    ///
    /// Only if nothing was tried: [`InvalidArgument`](crate::ErrorCode::InvalidArgument) for options or guards that are not
    /// understood and for more than 10,000 targets; [`Other`](crate::ErrorCode::Other) if memory does not suffice for the
    /// report; any error of the token exchange.
    // One function for both actions: a future for each would make the component larger.
    pub async fn change_users(
        &self,
        action: UserAction,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        let operation = match action {
            UserAction::Suspend => Operation::SuspendUsers,
            UserAction::Reactivate => Operation::ReactivateUsers,
        };
        let call = self.begin(operation)?.with_deadline(options.deadline_ms)?;
        call.finish(change::change_users(&call, action, targets, options).await)
    }
}
