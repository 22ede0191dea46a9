//! Several requests at a time, each for one user.

use alloc::{boxed::Box, vec::Vec};
use core::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use super::{
    memory_budget::MemoryBudget,
    user_table::{UserIndex, UserTable},
};
use crate::{
    call::Call,
    endpoint::Endpoint,
    error::Error,
    platform::{Instant, Platform},
    user::User,
    user_action::UserAction,
    users,
};

/// Workers that send the requests of one call.
pub(super) struct WorkerPool<'c, 'a, P> {
    pub call: &'c Call<'a, P>,
    /// Number of workers.
    pub concurrency: u8,
    pub budget: MemoryBudget,
}

/// Result of the request for one user.
pub(super) enum UserResult {
    /// The user in the response. None if memory does not suffice to keep it.
    User(Option<User>),
    /// The server refused to read the user (403): the application lacks the permission to get users. No other reason is
    /// documented.
    Forbidden,
    /// The caller stopped the call before the request was sent, or while a user was read.
    Stopped,
    /// Any other failure.
    Error(Error),
}

type Worker<'w> = Pin<Box<dyn Future<Output = ()> + 'w>>;

impl<P: Platform> WorkerPool<'_, '_, P> {
    /// Changes users, or reads them if there is no action, one request per user in the order of `indexes`.
    ///
    /// Starts no further request once `stops_after` returns true for a result; completes those under way. Returns the results
    /// in the order of their arrival: they belong to the first elements of `indexes`, and the others have none. No user is
    /// tried after one whose result is [`UserResult::Stopped`].
    pub(super) async fn run(
        &self,
        action: Option<UserAction>,
        deadline: Instant,
        users: &UserTable,
        indexes: &[UserIndex],
        stops_after: &dyn Fn(UserIndex, &UserResult) -> bool,
    ) -> Vec<(UserIndex, UserResult)> {
        let queue = Cell::new(indexes.iter());
        let results = Cell::new(Vec::new());
        let next = || {
            let mut rest = queue.take();
            let index = rest.next().copied();
            queue.set(rest);
            index
        };
        let worker = |_| -> Worker<'_> {
            Box::pin(async {
                while let Some(index) = next() {
                    let Some(entry) = users.get(index) else {
                        continue;
                    };
                    let result = self.send(action, deadline, entry.id.as_str()).await;
                    if stops_after(index, &result) {
                        queue.set([].iter());
                    }
                    let mut all = results.take();
                    all.push((index, result));
                    results.set(all);
                }
            })
        };
        join_all((0..self.concurrency).map(worker).collect()).await;
        results.into_inner()
    }

    /// Sends the request for one user, as a part of the call with its own error and request count.
    async fn send(&self, action: Option<UserAction>, deadline: Instant, id: &str) -> UserResult {
        let part = self.call.child(deadline);
        let result = users::get_or_change(&part, action, id).await;
        if let Err(failure) = &result {
            if failure.is_forbidden_by(Endpoint::User) {
                return UserResult::Forbidden;
            }
            let is_stopped = self.call.is_stopped() && failure.is_stopped;
            if is_stopped && (action.is_none() || !failure.is_sent) {
                return UserResult::Stopped;
            }
        }
        match self.budget.limit(part.finish(result)) {
            Ok(user) => UserResult::User(user),
            Err(error) => UserResult::Error(error),
        }
    }
}

/// Runs workers concurrently until all of them have ended.
async fn join_all(mut workers: Vec<Worker<'_>>) {
    poll_fn(|context| {
        workers.retain_mut(|worker| worker.as_mut().poll(context).is_pending());
        if workers.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}
