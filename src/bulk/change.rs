//! Bulk change: suspends or reactivates many users in one call.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::cell::Cell;

use super::{
    address_lookup::AddressTable,
    email::Email,
    guards::Guards,
    memory_budget::MemoryBudget,
    observer::TargetObserver,
    target_outcome::{TargetEntry, TargetState},
    types::{ChangeOptions, Outcome, Report, Selector, Target},
    user_table::{UserIndex, UserTable},
    warnings::users_without_look_up,
    worker_pool::{UserResult, WorkerPool},
};
use crate::{
    call::Call,
    error::ErrorCode,
    failure::Failure,
    platform::{Instant, Platform},
    request::Id,
    user_action::UserAction,
};

/// Maximum number of targets of a bulk change.
pub const MAX_TARGETS: usize = 10_000;
/// Number of concurrent requests if the call does not set it.
const DEFAULT_CONCURRENCY: u8 = 4;
/// Maximum number of concurrent requests.
const MAX_CONCURRENCY: u8 = 16;

/// Changes users: looks all of them up, checks every guard, then sends the changes.
pub(crate) async fn change_users<P: Platform>(
    call: &Call<'_, P>,
    action: UserAction,
    targets: &[Target],
    options: &ChangeOptions,
) -> Result<Report, Failure> {
    let mut change = BulkChange::new(call, action, targets, options)?;
    change.tell_settled();
    change.authenticate().await?;
    change.resolve_addresses().await;
    change.tell_settled();
    change.look_up_ids().await;
    change.check_guards();
    let planned = change.plan();
    change.tell_settled();
    let refused = change.guards.check_changes(planned.len()).err();
    let warnings = change.warnings(&planned, &options.protect);
    if !options.dry_run && refused.is_none() {
        change.apply(&planned).await;
    }
    Ok(change.report(refused, warnings))
}

/// A bulk change in progress. Each of its steps is a method, called once, in the order of [`change_users`].
struct BulkChange<'c, 'a, P> {
    call: &'c Call<'a, P>,
    action: UserAction,
    stop_on_error: bool,
    /// True if the list of users was read to its end.
    is_list_read: bool,
    guards: Guards,
    budget: MemoryBudget,
    workers: WorkerPool<'c, 'a, P>,
    observer: TargetObserver<'a, P>,
    targets: Vec<TargetEntry>,
    addresses: AddressTable,
    users: UserTable,
}

