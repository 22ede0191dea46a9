//! The same done to many users, several at a time.

use alloc::{boxed::Box, vec::Vec};
use core::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use super::{people::People, room::Room};
use crate::{
    call::Call,
    error::Error,
    host::{Duration, Host},
    user::User,
    users::OneUser,
};

/// Those who send a call's requests.
pub(super) struct Crew<'c, 'a, H> {
    pub call: &'c Call<'a, H>,
    /// How many there are.
    pub concurrency: u8,
    pub room: Room,
}

/// Users, by their places, and what came back for each: none where there was no memory for it.
type Answers = Vec<(usize, Result<Option<User>, Error>)>;

type Worker<'w> = Pin<Box<dyn Future<Output = ()> + 'w>>;

impl<H: Host> Crew<'_, '_, H> {
    /// Does this to users, each by a part of the call, until an error ends it. Those who were not begun with have no answer.
    pub async fn work(
        &self,
        what: OneUser,
        time: Duration,
        people: &People,
        places: &[usize],
        ends: &dyn Fn(&Error) -> bool,
    ) -> Answers {
        let places = Cell::new(places.iter());
        let answers = Cell::new(Answers::new());
        let end = self.call.now().after(time);
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
                    let left = self.call.now().until(end);
                    let part = self.call.part_within(left);
                    let result = part.one_user(what, person.id.as_str()).await;
                    let result = part.finish(result);
                    if result.as_ref().err().is_some_and(ends) {
                        places.set([].iter());
                    }
                    let mut all = answers.take();
                    all.push((place, self.room.kept(result)));
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
