//! What must hold after the server asked a call to wait: all of its requests do.

use super::history::{History, Pause, RequestRecord};
use crate::platform::Instant;

impl History {
    /// Writes down that a call was answered 429.
    pub fn record_pause(&mut self, request: usize, now: Instant) {
        let record = &self.requests[request];
        let (call, chain) = (record.call, record.chain);
        let latest = now.after(self.longest_wait(call, chain));
        let until = record.heard.not_before().unwrap_or(now);
        let before = self.current_pause(call, now);
        self.calls[call].pause = Some(Pause {
            began: before.map_or(now, |pause| pause.began),
            until: before.map_or(until, |pause| pause.until.max(until)),
            latest: before.map_or(latest, |pause| pause.latest.max(latest)),
        });
    }

    /// The pause that a call may be in, or has just come out of.
    pub fn current_pause(&self, call: usize, now: Instant) -> Option<Pause> {
        self.calls[call].pause.filter(|pause| pause.latest >= now)
    }

    pub fn check_pause(&self, call: usize, now: Instant) {
        let pause = self.calls[call].pause;
        assert!(
            pause.is_none_or(|pause| pause.until <= now),
            "a request while the server wants none"
        );
    }

    /// How long a call backs off after a 429 is its own choice. But then all of it does, and goes on at once.
    pub fn check_back_off(&self, call: usize, last: &RequestRecord, now: Instant) {
        if last.heard.status() != Some(429) {
            return;
        }
        // After another 429 nobody can tell which of the waits has ended.
        let is_other = |other: &RequestRecord| {
            !std::ptr::eq(other, last)
                && other.heard.status() == Some(429)
                && other.requests_at_close >= last.requests_at_close
        };
        let since = last.requests_at_close.unwrap_or_default();
        let mut later = self.requests[since..].iter();
        assert!(
            self.requests_of(call).any(is_other)
                || later.all(|later| later.call != call || later.sent == now),
            "a request while another one of the call backs off"
        );
    }
}
