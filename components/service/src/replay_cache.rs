//! Replay cache: the webhooks that were carried out, so that a repeated delivery changes nothing.

use alloc::{borrow::ToOwned, collections::VecDeque, string::String};
use core::cell::Cell;

use crate::webhook::WebhookMessage;

/// Maximum number of messages.
const MAX_MESSAGES: usize = 1000;

/// Sender and id of the messages that this instance carried out last. The sender belongs to the key: two senders can choose
/// the same id.
#[derive(Default)]
pub(crate) struct ReplayCache(Cell<VecDeque<(String, String)>>);

impl ReplayCache {
    /// Returns true if the message was carried out.
    pub(crate) fn contains(&self, message: &WebhookMessage<'_>) -> bool {
        let messages = self.0.take();
        let is_cached = messages
            .iter()
            .any(|(sender, id)| sender == message.sender && id == message.id);
        self.0.set(messages);
        is_cached
    }

    /// Adds a message, and drops the oldest one if there are too many.
    pub(crate) fn insert(&self, message: &WebhookMessage<'_>) {
        let mut messages = self.0.take();
        if messages.len() >= MAX_MESSAGES {
            messages.pop_front();
        }
        messages.push_back((message.sender.to_owned(), message.id.to_owned()));
        self.0.set(messages);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<'m>(sender: &'m str, id: &'m str) -> WebhookMessage<'m> {
        WebhookMessage { sender, id }
    }

    #[test]
    fn an_id_is_cached_per_sender() {
        let cache = ReplayCache::default();
        cache.insert(&message("siem", "1"));
        assert!(cache.contains(&message("siem", "1")));
        assert!(!cache.contains(&message("soar", "1")));
        assert!(!cache.contains(&message("siem", "2")));
    }

    #[test]
    fn the_oldest_message_is_dropped_at_the_limit() {
        let cache = ReplayCache::default();
        for number in 0..=MAX_MESSAGES {
            cache.insert(&message("siem", &number.to_string()));
        }
        assert!(!cache.contains(&message("siem", "0")));
        assert!(cache.contains(&message("siem", "1")));
        assert!(cache.contains(&message("siem", &MAX_MESSAGES.to_string())));
    }
}
