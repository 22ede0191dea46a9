//! The same done to many users, several at a time.

use alloc::{boxed::Box, vec::Vec};
use core::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use super::{memory_budget::Room, user_table::People};
use crate::{
    call::Call,
    endpoint::Endpoint,
    error::Error,
    failure::Failure,
    platform::{Instant, Platform},
    user::User,
    users::{self, UserAction},
};

/// Those who send a call's requests.
pub(super) struct Crew<'c, 'a, H> {
    pub call: &'c Call<'a, H>,
    /// How many there are.
    pub concurrency: u8,
    pub room: Room,
}

/// What came back for a user.
pub(super) enum Answer {
    /// The user; none where there was no memory for them.
    User(Option<User>),
    /// The application may not look at users. No other reason is documented for which a get is forbidden.
    Forbidden,
    /// Neither.
    Error(Error),
}

/// What came back for users, by their places.
type Answers = Vec<(usize, Answer)>;

type Worker<'w> = Pin<Box<dyn Future<Output = ()> + 'w>>;

impl<H: Platform> Crew<'_, '_, H> {
    /// Does this to users, each by a part of the call, until an answer ends it. Those who were not begun with have no answer.
    pub async fn work(
        &self,
        action: Option<UserAction>,
        deadline: Instant,
        people: &People,
        places: &[usize],
        ends: &dyn Fn(&Answer) -> bool,
    ) -> Answers {
        let places = Cell::new(places.iter());
        let answers = Cell::new(Answers::new());
        let take = || {
            let mut left = places.take();
            let place = left.next().copied();
            places.set(left);
            place
        };
        let worker = |_| -> Worker<'_> {
            Box::pin(async {
                while let Some(place) = take() {
                    let Some(person) = people.get(place) else {
                        continue;
                    };
                    let part = self.call.child(deadline);
                    let result = users::get_or_change(&part, action, person.id.as_str()).await;
                    let is_forbidden = |failure: &Failure| failure.is_forbidden_by(Endpoint::User);
                    let is_forbidden = result.as_ref().err().is_some_and(is_forbidden);
                    let answer = match self.room.kept(part.finish(result)) {
                        Ok(user) => Answer::User(user),
                        Err(_) if is_forbidden => Answer::Forbidden,
                        Err(error) => Answer::Error(error),
                    };
                    if ends(&answer) {
                        places.set([].iter());
                    }
                    let mut all = answers.take();
                    all.push((place, answer));
                    answers.set(all);
                }
            })
        };
        all((0..self.concurrency).map(worker).collect()).await;
        answers.into_inner()
    }
}

/// Lets everybody work at the same time, until all have ended.
async fn all(mut workers: Vec<Worker<'_>>) {
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
