//! State of a simulation: account, history, scheduled events, faults.

use std::collections::BTreeMap;

use super::{
    account::SimulatedAccount,
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

/// Number of occurrences of each situation.
pub(super) type Counts = BTreeMap<String, u64>;

pub(super) struct SimulationState {
    pub account: SimulatedAccount,
    pub history: History,
    pub counts: Counts,
    /// Call that is being polled.
    pub polled_call: Option<usize>,
    /// Log of the run, if requested.
    pub trace: Option<Vec<String>>,
    pub rng: Rng,
    /// Number of requests with a fault, per thousand.
    faults_per_thousand: usize,
    faults: Vec<Fault>,
    is_fault_free: bool,
    pub events: BTreeMap<(Instant, usize), Event>,
    pub events_made: usize,
}

/// Event at the server.
pub(super) enum Event {
    Arrives(usize),
    /// Another administrator sets the state of a user.
    Set(usize, UserState),
    /// The server restarts and forgets all tokens.
    Restarts,
}

impl SimulationState {
    pub(super) fn new(seed: u64, now: Instant, is_traced: bool) -> Self {
        let mut rng = Rng::new(seed, 1);
        let faults_per_thousand = *rng.pick(&[0, 50, 200, 500, 900]);
        // With few kinds of faults, calls get further than with all of them.
        let one_of = *rng.pick(&[1, 1, 2, 5, 12]);
        let faults = Fault::ALL.into_iter().filter(|_| rng.one_in(one_of));
        let mut simulation = Self {
            faults: faults.collect(),
            account: SimulatedAccount::new(Rng::new(seed, 2)),
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

    /// Records new settings.
    pub(super) fn configure(&mut self, deadline: Duration) {
        self.history.configurations.push(Configuration {
            deadline,
            exchanging_call: None,
            last_exchange_ended: None,
            refused: None,
            held: None,
        });
    }

    /// Ends all faults, missing permissions, wrong credentials and changes of the list's order.
    pub(super) fn stop_faults(&mut self) {
        self.is_fault_free = true;
        self.account.missing_permission = None;
        self.account.is_list_changing = false;
        self.account.is_application_known = true;
    }

    pub(super) fn begin(
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
                "begins with a deadline of {} ms: {:?}",
                deadline.as_millis(),
                record.intent
            )
        });
        call
    }

    pub(super) fn end(&mut self, call: usize, outcome: &CallResult, now: Instant) {
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
            CallResult::Users(list) if list.complete => vec!["list: complete".into()],
            CallResult::Users(_) => vec!["list: incomplete".into()],
            _ => Vec::new(),
        };
        for what in coverage.into_iter().chain(self.history.page_coverage(call)) {
            self.count(what);
        }
    }

    /// Sends a request. Returns its index and its fate.
    pub(super) fn send_request(
        &mut self,
        sent: &SentRequest,
        now: Instant,
    ) -> (usize, RequestFate) {
        self.run_events_until(now);
        let call = self.polled_call.expect("a request outside of a call");
        let route = Route::of(sent);
        let fault = self.draw_fault(&route);
        self.trace_call(now, call, |_| {
            let path = sent.url.rsplit("/v1beta1/").next();
            format!("sends {} [{fault:?}]", path.unwrap_or_default())
        });
        let request = self.history.send_request(call, route, sent, now);
        self.count(format!("fault: {fault:?}"));
        if self.history.calls[call].open > 4 {
            self.count("bulk: five concurrent requests".into());
        }
        let remaining = now.until(self.history.calls[call].deadline);
        let fate = if self.is_fault_free {
            RequestFate::without_fault(Duration::ZERO, Duration::ZERO)
        } else {
            RequestFate::with(fault, sent, remaining, &mut self.rng)
        };
        if let Some(after) = fate.arrives_after {
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
        if fault.can_affect(route) {
            fault
        } else {
            Fault::Normal
        }
    }

    pub(super) fn count(&mut self, what: String) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// Logs an event of a call.
    pub(super) fn trace_call(
        &mut self,
        at: Instant,
        call: usize,
        text: impl FnOnce(&CallRecord) -> String,
    ) {
        let record = &self.history.calls[call];
        let (caller, name) = (record.caller, record.operation.name());
        if self.trace.is_some() {
            let text = text(record);
            self.trace(at, || format!("caller {caller}  call {call} {name} {text}"));
        }
    }

    /// Logs an event.
    pub(super) fn trace(&mut self, at: Instant, text: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            let ms = at.since_origin().as_millis();
            trace.push(format!("{ms:>9} ms  {}", text()));
        }
    }
}
