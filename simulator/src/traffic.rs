//! The requests that have arrived, and those in flight.

use std::collections::VecDeque;
use std::time::Duration;

use crate::request_log::Recorded;

/// How many requests are remembered, so that a simulator that runs for days
/// does not fill the memory; the oldest are forgotten first.
const MAX_LOGGED_REQUESTS: usize = 100_000;

/// The log, in order of arrival, and the count of requests in flight.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    log: VecDeque<(u64, Recorded)>,
    arrived: u64,
    in_flight: usize,
    max_in_flight: usize,
}

/// How a request ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestOutcome {
    pub(crate) status: Option<u16>,
    pub(crate) duration: Duration,
    pub(crate) body_length: usize,
}

impl RequestLog {
    /// Logs a request, and returns its number.
    pub(crate) fn start(&mut self, request: Recorded) -> u64 {
        if self.log.len() == MAX_LOGGED_REQUESTS {
            self.log.pop_front();
        }
        self.arrived += 1;
        self.log.push_back((self.arrived, request));
        self.in_flight += 1;
        self.max_in_flight = self.max_in_flight.max(self.in_flight);
        self.arrived
    }

    /// Completes the entry of a request, unless it was cleared meanwhile.
    pub(crate) fn finish(&mut self, number: u64, ending: RequestOutcome) -> Option<&Recorded> {
        self.in_flight -= 1;
        let at = self
            .log
            .binary_search_by_key(&number, |(number, _)| *number)
            .ok()?;
        let (_, recorded) = self.log.get_mut(at)?;
        recorded.status = ending.status;
        recorded.duration = ending.duration;
        recorded.body_length = ending.body_length;
        Some(recorded)
    }

    /// Forgets the log, and the maximum but for what is in flight now.
    pub(crate) fn clear(&mut self) {
        self.log.clear();
        self.max_in_flight = self.in_flight;
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.log.iter().map(|(_, one)| one.clone()).collect()
    }

    pub(crate) fn max_in_flight(&self) -> usize {
        self.max_in_flight
    }
}
