//! Checks of the attempts of a request: number, waits, and time left.

use super::{
    account::Payload,
    history::{History, RequestRecord},
    request_chain::{MAX_ATTEMPTS, Subject},
    route::Route,
};
use crate::platform::{Duration, Instant};

/// What a wait must leave of a call for the attempt after it.
const MIN_ATTEMPT_TIME: Duration = Duration::from_millis(100);
/// The longest first wait, which doubles, and the longest of all.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(8));

impl History {
    /// The last request of a strand.
    pub fn last_of(&self, call: usize, chain: usize) -> Option<&RequestRecord> {
        let last = self.calls[call].chains[chain].requests.last();
        last.map(|&request| &self.requests[request])
    }

    /// Whether the request is the one before once more; then it must be one that may be repeated.
    pub fn check_attempt(
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
        assert!(last.may_be_repeated(), "sent again after {:?}", last.heard);
        let attempt = self.calls[call].chains[chain].attempts + 1;
        assert!(attempt <= MAX_ATTEMPTS, "attempt {attempt}");
        let asked = last.heard.not_before();
        assert!(asked <= Some(now), "sooner than the server asked");
        let latest = self.latest_repetition(call, chain);
        assert!(Some(now) <= latest, "later than it had to be");
        let left = now.until(self.calls[call].deadline);
        assert!(left > MIN_ATTEMPT_TIME, "no time for an answer");
        self.check_back_off(call, last, now);
        true
    }

    /// What may be tried again is given up only after the last attempt, or when there may be no time for another.
    pub fn check_retries_exhausted(&self, call: usize, chain: usize) {
        let attempts = self.calls[call].chains[chain].attempts;
        assert!(
            self.is_exhausted(call, chain),
            "given up after {attempts} attempts, with time for another"
        );
    }

    /// Whether the last request of a strand may be the last of its exchange.
    pub fn is_exhausted(&self, call: usize, chain: usize) -> bool {
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

    /// Until when a call for many users may look at those who were named by id, at the least: half of its time after the list
    /// is for that, and whatever was exchanged for it ends with it. Nobody sees from outside when that began.
    pub fn lookup_deadline(&self, call: usize) -> Instant {
        let record = &self.calls[call];
        let list = record.chain(&Subject::List);
        let listed = list.and_then(|list| self.last_of(call, list)?.closed);
        let since = listed.unwrap_or(record.begun);
        let half = since.until(record.deadline).as_nanos() / 2;
        since.after(Duration::from_nanos(half))
    }

    /// When the last request of a strand is sent again at the latest, if it is: when it is closed, and all waits are over.
    fn latest_repetition(&self, call: usize, chain: usize) -> Option<Instant> {
        let closed = self.last_of(call, chain)?.closed?;
        let latest = closed.after(self.longest_wait(call, chain));
        let paused = self.calls[call].pause.as_ref().map(|pause| pause.latest);
        Some(paused.map_or(latest, |paused| paused.max(latest)))
    }

    /// How long a strand may wait before its next attempt: as long as the server asked, or for the longest back-off.
    pub fn longest_wait(&self, call: usize, chain: usize) -> Duration {
        let asked = self.last_of(call, chain).and_then(|last| last.heard.wait());
        let (first, longest) = BACKOFF;
        let doublings = self.calls[call].chains[chain].attempts - 1;
        asked.unwrap_or(first.times(1 << doublings).min(longest))
    }
}
