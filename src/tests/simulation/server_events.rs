//! Events at the server in order of time.

use super::{
    call_result::CallEnd,
    state::{Event, SimulationState},
};
use crate::{
    Effect, UserState,
    platform::{Duration, Instant},
};

impl SimulationState {
    /// Schedules changes by other administrators and restarts of the server.
    pub(super) fn schedule_outside_changes(&mut self, now: Instant) {
        for _ in 0..self.rng.below(4) {
            let states = [UserState::Active, UserState::Suspended];
            let state = self.rng.pick(&states).clone();
            // The owner and the externally managed administrator stay active.
            let number = 2 + self.rng.below(self.account.users.len() - 2);
            let at = now.after(self.rng.up_to(Duration::from_secs(60)));
            self.schedule(at, Event::Set(number, state));
        }
        if self.rng.one_in(4) {
            let at = now.after(self.rng.up_to(Duration::from_secs(60)));
            self.schedule(at, Event::Restarts);
        }
    }

    /// Returns the time of the last scheduled event.
    pub(super) fn last_event(&self) -> Option<Instant> {
        self.events.last_key_value().map(|((at, _), _)| *at)
    }

    pub(super) fn schedule(&mut self, at: Instant, event: Event) {
        self.events_made += 1;
        self.events.insert((at, self.events_made), event);
    }

    /// Runs all events up to a time.
    pub(super) fn run_events_until(&mut self, now: Instant) {
        while let Some(next) = self.events.first_entry()
            && next.key().0 <= now
        {
            let ((at, _), event) = next.remove_entry();
            match event {
                Event::Arrives(request) => self.arrive(request, at),
                Event::Set(number, state) => {
                    self.trace(at, || {
                        format!("USER{number} is set to {state:?} by another administrator")
                    });
                    self.account.set_state(number, state);
                }
                Event::Restarts => {
                    self.trace(at, || "the server restarts and forgets all tokens".into());
                    self.account.forget_tokens();
                }
            }
        }
    }

    fn arrive(&mut self, request: usize, at: Instant) {
        let record = &mut self.history.requests[request];
        let response = self
            .account
            .respond(&record.route, &record.authorization, at);
        let (status, is_changed) = (response.status, response.is_changed);
        record.response = Some((response, at));
        let (call, chain) = (record.call, record.chain);
        self.trace_call(at, call, |_| {
            let change = if is_changed { ", changed" } else { "" };
            format!("arrives at the server: {status}{change}")
        });
        let ended = self.history.calls[call].chains[chain].ended;
        if is_changed {
            assert_ne!(
                ended,
                Some(CallEnd::Failed(Effect::NotApplied)),
                "a request arrived and made a change that was reported as not-applied"
            );
            if ended.is_some() {
                self.count("change: after the end of its call".into());
            }
        }
    }
}
