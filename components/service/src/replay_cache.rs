//! Replay cache: the webhooks that were carried out, so that a repeated delivery changes no user a second time.

use alloc::{borrow::ToOwned, collections::VecDeque, string::String, vec::Vec};
use core::cell::Cell;

use sha2::{Digest, Sha256};

use crate::{tally::Tally, webhook::WebhookMessage};

/// Maximum number of messages of one sender.
const MAX_MESSAGES: usize = 1000;

/// The messages that this instance carried out last, for each sender: no sender can displace the messages of another one.
#[derive(Default)]
pub(crate) struct ReplayCache(Cell<Vec<SenderMessages>>);

/// Messages of one sender, the oldest first.
struct SenderMessages {
    sender: String,
    messages: VecDeque<KnownMessage>,
}

/// A message that was carried out, at least for some of its users. Digests take the same memory for every message.
struct KnownMessage {
    /// SHA-256 of the id.
    id: [u8; 32],
    /// SHA-256 of the body.
    body: [u8; 32],
    carried: Carried,
}

/// Part of a message that was carried out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Carried {
    /// Users for whom it was not carried out.
    pub(crate) open: Positions,
    /// Outcomes of the users for whom it was.
    pub(crate) tally: Tally,
}

/// Users of a message, by their positions in its list: one bit for each.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Positions(Vec<u8>);

impl Positions {
    pub(crate) fn insert(&mut self, position: usize) {
        let (byte, bit) = (position / 8, 1 << (position % 8));
        if self.0.len() <= byte {
            self.0.resize(byte.saturating_add(1), 0);
        }
        if let Some(byte) = self.0.get_mut(byte) {
            *byte |= bit;
        }
    }

    pub(crate) fn contains(&self, position: usize) -> bool {
        let byte = self.0.get(position / 8);
        byte.is_some_and(|byte| byte & (1 << (position % 8)) != 0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Relation of a message to those that were carried out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Repetition {
    /// No message with this id was carried out.
    New,
    /// The same message was carried out, possibly not for all of its users.
    Same(Carried),
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
            Some(known) if known.body == message.body_digest => {
                Repetition::Same(known.carried.clone())
            }
            Some(_) => Repetition::OtherBody,
        };
        self.0.set(senders);
        repetition
    }

    /// Adds a message that was carried out, or the progress of a repeated delivery. Drops the sender's oldest message if there
    /// are too many.
    pub(crate) fn insert(&self, message: &WebhookMessage<'_>, carried: Carried) {
        let mut senders = self.0.take();
        let id = Sha256::digest(message.id).into();
        let added = KnownMessage {
            id,
            body: message.body_digest,
            carried,
        };
        let mut known = senders.iter_mut();
        match known.find(|known| known.sender == message.sender) {
            Some(SenderMessages { messages, .. }) => {
                match messages.iter_mut().find(|known| known.id == id) {
                    Some(known) => *known = added,
                    None => {
                        if messages.len() >= MAX_MESSAGES {
                            messages.pop_front();
                        }
                        messages.push_back(added);
                    }
                }
            }
            None => senders.push(SenderMessages {
                sender: message.sender.to_owned(),
                messages: [added].into(),
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

    fn same() -> Repetition {
        Repetition::Same(Carried::default())
    }

    #[test]
    fn an_id_is_cached_per_sender() {
        let cache = ReplayCache::default();
        cache.insert(&message("siem", "1"), Carried::default());
        assert_eq!(cache.check(&message("siem", "1")), same());
        assert_eq!(cache.check(&message("soar", "1")), Repetition::New);
        assert_eq!(cache.check(&message("siem", "2")), Repetition::New);
    }

    #[test]
    fn a_known_id_with_another_body_is_noticed() {
        let cache = ReplayCache::default();
        cache.insert(&message("siem", "1"), Carried::default());
        let other = WebhookMessage {
            body_digest: [1; 32],
            ..message("siem", "1")
        };
        assert_eq!(cache.check(&other), Repetition::OtherBody);
    }

    #[test]
    fn the_oldest_message_of_its_sender_is_dropped_at_the_limit() {
        let cache = ReplayCache::default();
        cache.insert(&message("soar", "0"), Carried::default());
        for number in 0..=MAX_MESSAGES {
            cache.insert(&message("siem", &number.to_string()), Carried::default());
        }
        for (sender, id, repetition) in [
            ("siem", "0", Repetition::New),
            ("siem", "1", same()),
            ("siem", "1000", same()),
            ("soar", "0", same()),
        ] {
            assert_eq!(
                cache.check(&message(sender, id)),
                repetition,
                "{sender} {id}"
            );
        }
    }

    #[test]
    fn what_is_left_of_a_message_is_replaced() {
        let cache = ReplayCache::default();
        for left in [&[0, 7, 8, 999][..], &[7], &[]] {
            let mut open = Positions::default();
            for position in left {
                open.insert(*position);
            }
            let tally = Tally::default();
            cache.insert(&message("siem", "1"), Carried { open, tally });
            let Repetition::Same(Carried { open, .. }) = cache.check(&message("siem", "1")) else {
                panic!("it is known");
            };
            let found: Vec<_> = (0..2000).filter(|at| open.contains(*at)).collect();
            assert_eq!(found, left);
            assert_eq!(open.is_empty(), left.is_empty());
        }
    }
}
