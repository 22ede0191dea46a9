//! Everything outside the client, and what happens there.

use std::collections::BTreeMap;

use super::{
    account::Account,
    check_call::Outcome,
    check_token_exchange::Configured,
    fault::Fault,
    history::{CallEntry, Ledger},
    intent::Wants,
    request_fate::Journey,
    rng::Dice,
    route::Route,
    server_events::Event,
};
use crate::{
    Operation,
    platform::{Duration, Instant},
    tests::scripted_server::Sent,
};

/// How often each kind of thing happened.
pub(super) type Counts = BTreeMap<String, u64>;

pub(super) struct World {
    pub account: Account,
    pub ledger: Ledger,
    pub counts: Counts,
    /// The call that is being polled.
    pub polled: Option<usize>,
    /// What happened, in words, if anybody wants to read it.
    pub trace: Option<Vec<String>>,
    pub dice: Dice,
    /// Of a thousand requests, so many have a fault, one of these.
    faulty: usize,
    faults: Vec<Fault>,
    is_healed: bool,
    pub events: BTreeMap<(Instant, usize), Event>,
    pub events_made: usize,
}

impl World {
    pub fn new(seed: u64, now: Instant, is_traced: bool) -> Self {
        let mut dice = Dice::new(seed, 1);
        let faulty = *dice.pick(&[0, 50, 200, 500, 900]);
        // Few kinds of faults at a time go further than all of them at once.
        let one_of = *dice.pick(&[1, 1, 2, 5, 12]);
        let faults = Fault::ALL.into_iter().filter(|_| dice.one_in(one_of));
        let mut world = Self {
            faults: faults.collect(),
            account: Account::new(Dice::new(seed, 2)),
            ledger: Ledger::default(),
            counts: Counts::new(),
            polled: None,
            trace: is_traced.then(Vec::new),
            dice,
            faulty,
            is_healed: false,
            events: BTreeMap::new(),
            events_made: 0,
        };
        world.let_others_act(now);
        world
    }

    /// A set of settings is there from now on.
    pub fn configure(&mut self, deadline: Duration) {
        self.ledger.configured.push(Configured {
            deadline,
            exchanging: None,
            exchanged: None,
            refused: None,
            held: None,
        });
    }

    /// No more faults, nor anything that an administrator must set right, and the list stays as it is.
    pub fn heal(&mut self) {
        self.is_healed = true;
        self.account.lacks = None;
        self.account.is_restless = false;
        self.account.knows_application = true;
    }

    pub fn begin(
        &mut self,
        task: usize,
        operation: Operation,
        wants: Wants,
        now: Instant,
    ) -> usize {
        let call = self.ledger.calls.len();
        let configured = self.ledger.configured.len() - 1;
        let deadline = wants.deadline(self.ledger.configured[configured].deadline);
        self.ledger.calls.push(CallEntry {
            task,
            operation,
            wants,
            configured,
            begun: now,
            deadline: now.after(deadline),
            ended: None,
            requests: Vec::new(),
            strands: Vec::new(),
            open: 0,
            pause: None,
        });
        self.note(now, call, |entry| {
            format!(
                "begins, {} ms long at most: {:?}",
                deadline.as_millis(),
                entry.wants
            )
        });
        call
    }

    pub fn end(&mut self, call: usize, outcome: &Outcome, now: Instant) {
        self.settle(now);
        self.note(now, call, |_| format!("ends: {outcome:?}"));
        self.ledger.end(call, outcome, now);
        let operation = self.ledger.calls[call].operation.name();
        match outcome {
            Outcome::GivenUp => self.count(format!("given up: {operation}")),
            Outcome::Failed(error) => {
                self.count(format!("code: {:?}", error.code));
                self.count(format!("effect: {:?}", error.effect));
            }
            _ => self.count(format!("success: {operation}")),
        }
        let tally = match outcome {
            Outcome::Report(report) => self.ledger.tally_report(call, report, now),
            Outcome::Everybody(list) if list.complete => vec!["list: all of it".into()],
            Outcome::Everybody(_) => vec!["list: a part of it".into()],
            _ => Vec::new(),
        };
        for what in tally.into_iter().chain(self.ledger.tally_pages(call)) {
            self.count(what);
        }
    }

    /// A request goes out.
    pub fn depart(&mut self, sent: &Sent, now: Instant) -> (usize, Journey) {
        self.settle(now);
        let call = self.polled.expect("a request outside of every call");
        let route = Route::of(sent);
        let fault = self.draw_fault(&route);
        self.note(now, call, |_| {
            let path = sent.url.rsplit("/v1beta1/").next();
            format!("sends {} [{fault:?}]", path.unwrap_or_default())
        });
        let request = self.ledger.depart(call, route, sent, now);
        self.count(format!("fault: {fault:?}"));
        if self.ledger.calls[call].open > 4 {
            self.count("many: five requests at once".into());
        }
        let remaining = now.until(self.ledger.calls[call].deadline);
        let journey = if self.is_healed {
            Journey::fair(Duration::ZERO, Duration::ZERO)
        } else {
            Journey::with(fault, sent, remaining, &mut self.dice)
        };
        if let Some(after) = journey.arrives {
            self.schedule(now.after(after), Event::Arrives(request));
        }
        (request, journey)
    }

    fn draw_fault(&mut self, route: &Route) -> Fault {
        if self.is_healed || self.faults.is_empty() || self.dice.below(1000) >= self.faulty {
            return Fault::Fair;
        }
        let fault = *self.dice.pick(&self.faults);
        if fault.suits(route) {
            fault
        } else {
            Fault::Fair
        }
    }

    pub fn count(&mut self, what: String) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// Writes down what happens to a call.
    pub fn note(&mut self, at: Instant, call: usize, words: impl FnOnce(&CallEntry) -> String) {
        let entry = &self.ledger.calls[call];
        let (task, name) = (entry.task, entry.operation.name());
        if self.trace.is_some() {
            let words = words(entry);
            self.trace(at, || format!("task {task}  call {call} {name} {words}"));
        }
    }

    /// Writes down what happens, if anybody wants to read it.
    pub fn trace(&mut self, at: Instant, words: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            let ms = at.since_origin().as_millis();
            trace.push(format!("{ms:>9} ms  {}", words()));
        }
    }
}
