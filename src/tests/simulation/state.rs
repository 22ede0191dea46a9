//! Everything outside the client, and what happens there.

use std::collections::BTreeMap;

use super::{
    account::Account,
    call_result::CallResult,
    fault::Fault,
    history::{CallRecord, Configuration, History},
    intent::Intent,
    request_fate::RequestFate,
    rng::Rng,
    route::Route,
};
use crate::{
    Operation, UserState,
    platform::{Duration, Instant},
    tests::scripted_server::SentRequest,
};

/// How often each kind of thing happened.
pub(super) type Counts = BTreeMap<String, u64>;

pub(super) struct SimulationState {
    pub account: Account,
    pub history: History,
    pub counts: Counts,
    /// The call that is being polled.
    pub polled_call: Option<usize>,
    /// What happened, in words, if anybody wants to read it.
    pub trace: Option<Vec<String>>,
    pub rng: Rng,
    /// Of a thousand requests, so many have a fault, one of these.
    faults_per_thousand: usize,
    faults: Vec<Fault>,
    is_fault_free: bool,
    pub events: BTreeMap<(Instant, usize), Event>,
    pub events_made: usize,
}

/// What happens at the server.
pub(super) enum Event {
    Arrives(usize),
    /// Another administrator sets a user's state.
    Set(usize, UserState),
    /// The server forgets every token.
    Restarts,
}

impl SimulationState {
    pub fn new(seed: u64, now: Instant, is_traced: bool) -> Self {
        let mut rng = Rng::new(seed, 1);
        let faults_per_thousand = *rng.pick(&[0, 50, 200, 500, 900]);
        // Few kinds of faults at a time go further than all of them at once.
        let one_of = *rng.pick(&[1, 1, 2, 5, 12]);
        let faults = Fault::ALL.into_iter().filter(|_| rng.one_in(one_of));
        let mut simulation = Self {
            faults: faults.collect(),
            account: Account::new(Rng::new(seed, 2)),
            history: History::default(),
            counts: Counts::new(),
            polled_call: None,
            trace: is_traced.then(Vec::new),
            rng,
            faults_per_thousand,
            is_fault_free: false,
            events: BTreeMap::new(),
            events_made: 0,
        };
        simulation.schedule_outside_changes(now);
        simulation
    }

    /// A set of settings is there from now on.
    pub fn configure(&mut self, deadline: Duration) {
        self.history.configurations.push(Configuration {
            deadline,
            exchanging_call: None,
            last_exchange_ended: None,
            refused: None,
            held: None,
        });
    }

    /// No more faults, nor anything that an administrator must set right, and the list stays as it is.
    pub fn stop_faults(&mut self) {
        self.is_fault_free = true;
        self.account.missing_permission = None;
        self.account.is_list_changing = false;
        self.account.is_application_known = true;
    }

    pub fn begin(
        &mut self,
        caller: usize,
        operation: Operation,
        intent: Intent,
        now: Instant,
    ) -> usize {
        let call = self.history.calls.len();
        let configuration = self.history.configurations.len() - 1;
        let deadline = intent.deadline(self.history.configurations[configuration].deadline);
        self.history.calls.push(CallRecord {
            caller,
            operation,
            intent,
            configuration,
            begun: now,
            deadline: now.after(deadline),
            ended: None,
            requests: Vec::new(),
            chains: Vec::new(),
            open: 0,
            pause: None,
        });
        self.trace_call(now, call, |record| {
            format!(
                "begins, {} ms long at most: {:?}",
                deadline.as_millis(),
                record.intent
            )
        });
        call
    }

    pub fn end(&mut self, call: usize, outcome: &CallResult, now: Instant) {
        self.run_events_until(now);
        self.trace_call(now, call, |_| format!("ends: {outcome:?}"));
        self.history.end(call, outcome, now);
        let operation = self.history.calls[call].operation.name();
        match outcome {
            CallResult::Cancelled => self.count(format!("cancelled: {operation}")),
            CallResult::Failed(error) => {
                self.count(format!("code: {:?}", error.code));
                self.count(format!("effect: {:?}", error.effect));
            }
            _ => self.count(format!("success: {operation}")),
        }
        let coverage = match outcome {
            CallResult::Report(report) => self.history.report_coverage(call, report, now),
            CallResult::Users(list) if list.complete => vec!["list: all of it".into()],
            CallResult::Users(_) => vec!["list: a part of it".into()],
            _ => Vec::new(),
        };
        for what in coverage.into_iter().chain(self.history.page_coverage(call)) {
            self.count(what);
        }
    }

    /// A request goes out.
    pub fn depart(&mut self, sent: &SentRequest, now: Instant) -> (usize, RequestFate) {
        self.run_events_until(now);
        let call = self.polled_call.expect("a request outside of every call");
        let route = Route::of(sent);
        let fault = self.draw_fault(&route);
        self.trace_call(now, call, |_| {
            let path = sent.url.rsplit("/v1beta1/").next();
            format!("sends {} [{fault:?}]", path.unwrap_or_default())
        });
        let request = self.history.depart(call, route, sent, now);
        self.count(format!("fault: {fault:?}"));
        if self.history.calls[call].open > 4 {
            self.count("bulk: five requests at once".into());
        }
        let remaining = now.until(self.history.calls[call].deadline);
        let fate = if self.is_fault_free {
            RequestFate::without_fault(Duration::ZERO, Duration::ZERO)
        } else {
            RequestFate::with(fault, sent, remaining, &mut self.rng)
        };
        if let Some(after) = fate.arrives {
            self.schedule(now.after(after), Event::Arrives(request));
        }
        (request, fate)
    }

    fn draw_fault(&mut self, route: &Route) -> Fault {
        if self.is_fault_free
            || self.faults.is_empty()
            || self.rng.below(1000) >= self.faults_per_thousand
        {
            return Fault::Normal;
        }
        let fault = *self.rng.pick(&self.faults);
        if fault.suits(route) {
            fault
        } else {
            Fault::Normal
        }
    }

    pub fn count(&mut self, what: String) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// Writes down what happens to a call.
    pub fn trace_call(
        &mut self,
        at: Instant,
        call: usize,
        words: impl FnOnce(&CallRecord) -> String,
    ) {
        let record = &self.history.calls[call];
        let (caller, name) = (record.caller, record.operation.name());
        if self.trace.is_some() {
            let words = words(record);
            self.trace(at, || format!("task {caller}  call {call} {name} {words}"));
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