impl<'c, 'a, P: Platform> BulkChange<'c, 'a, P> {
    /// Reads the arguments of the call. A target that cannot be read has failed; wrong options fail the whole call.
    fn new(
        call: &'c Call<'a, P>,
        action: UserAction,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Self, Failure> {
        let invalid = |cause: &str| {
            Err(Failure::new(
                ErrorCode::InvalidArgument,
                cause.to_owned(),
                None,
            ))
        };
        let concurrency = options.concurrency.unwrap_or(DEFAULT_CONCURRENCY);
        if !(1..=MAX_CONCURRENCY).contains(&concurrency) {
            return invalid("the concurrency must be from 1 to 16");
        }
        if targets.len() > MAX_TARGETS {
            return invalid("there must not be more than 10000 targets");
        }
        let Some(budget) = MemoryBudget::new(targets, &options.protect) else {
            return Err(Failure::new(
                ErrorCode::Other,
                "the instance has too little memory to report on so many targets".to_owned(),
                Some("name fewer targets, or give the instance more memory"),
            ));
        };
        let mut addresses = AddressTable::default();
        let mut users = UserTable::default();
        let mut entries = Vec::with_capacity(targets.len());
        for target in targets {
            let entry = TargetEntry::new(target, &mut users, &mut addresses);
            entries.push(entry.unwrap_or_else(|failure| {
                TargetEntry::failed(call.error_without_requests(failure))
            }));
        }
        Ok(Self {
            call,
            action,
            stop_on_error: options.stop_on_error,
            is_list_read: false,
            guards: Guards::new(options, &call.account().known_secrets(None).list())?,
            budget,
            workers: WorkerPool {
                call,
                concurrency,
                budget,
            },
            observer: TargetObserver::new(call.platform(), budget, entries.len()),
            targets: entries,
            addresses,
            users,
        })
    }

    /// Returns true if nothing new is to be started: the caller has stopped the call, or a target has failed and the call is to
    /// stop on an error.
    #[inline(never)]
    fn is_stopped(&self) -> bool {
        let has_failed = |target: &TargetEntry| target.state.has_failed(&self.users);
        self.call.is_stopped() || self.stop_on_error && self.targets.iter().any(has_failed)
    }

    /// Tells the platform the targets that are settled by now.
    fn tell_settled(&self) {
        self.observer.tell_settled(&self.targets, &self.users);
    }

    /// Exchanges a token before anything else: wrong credentials fail the whole call, and no single target.
    async fn authenticate(&self) -> Result<(), Failure> {
        let is_done = self
            .targets
            .iter()
            .all(|target| target.state.has_failed(&self.users));
        if is_done || self.is_stopped() {
            return Ok(());
        }
        match self.call.ensure_token().await {
            // The report says of each target that it was skipped.
            Err(failure) if self.call.is_stopped() && failure.is_stopped => Ok(()),
            result => result,
        }
    }

    /// Resolves the targets' e-mail addresses to users, in one pass over the list.
    async fn resolve_addresses(&mut self) {
        if self.is_stopped() || self.addresses.len() == 0 {
            return;
        }
        let part = self.call.child(self.call.deadline());
        let read = self.addresses.read_list(&part, &mut self.guards).await;
        if self.call.is_stopped() && read.as_ref().is_err_and(|failure| failure.is_stopped) {
            return;
        }
        let read = read.map_err(|failure| part.error(failure));
        self.is_list_read = read.is_ok();
        let mut resolved = Vec::new();
        if read.is_ok() {
            resolved.reserve_exact(self.addresses.len());
            for address in self.addresses.indexes() {
                let user = self.addresses.take(address).and_then(|user| {
                    let index = self.users.insert(Id::of_user(&user.id)?);
                    self.users.set_found(index, user);
                    Ok(index)
                });
                resolved.push(user.map_err(|failure| self.budget.limit_error(part.error(failure))));
            }
        }
        for target in &mut self.targets {
            let TargetState::Address(address) = target.state else {
                continue;
            };
            target.state = match (&read, address.of(&resolved)) {
                (Err(error), _) | (Ok(()), Some(Err(error))) => {
                    TargetState::Failed(self.budget.copy(error))
                }
                (Ok(()), Some(Ok(user))) => TargetState::User(*user),
                (Ok(()), None) => continue,
            };
        }
    }

    /// Reads the users whom the list has not shown, one request each.
    async fn look_up_ids(&mut self) {
        if self.is_stopped() {
            return;
        }
        // Half of the time is left for the changes, in case one response never arrives.
        let remaining = self.call.remaining();
        let time = if self.users.len() > 1 {
            remaining.half()
        } else {
            remaining
        };
        let deadline = self.call.now().after(time);
        let mut left = self.users.not_found_yet();
        let has_permission = self.read_users(&mut left, deadline, false).await;
        if has_permission && !self.is_stopped() {
            // The application has the permission: the 403 concerned one user only.
            self.read_users(&mut left, deadline, true).await;
        }
    }

    /// Reads users, and removes those from `left` for whom a request was sent. Stops at the first 403 unless the application
    /// is known to have the permission to get users.
    ///
    /// Returns true if the application has the permission.
    async fn read_users(
        &mut self,
        left: &mut Vec<UserIndex>,
        deadline: Instant,
        has_permission: bool,
    ) -> bool {
        let stop_on_error = self.stop_on_error;
        let has_permission = Cell::new(has_permission);
        let targets = TargetObserver::<P>::targets_by_user(&self.targets);
        let (observer, users) = (&self.observer, &self.users);
        let stops_after = |index, result: &UserResult| {
            observer.tell_user(&targets, users, index, result, false);
            match result {
                UserResult::User(_) => {
                    has_permission.set(true);
                    false
                }
                UserResult::Forbidden => !has_permission.get(),
                UserResult::Stopped => true,
                UserResult::Error(_) => stop_on_error,
            }
        };
        let results = self
            .workers
            .run(None, deadline, &self.users, left, &stops_after)
            .await;
        *left = left.split_off(results.len().min(left.len()));
        for (index, result) in results {
            let error = match result {
                UserResult::User(Some(user)) => {
                    // The list may have shown the user without the address, or not at all.
                    self.guards.note(&user.id, &Email::of(&user));
                    self.users.set_found(index, user);
                    continue;
                }
                // The user stays unknown, and is changed without a look-up; or is skipped.
                UserResult::Forbidden | UserResult::Stopped => continue,
                UserResult::User(None) => {
                    let failure = Failure::new(
                        ErrorCode::Other,
                        "no memory is left for the user".to_owned(),
                        Some("name fewer targets, or give the instance more memory"),
                    );
                    self.call.error_without_requests(failure)
                }
                UserResult::Error(error) => error,
            };
            self.users.settle(index, Outcome::Failed(error));
        }
        has_permission.get()
    }

    /// Checks every guard for each target. A user refused to one target can still be changed for another.
    fn check_guards(&mut self) {
        let is_stopped = self.is_stopped();
        for target in &mut self.targets {
            let TargetState::User(index) = target.state else {
                continue;
            };
            let Some(entry) = self.users.get(index).filter(|entry| entry.is_pending()) else {
                continue;
            };
            if is_stopped && entry.user.is_none() {
                // Not looked up because of another failure: there is nothing to compare.
                continue;
            }
            if let Err(failure) = self.guards.check(entry, target.expected_email.as_ref()) {
                target.state =
                    TargetState::Refused(index, self.call.error_without_requests(failure));
            }
        }
    }

    /// Selects the users to change, each once, in the order of the targets.
    fn plan(&mut self) -> Vec<UserIndex> {
        let is_stopped = self.is_stopped();
        let mut planned = Vec::new();
        for target in &self.targets {
            let TargetState::User(index) = target.state else {
                continue;
            };
            let Some(entry) = self.users.get(index).filter(|entry| entry.is_pending()) else {
                continue;
            };
            if entry.previous_state == Some(self.action.target_state()) {
                self.users.settle(index, Outcome::Unchanged);
            } else if is_stopped {
                self.users.settle(index, Outcome::Skipped);
            } else {
                self.users.set_planned(index);
                planned.push(index);
            }
        }
        planned
    }

    /// Returns what a person should know about the guards.
    fn warnings(&mut self, planned: &[UserIndex], protect: &[Selector]) -> Vec<String> {
        let is_unseen = |index: &&UserIndex| {
            let entry = self.users.get(**index);
            entry.is_some_and(|entry| entry.user.is_none())
        };
        let unseen = planned.iter().filter(is_unseen).count();
        let unknown = if self.is_list_read {
            self.guards.unknown_names(protect)
        } else {
            None
        };
        unknown
            .into_iter()
            .chain(users_without_look_up(unseen))
            .collect()
    }

    /// Sends the changes.
    async fn apply(&mut self, planned: &[UserIndex]) {
        let stop_on_error = self.stop_on_error;
        let targets = TargetObserver::<P>::targets_by_user(&self.targets);
        let (observer, users) = (&self.observer, &self.users);
        let stops_after = |index, result: &UserResult| {
            observer.tell_user(&targets, users, index, result, true);
            match result {
                UserResult::Error(_) => stop_on_error,
                UserResult::Stopped => true,
                UserResult::User(_) | UserResult::Forbidden => false,
            }
        };
        let results = self
            .workers
            .run(
                Some(self.action),
                self.call.deadline(),
                &self.users,
                planned,
                &stops_after,
            )
            .await;
        for &index in planned.get(results.len()..).unwrap_or_default() {
            self.users.settle(index, Outcome::Skipped);
        }
        for (index, result) in results {
            match result {
                UserResult::User(user) => self.users.set_changed(index, user),
                UserResult::Error(error) => self.users.settle(index, Outcome::Failed(error)),
                UserResult::Stopped => self.users.settle(index, Outcome::Skipped),
                UserResult::Forbidden => {}
            }
        }
    }

    /// Reports on every target.
    fn report(self, refused: Option<Failure>, warnings: Vec<String>) -> Report {
        self.observer.tell_rest(&self.targets, &self.users);
        let targets = self.targets.into_iter();
        Report {
            targets: targets
                .map(|target| target.into_report(&self.users, self.budget))
                .collect(),
            refused: refused.map(|failure| self.call.error_without_requests(failure)),
            requests: self.call.all_requests(),
            warnings,
        }
    }
}
