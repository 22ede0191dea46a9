//! Replay cache: the webhooks that were carried out, so that a repeated delivery changes nothing.

use alloc::{borrow::ToOwned, collections::VecDeque, string::String, vec::Vec};
use core::cell::Cell;

use sha2::{Digest, Sha256};

use crate::webhook::WebhookMessage;

/// Maximum number of messages of one sender.
const MAX_MESSAGES: usize = 1000;

/// The messages that this instance carried out last, for each sender: no sender can displace the messages of another one.
#[derive(Default)]
pub(crate) struct ReplayCache(Cell<Vec<SenderMessages>>);

/// Messages of one sender, the oldest first.
struct SenderMessages {
    sender: String,
    messages: VecDeque<MessageDigests>,
}

/// A message that was carried out. Digests take the same memory for every message.
struct MessageDigests {
    /// SHA-256 of the id.
    id: [u8; 32],
    /// SHA-256 of the body.
    body: [u8; 32],
}

/// Relation of a message to those that were carried out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Repetition {
    /// No message with this id was carried out.
    New,
    /// The same message was carried out.
    Same,
    /// Another message with this id was carried out.
    OtherBody,
}

impl ReplayCache {
    /// Compares a message with those that were carried out.
    pub(crate) fn check(&self, message: &WebhookMessage<'_>) -> Repetition {
        let id: [u8; 32] = Sha256::digest(message.id).into();
        let senders = self.0.take();
        let messages = senders
            .iter()
            .filter(|known| known.sender == message.sender)
            .flat_map(|known| &known.messages);
        let mut known = messages.filter(|known| known.id == id);
        let repetition = match known.next() {
            None => Repetition::New,
            Some(known) if known.body == message.body_digest => Repetition::Same,
            Some(_) => Repetition::OtherBody,
        };
        self.0.set(senders);
        repetition
    }

    /// Adds a message, and drops the sender's oldest one if there are too many.
    pub(crate) fn insert(&self, message: &WebhookMessage<'_>) {
        let mut senders = self.0.take();
        let digests = MessageDigests {
            id: Sha256::digest(message.id).into(),
            body: message.body_digest,
        };
        let mut known = senders.iter_mut();
        match known.find(|known| known.sender == message.sender) {
            Some(known) => {
                if known.messages.len() >= MAX_MESSAGES {
                    known.messages.pop_front();
                }
                known.messages.push_back(digests);
            }
            None => senders.push(SenderMessages {
                sender: message.sender.to_owned(),
                messages: [digests].into(),
            }),
        }
        self.0.set(senders);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<'m>(sender: &'m str, id: &'m str) -> WebhookMessage<'m> {
        WebhookMessage {
            sender,
            id,
            body_digest: [0; 32],
        }
    }

    #[test]
    fn an_id_is_cached_per_sender() {
        let cache = ReplayCache::default();
        cache.insert(&message("siem", "1"));
        assert_eq!(cache.check(&message("siem", "1")), Repetition::Same);
        assert_eq!(cache.check(&message("soar", "1")), Repetition::New);
        assert_eq!(cache.check(&message("siem", "2")), Repetition::New);
    }

    #[test]
    fn a_known_id_with_another_body_is_noticed() {
        let cache = ReplayCache::default();
        cache.insert(&message("siem", "1"));
        let other = WebhookMessage {
            body_digest: [1; 32],
            ..message("siem", "1")
        };
        assert_eq!(cache.check(&other), Repetition::OtherBody);
    }

    #[test]
    fn the_oldest_message_of_its_sender_is_dropped_at_the_limit() {
        let cache = ReplayCache::default();
        cache.insert(&message("soar", "0"));
        for number in 0..=MAX_MESSAGES {
            cache.insert(&message("siem", &number.to_string()));
        }
        for (sender, id, repetition) in [
            ("siem", "0", Repetition::New),
            ("siem", "1", Repetition::Same),
            ("siem", "1000", Repetition::Same),
            ("soar", "0", Repetition::Same),
        ] {
            assert_eq!(
                cache.check(&message(sender, id)),
                repetition,
                "{sender} {id}"
            );
        }
    }
}
