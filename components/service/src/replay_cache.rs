//! Webhooks that were carried out, for senders that send one again.

use alloc::{borrow::ToOwned, collections::VecDeque, string::String};
use core::cell::Cell;

use crate::webhook::Message;

/// How many are remembered.
const MOST: usize = 1000;

/// The messages that this instance carried out last: sender and id of each, because an id is its sender's own.
#[derive(Default)]
pub(crate) struct Repeats(Cell<VecDeque<(String, String)>>);

impl Repeats {
    /// Whether a message was carried out.
    pub fn has(&self, message: &Message<'_>) -> bool {
        let known = self.0.take();
        let is_known = known
            .iter()
            .any(|(sender, id)| sender == message.sender && id == message.id);
        self.0.set(known);
        is_known
    }

    /// Remembers a message, and forgets the oldest one where there are too many.
    pub fn add(&self, message: &Message<'_>) {
        let mut known = self.0.take();
        if known.len() >= MOST {
            known.pop_front();
        }
        known.push_back((message.sender.to_owned(), message.id.to_owned()));
        self.0.set(known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<'m>(sender: &'m str, id: &'m str) -> Message<'m> {
        Message { sender, id }
    }

    #[test]
    fn an_id_is_its_senders_own() {
        let repeats = Repeats::default();
        repeats.add(&message("siem", "1"));
        assert!(repeats.has(&message("siem", "1")));
        assert!(!repeats.has(&message("soar", "1")));
        assert!(!repeats.has(&message("siem", "2")));
    }

    #[test]
    fn the_oldest_is_forgotten_where_there_are_too_many() {
        let repeats = Repeats::default();
        for number in 0..=MOST {
            repeats.add(&message("siem", &number.to_string()));
        }
        assert!(!repeats.has(&message("siem", "0")));
        assert!(repeats.has(&message("siem", "1")));
        assert!(repeats.has(&message("siem", &MOST.to_string())));
    }
}
