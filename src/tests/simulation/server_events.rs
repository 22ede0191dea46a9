//! What happens at the server, each at its time: requests arrive, other administrators act, it is restarted.

use super::{
    call_result::CallEnd,
    state::{Event, SimulationState},
};
use crate::{
    Effect, UserState,
    platform::{Duration, Instant},
};

impl SimulationState {
    /// What others do to the account and to the server while the client is used.
    pub fn schedule_outside_changes(&mut self, now: Instant) {
        for _ in 0..self.rng.below(4) {
            let states = [UserState::Active, UserState::Suspended];
            let state = self.rng.pick(&states).clone();
            // The owner and the externally managed administrator stay as they are.
            let number = 2 + self.rng.below(self.account.users.len() - 2);
            let at = now.after(self.rng.up_to(Duration::from_secs(60)));
            self.schedule(at, Event::Set(number, state));
        }
        if self.rng.one_in(4) {
            let at = now.after(self.rng.up_to(Duration::from_secs(60)));
            self.schedule(at, Event::Restarts);
        }
    }

    /// When the last thing happens that is to happen at the server.
    pub fn last_event(&self) -> Option<Instant> {
        self.events.last_key_value().map(|((at, _), _)| *at)
    }

    pub fn schedule(&mut self, at: Instant, event: Event) {
        self.events_made += 1;
        self.events.insert((at, self.events_made), event);
    }

    /// Lets everything happen at the server that was to happen by now.
    pub fn run_events_until(&mut self, now: Instant) {
        while let Some(next) = self.events.first_entry()
            && next.key().0 <= now
        {
            let ((at, _), event) = next.remove_entry();
            match event {
                Event::Arrives(request) => self.arrive(request, at),
                Event::Set(number, state) => {
                    self.trace(at, || {
                        format!("USER{number} is set to {state:?} by another")
                    });
                    self.account.set(number, state);
                }
                Event::Restarts => {
                    self.trace(at, || "the server forgets every token".into());
                    self.account.forget_tokens();
                }
            }
        }
    }

    fn arrive(&mut self, request: usize, at: Instant) {
        let record = &mut self.history.requests[request];
        let response = self
            .account
            .answer(&record.route, &record.authorization, at);
        let (status, changed) = (response.status, response.changed);
        record.response = Some((response, at));
        let (call, chain) = (record.call, record.chain);
        self.trace_call(at, call, |_| {
            let change = if changed { ", and a change" } else { "" };
            format!("arrives at the server: {status}{change}")
        });
        let ended = self.history.calls[call].chains[chain].ended;
        if changed {
            assert_ne!(
                ended,
                Some(CallEnd::Failed(Effect::NotApplied)),
                "unchanged, and then a request arrived that made the change"
            );
            if ended.is_some() {
                self.count("change: after its call".into());
            }
        }
    }
}
