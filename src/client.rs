//! The client of one account.

use alloc::{rc::Rc, vec::Vec};

use crate::{
    account::Account,
    bulk::{self, ChangeOptions, Report, Target, UserList},
    call::Call,
    check::{self, Finding},
    clone_cell::CloneCell,
    error::{Error, Operation},
    platform::Platform,
    settings::{Settings, SettingsError},
    user::{ListOptions, StateFilter, User, UserPage},
    user_action::UserAction,
    users,
};

/// A client of the 1Password Users API for one account.
///
/// Calls may run at the same time on one thread. They share a token: it is exchanged when it is first needed, and replaced
/// before it expires. Each call retries transient failures, and ends within the deadline from the settings. A call that is
/// dropped is cancelled.
///
/// Every function that returns an [`Error`] fails with [`NotConfigured`](crate::ErrorCode::NotConfigured) while there are no
/// valid settings, and with any [`ErrorCode`](crate::ErrorCode) of a token exchange or a request.
pub struct Client<P> {
    platform: P,
    account: CloneCell<Rc<Account>>,
    /// Problems of the settings that the client was created with, if it has no account.
    problems: SettingsError,
}

impl<P: Platform> Client<P> {
    /// Creates a client. Without valid settings every call fails with `not-configured`, until
    /// [`configure`](Self::configure) succeeds.
    pub fn new(platform: P, settings: Result<Settings, SettingsError>) -> Self {
        let (account, problems) = match settings {
            Ok(settings) => (Some(Account::new(settings)), SettingsError::default()),
            Err(problems) => (None, problems),
        };
        Self {
            platform,
            account: CloneCell::new(account),
            problems,
        }
    }

    /// Platform that the calls run on.
    pub fn platform(&self) -> &P {
        &self.platform
    }

    /// Replaces all settings at once and forgets the token, without revoking it. Calls under way keep the settings that they
    /// started with.
    ///
    /// # Errors
    ///
    /// `not-configured` for invalid settings, which change nothing.
    pub fn configure(&self, settings: Result<Settings, SettingsError>) -> Result<(), Error> {
        let settings =
            settings.map_err(|problems| not_configured(&problems, Operation::Configure))?;
        self.account.set(Some(Account::new(settings)));
        Ok(())
    }

    /// Checks the settings without changing anything in the account: a token exchange, a list of one user, a get.
    ///
    /// Returns one finding per check, always all of them, in the same order.
    pub async fn check(&self) -> Vec<Finding> {
        match self.account() {
            Ok(account) => {
                let call = Call::new(&self.platform, account, Operation::Check);
                check::check(&call).await
            }
            Err(problems) => check::without_settings(problems),
        }
    }

    /// Revokes the token that is held (RFC 7009) and forgets it. Succeeds if there is none.
    ///
    /// # Errors
    ///
    /// Any cause of a failed request; the token is then kept, so that the call can be repeated.
    pub async fn revoke_token(&self) -> Result<(), Error> {
        let call = self.begin(Operation::RevokeToken)?;
        call.finish(call.revoke_token().await)
    }

    /// Lists users, one page per call.
    ///
    /// # Errors
    ///
    /// `invalid-argument` for a page size out of range or a page token that the server does not accept;
    /// `malformed-response` if the server returns the same page token again.
    pub async fn list_users(&self, options: &ListOptions) -> Result<UserPage, Error> {
        let call = self.begin(Operation::ListUsers)?;
        call.finish(users::list(&call, options).await)
    }

    /// Reads one user by id: 1 to 1024 bytes, without control characters, not `.` or `..`.
    ///
    /// # Errors
    ///
    /// `not-found` if the account has no such user.
    pub async fn get_user(&self, id: &str) -> Result<User, Error> {
        self.get_or_change(None, id).await
    }

    /// Suspends one user. See [`change_user`](Self::change_user).
    pub async fn suspend_user(&self, id: &str) -> Result<User, Error> {
        self.change_user(UserAction::Suspend, id).await
    }

    /// Reactivates one user. See [`change_user`](Self::change_user).
    pub async fn reactivate_user(&self, id: &str) -> Result<User, Error> {
        self.change_user(UserAction::Reactivate, id).await
    }

    /// Suspends or reactivates one user, and returns the user in the new state. Idempotent.
    ///
    /// # Errors
    ///
    /// `last-owner` and `externally-managed` for users who cannot be suspended. The error's
    /// [`effect`](Error::effect) tells if the change may have been made.
    pub async fn change_user(&self, action: UserAction, id: &str) -> Result<User, Error> {
        self.get_or_change(Some(action), id).await
    }

    /// Reads one user, or changes one if there is an action: [`get_user`](Self::get_user) and
    /// [`change_user`](Self::change_user) in one future, for callers that have to be small.
    pub async fn get_or_change(&self, action: Option<UserAction>, id: &str) -> Result<User, Error> {
        let call = self.begin(action.map_or(Operation::GetUser, UserAction::operation))?;
        call.finish(users::get_or_change(&call, action, id).await)
    }

    /// Finds the user with an e-mail address.
    ///
    /// Reads the whole list, because only the last page settles the result; holds one page in memory at a time.
    ///
    /// # Errors
    ///
    /// `not-found` if no user of the list has the address; `ambiguous` if several have it, with their ids in
    /// [`candidates`](Error::candidates); `invalid-argument` for a string that is not an e-mail address or a deadline out of
    /// range; and any error that cut the reading short.
    pub async fn find_user(&self, email: &str, deadline_ms: Option<u32>) -> Result<User, Error> {
        let call = self
            .begin(Operation::FindUser)?
            .with_deadline(deadline_ms)?;
        call.finish(bulk::find_user(&call, email).await)
    }

    /// Lists all users, or all users in one state, up to `limit` users.
    ///
    /// # Errors
    ///
    /// `invalid-argument` for a limit of 0 or a deadline out of range; `other` if the list does not fit into memory;
    /// `malformed-response` if the pages repeat; and any error that cut the reading short.
    pub async fn list_all_users(
        &self,
        filter: Option<StateFilter>,
        limit: u32,
        deadline_ms: Option<u32>,
    ) -> Result<UserList, Error> {
        let call = self
            .begin(Operation::ListAllUsers)?
            .with_deadline(deadline_ms)?;
        call.finish(bulk::list_all_users(&call, filter, limit).await)
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
    /// Only if nothing was tried: `invalid-argument` for invalid options or guards and for more than 10,000 targets; `other` if
    /// memory does not suffice for the report; any error of the token exchange.
    // One function for both actions: a future for each would make the component larger.
    pub async fn change_users(
        &self,
        action: UserAction,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        let call = self
            .begin(action.bulk_operation())?
            .with_deadline(options.deadline_ms)?;
        call.finish(bulk::change_users(&call, action, targets, options).await)
    }

    /// Starts a call, if there are settings.
    fn begin(&self, operation: Operation) -> Result<Call<'_, P>, Error> {
        match self.account() {
            Ok(account) => Ok(Call::new(&self.platform, account, operation)),
            Err(problems) => Err(not_configured(problems, operation)),
        }
    }

    fn account(&self) -> Result<Rc<Account>, &SettingsError> {
        self.account.get().ok_or(&self.problems)
    }
}

fn not_configured(problems: &SettingsError, operation: Operation) -> Error {
    problems.failure().into_error(operation, 0)
}
