//! Checks of the attempts of a request: number, waits, remaining time.

use super::{
    account::Payload,
    history::{History, RequestRecord},
    request_chain::{MAX_ATTEMPTS, Subject},
    route::Route,
};
use crate::platform::{Duration, Instant};

/// Minimum time that a wait must leave for the next attempt.
const MIN_ATTEMPT_TIME: Duration = Duration::from_millis(100);
/// Minimum wait before another attempt.
const MIN_WAIT: Duration = Duration::from_millis(100);
/// Back-off: maximum of the first wait, which doubles, and maximum of all waits.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(8));

impl History {
    /// Returns the last request of a chain.
    pub(super) fn last_of(&self, call: usize, chain: usize) -> Option<&RequestRecord> {
        let last = self.calls[call].chains[chain].requests.last();
        last.map(|&request| &self.requests[request])
    }

    /// Returns true if the request is another attempt of the previous one. Checks that the attempt is allowed.
    pub(super) fn check_attempt(
        &self,
        call: usize,
        chain: usize,
        route: &Route,
        authorization: &str,
        now: Instant,
    ) -> bool {
        let Some(last) = self.last_of(call, chain) else {
            return false;
        };
        let is_same = last.route == *route && last.authorization == authorization;
        let is_exchanged = matches!(last.payload, Some(Payload::Token(..)));
        if !is_same || is_exchanged {
            self.check_retries_exhausted(call, chain);
            return false;
        }
        assert!(last.may_be_repeated(), "a retry after {:?}", last.received);
        let attempt = self.calls[call].chains[chain].attempts + 1;
        assert!(attempt <= MAX_ATTEMPTS, "attempt {attempt}");
        let asked = last.received.not_before();
        assert!(asked <= Some(now), "a retry before the end of its wait");
        let latest = self.latest_repetition(call, chain);
        assert!(Some(now) <= latest, "a retry after the longest wait");
        let left = now.until(self.calls[call].deadline);
        assert!(
            left > MIN_ATTEMPT_TIME,
            "a retry without time for a response"
        );
        self.check_back_off(call, last, now);
        true
    }

    /// Checks that a transient failure was retried until the last attempt, or until no time was left.
    pub(super) fn check_retries_exhausted(&self, call: usize, chain: usize) {
        let attempts = self.calls[call].chains[chain].attempts;
        assert!(
            self.is_exhausted(call, chain),
            "no retry after {attempts} attempts, with time for another"
        );
    }

    /// Returns true if the last request of a chain need not be retried.
    pub(super) fn is_exhausted(&self, call: usize, chain: usize) -> bool {
        let record = &self.calls[call];
        let last = self.last_of(call, chain);
        if last.is_none_or(|last| !last.may_be_repeated())
            || record.chains[chain].attempts == MAX_ATTEMPTS
        {
            return true;
        }
        let latest = self.latest_repetition(call, chain);
        let deadline = match record.chains[chain].subject {
            Subject::User(_) | Subject::Token => self.lookup_deadline(call),
            _ => record.deadline,
        };
        latest.is_some_and(|latest| latest.after(MIN_ATTEMPT_TIME) >= deadline)
    }

    /// Returns the earliest possible end of the look-ups by id and of their token exchanges: half of the time that is left
    /// after the list. The actual end cannot be observed.
    pub(super) fn lookup_deadline(&self, call: usize) -> Instant {
        let record = &self.calls[call];
        let list = record.chain(&Subject::List);
        let listed = list.and_then(|list| self.last_of(call, list)?.closed);
        let since = listed.unwrap_or(record.begun);
        let half = since.until(record.deadline).as_nanos() / 2;
        since.after(Duration::from_nanos(half))
    }

    /// Returns the latest time for the next attempt: after the longest wait and all pauses.
    fn latest_repetition(&self, call: usize, chain: usize) -> Option<Instant> {
        let closed = self.last_of(call, chain)?.closed?;
        let latest = closed.after(self.longest_wait(call, chain));
        let paused = self.calls[call].pause.as_ref().map(|pause| pause.latest);
        Some(paused.map_or(latest, |paused| paused.max(latest)))
    }

    /// Returns the maximum wait before the next attempt: as long as the server asked, else the longest back-off.
    pub(super) fn longest_wait(&self, call: usize, chain: usize) -> Duration {
        let asked = self
            .last_of(call, chain)
            .and_then(|last| last.received.wait());
        let (first, longest) = BACKOFF;
        let doublings = self.calls[call].chains[chain].attempts - 1;
        asked
            .unwrap_or(first.times(1 << doublings).min(longest))
            .max(MIN_WAIT)
    }
}
