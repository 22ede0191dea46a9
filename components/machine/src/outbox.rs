//! Actions that were collected since the last event.

use alloc::vec::Vec;
use core::cell::Cell;

use onepassword_users_protocol::{Actions, Cancel, Done, SendRequest, Settled};

/// Actions for the host, while an event is carried out.
#[derive(Default)]
pub(crate) struct Outbox(Cell<Actions>);

impl Outbox {
    pub(crate) fn send(&self, request: SendRequest) {
        self.add(|actions| &mut actions.send, request);
    }

    /// Adds a request to cancel. One that the host has not been asked to send yet is only taken back.
    pub(crate) fn cancel(&self, request: Cancel) {
        let mut actions = self.0.take();
        let sends = actions.send.len();
        actions.send.retain(|send| send.id != request.id);
        if actions.send.len() == sends {
            actions.cancel.push(request);
        }
        self.0.set(actions);
    }

    pub(crate) fn settled(&self, target: Settled) {
        self.add(|actions| &mut actions.settled, target);
    }

    pub(crate) fn done(&self, call: Done) {
        self.add(|actions| &mut actions.done, call);
    }

    /// Takes all actions.
    pub(crate) fn take(&self) -> Actions {
        self.0.take()
    }

    fn add<T>(&self, list: impl FnOnce(&mut Actions) -> &mut Vec<T>, item: T) {
        let mut actions = self.0.take();
        list(&mut actions).push(item);
        self.0.set(actions);
    }
}
