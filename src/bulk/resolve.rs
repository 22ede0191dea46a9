//! Everybody whom a change is about, seen before anybody is changed.

use alloc::{borrow::ToOwned, vec::Vec};
use core::cell::Cell;

use super::{
    Outcome, address_lookup::look_up, change::Change, target_state::At, worker_pool::Answer,
};
use crate::{
    error::ErrorCode,
    failure::Failure,
    platform::{Instant, Platform},
    request::Id,
};

impl<H: Platform> Change<'_, '_, H> {
    /// Makes users of addresses, in one pass over the list.
    pub async fn look_up_addresses(&mut self) {
        if self.is_over || self.wanted.is_empty() {
            return;
        }
        let part = self.call.child(self.call.deadline());
        let read = look_up(&part, &mut self.wanted).await;
        let read = read.map_err(|failure| part.error(failure));
        let mut found = Vec::with_capacity(self.wanted.len());
        for place in 0..self.wanted.len() {
            if read.is_err() {
                break;
            }
            let user = self.wanted.take(place);
            let place = user.and_then(|user| {
                let place = self.people.place(Id::of_user(&user.id)?);
                self.people.meet(place, user);
                Ok(place)
            });
            found.push(place.map_err(|failure| self.room.kept_error(part.error(failure))));
        }
        for aim in &mut self.aims {
            let At::Address(place) = aim.at else {
                continue;
            };
            aim.at = match (&read, found.get(place)) {
                (Err(error), _) | (Ok(()), Some(Err(error))) => At::Failed(self.room.copy(error)),
                (Ok(()), Some(Ok(place))) => At::Person(*place),
                (Ok(()), None) => continue,
            };
        }
    }

    /// Reads those who were named by id, and whom the list has not shown.
    pub async fn look_up_ids(&mut self) {
        self.stop_after_failures();
        if self.is_over {
            return;
        }
        // Whose look-up never ends must not keep the others from being changed.
        let remaining = self.call.remaining();
        let time = if self.people.len() > 1 {
            remaining.half()
        } else {
            remaining
        };
        let end = self.call.now().after(time);
        let mut unseen = self.people.unseen();
        let is_permitted = self.look_up(&mut unseen, end, false).await;
        self.stop_after_failures();
        if is_permitted && !self.is_over {
            // The permission is there, and it was about somebody in particular that the server forbade the look.
            self.look_up(&mut unseen, end, true).await;
        }
    }

    /// Reads users, until one answer shows that nobody may be read: then those who are left were not asked for. Whether
    /// anybody may be read.
    async fn look_up(&mut self, unseen: &mut Vec<usize>, end: Instant, is_permitted: bool) -> bool {
        let stop_on_error = self.stop_on_error;
        let is_permitted = Cell::new(is_permitted);
        let ends = |answer: &Answer| match answer {
            Answer::User(_) => {
                is_permitted.set(true);
                false
            }
            // Nobody needs to be told again.
            Answer::Forbidden => !is_permitted.get(),
            Answer::Error(_) => stop_on_error,
        };
        let answers = self.crew.work(None, end, &self.people, unseen, &ends).await;
        // They are taken in order: those who were asked for are the first ones.
        *unseen = unseen.split_off(answers.len().min(unseen.len()));
        for (place, answer) in answers {
            match answer {
                Answer::User(Some(user)) => self.people.meet(place, user),
                Answer::User(None) => {
                    let failure = Failure::new(
                        ErrorCode::Other,
                        "no memory is left for the user".to_owned(),
                        Some("name fewer targets, or give the instance more memory"),
                    );
                    let error = self.call.error_without_requests(failure);
                    self.people.end(place, Outcome::Failed(error));
                }
                // Without the permission to look, the change is made all the same.
                Answer::Forbidden => {}
                Answer::Error(error) => self.people.end(place, Outcome::Failed(error)),
            }
        }
        is_permitted.get()
    }
}
