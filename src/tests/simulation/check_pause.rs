//! Checks of pauses: a 429 pauses all requests of a call.

use super::history::{History, PauseRecord, RequestRecord};
use crate::platform::Instant;

impl History {
    /// Records that a request of a call got a 429.
    pub(super) fn record_pause(&mut self, request: usize, now: Instant) {
        let record = &self.requests[request];
        let (call, chain) = (record.call, record.chain);
        let latest = now.after(self.longest_wait(call, chain));
        let until = record.received.not_before().unwrap_or(now);
        let before = self.current_pause(call, now);
        self.calls[call].pause = Some(PauseRecord {
            began: before.map_or(now, |pause| pause.began),
            until: before.map_or(until, |pause| pause.until.max(until)),
            latest: before.map_or(latest, |pause| pause.latest.max(latest)),
        });
    }

    /// Returns the pause that has not ended for sure.
    pub(super) fn current_pause(&self, call: usize, now: Instant) -> Option<PauseRecord> {
        self.calls[call].pause.filter(|pause| pause.latest >= now)
    }

    pub(super) fn check_pause(&self, call: usize, now: Instant) {
        let pause = self.calls[call].pause;
        assert!(
            pause.is_none_or(|pause| pause.until <= now),
            "a request during a pause"
        );
    }

    /// Checks that during a back-off after a 429 no other request of the call is sent.
    pub(super) fn check_back_off(&self, call: usize, last: &RequestRecord, now: Instant) {
        if last.received.status() != Some(429) {
            return;
        }
        // After a second 429 the end of the back-off is unknown.
        let is_other = |other: &RequestRecord| {
            !std::ptr::eq(other, last)
                && other.received.status() == Some(429)
                && other.requests_at_close >= last.requests_at_close
        };
        let since = last.requests_at_close.unwrap_or_default();
        let mut later = self.requests[since..].iter();
        assert!(
            self.requests_of(call).any(is_other)
                || later.all(|later| later.call != call || later.sent == now),
            "a request during the back-off of the call"
        );
    }
}
