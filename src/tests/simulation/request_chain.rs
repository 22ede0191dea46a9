//! Requests of a call that follow each other, and when one of them may be sent again.

use super::{
    account::Says,
    history::{CallEntry, Ended, Ledger, RequestEntry},
    intent::Wants,
    route::Route,
};
use crate::platform::{Duration, Instant};

/// Requests sent at most for one exchange with the server.
pub(super) const MOST_ATTEMPTS: u32 = 5;
/// What a wait must leave of a call for the attempt after it.
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(100);
/// The longest first wait, which doubles, and the longest of all.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(8));

/// Requests of a call each of which follows the one before: all of them, or in a call that changes many users those that are
/// about the same.
pub(super) struct Strand {
    about: About,
    pub requests: Vec<usize>,
    /// How often the present request was sent.
    pub attempts: u32,
    /// When the present exchange began: not before the first, nor after the second.
    pub exchange_began: (Instant, Instant),
    /// How it ended, once its call has told.
    pub ended: Option<Ended>,
}

/// What the requests of a strand are about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum About {
    Everything,
    Token,
    List,
    User(String),
    Change(String),
}

impl About {
    pub fn of(wants: &Wants, route: &Route) -> Self {
        match (wants, route) {
            (Wants::Changes(_), Route::Token) => Self::Token,
            (Wants::Changes(_), Route::List(_)) => Self::List,
            (Wants::Changes(_), Route::User(id)) => Self::User(id.clone()),
            (Wants::Changes(_), Route::Change(id, _)) => Self::Change(id.clone()),
            _ => Self::Everything,
        }
    }
}

impl Strand {
    pub const fn new(about: About, now: Instant) -> Self {
        Self {
            about,
            requests: Vec::new(),
            attempts: 0,
            exchange_began: (now, now),
            ended: None,
        }
    }

    pub fn is_change(&self) -> bool {
        matches!(self.about, About::Change(_))
    }
}

impl CallEntry {
    /// The place of the strand that is about this, if it has begun.
    pub fn strand(&self, about: &About) -> Option<usize> {
        let mut strands = self.strands.iter();
        strands.position(|strand| strand.about == *about)
    }
}

impl Ledger {
    /// The last request of a strand.
    pub fn last_of(&self, call: usize, strand: usize) -> Option<&RequestEntry> {
        let last = self.calls[call].strands[strand].requests.last();
        last.map(|&request| &self.requests[request])
    }

    /// Whether the request is the one before once more; then it must be one that may be repeated.
    pub fn check_attempt(
        &self,
        call: usize,
        strand: usize,
        route: &Route,
        authorization: &str,
        now: Instant,
    ) -> bool {
        let Some(last) = self.last_of(call, strand) else {
            return false;
        };
        let is_same = last.route == *route && last.authorization == authorization;
        let is_exchanged = matches!(last.told, Some(Says::Token(..)));
        if !is_same || is_exchanged {
            self.check_perseverance(call, strand);
            return false;
        }
        assert!(last.may_be_repeated(), "sent again after {:?}", last.heard);
        let attempt = self.calls[call].strands[strand].attempts + 1;
        assert!(attempt <= MOST_ATTEMPTS, "attempt {attempt}");
        let asked = last.heard.not_before();
        assert!(asked <= Some(now), "sooner than the server asked");
        let latest = self.latest_repetition(call, strand);
        assert!(Some(now) <= latest, "later than it had to be");
        let left = now.until(self.calls[call].deadline);
        assert!(left > SHORTEST_ATTEMPT, "no time for an answer");
        self.check_back_off(call, last, now);
        true
    }

    /// What may be tried again is given up only after the last attempt, or when there may be no time for another.
    pub fn check_perseverance(&self, call: usize, strand: usize) {
        let attempts = self.calls[call].strands[strand].attempts;
        assert!(
            self.is_exhausted(call, strand),
            "given up after {attempts} attempts, with time for another"
        );
    }

    /// Whether the last request of a strand may be the last of its exchange.
    pub fn is_exhausted(&self, call: usize, strand: usize) -> bool {
        let entry = &self.calls[call];
        let last = self.last_of(call, strand);
        if last.is_none_or(|last| !last.may_be_repeated())
            || entry.strands[strand].attempts == MOST_ATTEMPTS
        {
            return true;
        }
        let latest = self.latest_repetition(call, strand);
        let deadline = match entry.strands[strand].about {
            About::User(_) | About::Token => self.time_to_read(call),
            _ => entry.deadline,
        };
        latest.is_some_and(|latest| latest.after(SHORTEST_ATTEMPT) >= deadline)
    }

    /// Until when a call for many users may look at those who were named by id, at the least: half of its time after the list
    /// is for that, and whatever was exchanged for it ends with it. Nobody sees from outside when that began.
    pub fn time_to_read(&self, call: usize) -> Instant {
        let entry = &self.calls[call];
        let list = entry.strand(&About::List);
        let listed = list.and_then(|list| self.last_of(call, list)?.closed);
        let since = listed.unwrap_or(entry.begun);
        let half = since.until(entry.deadline).as_nanos() / 2;
        since.after(Duration::from_nanos(half))
    }

    /// When the last request of a strand is sent again at the latest, if it is: when it is closed, and all waits are over.
    fn latest_repetition(&self, call: usize, strand: usize) -> Option<Instant> {
        let closed = self.last_of(call, strand)?.closed?;
        let latest = closed.after(self.longest_wait(call, strand));
        let paused = self.calls[call].pause.as_ref().map(|pause| pause.latest);
        Some(paused.map_or(latest, |paused| paused.max(latest)))
    }

    /// How long a strand may wait before its next attempt: as long as the server asked, or for the longest back-off.
    pub fn longest_wait(&self, call: usize, strand: usize) -> Duration {
        let asked = self
            .last_of(call, strand)
            .and_then(|last| last.heard.wait());
        let (first, longest) = BACKOFF;
        let doublings = self.calls[call].strands[strand].attempts - 1;
        asked.unwrap_or(first.times(1 << doublings).min(longest))
    }
}
