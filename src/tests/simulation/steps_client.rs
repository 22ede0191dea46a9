//! The client as a state machine that its host drives, in the simulation.
//!
//! The host keeps the rules of `onepassword_users_protocol`: it sends with the simulated platform, tells the machine what comes
//! back, and wakes it in time.

pub(super) mod convert;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    future::poll_fn,
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll, Waker},
};

use onepassword_users_machine::Machine;
use onepassword_users_protocol::{
    self as protocol, Actions, Answer, BodyPiece, CallResult, Configure, Event, Fail, FailureKind,
    Operation, SendRequest, SettingsSource, Start, Stop, TargetReport, Tick,
};

use super::simulated_platform::{ResponseBody, SimulatedPlatform};
use crate::platform::{Body, Duration, Instant, Platform, SendError, SendErrorKind};

/// A client on the state machine.
#[derive(Clone)]
pub(super) struct StepsClient(Rc<Host>);

/// Host of a state machine.
struct Host {
    platform: Rc<SimulatedPlatform>,
    state: RefCell<HostState>,
}

/// A wait.
type Timer = Pin<Box<dyn Future<Output = ()>>>;
/// A request that the host carries out.
type Exchange = Pin<Box<dyn Future<Output = ()>>>;

struct HostState {
    machine: Machine,
    calls: BTreeMap<u32, HostCall>,
    last_call: u32,
    /// Ids of the requests that are open.
    open: BTreeSet<u32>,
    /// Bodies of open requests, while the machine is told of them.
    bodies: BTreeMap<u32, ResponseBody>,
}

/// A call under way.
struct HostCall {
    /// Number of the call in the history.
    record: Option<usize>,
    /// Requests of the call, by id. None while one is being polled.
    exchanges: BTreeMap<u32, Option<Exchange>>,
    /// Requests that have not been polled yet.
    unsent: Vec<u32>,
    cancelled: Vec<(Option<Exchange>, Option<ResponseBody>)>,
    settled: BTreeMap<u32, TargetReport>,
    result: Option<CallResult>,
    is_stopped: bool,
    waker: Option<Waker>,
}

impl StepsClient {
    pub(super) fn new(platform: Rc<SimulatedPlatform>) -> Self {
        Self(Rc::new(Host {
            platform,
            state: RefCell::new(HostState {
                machine: Machine::new(),
                calls: BTreeMap::new(),
                last_call: 0,
                open: BTreeSet::new(),
                bodies: BTreeMap::new(),
            }),
        }))
    }

    /// Replaces the settings. The error is that of the actions.
    pub(super) fn configure(&self, settings: protocol::Settings) -> Result<(), protocol::Error> {
        let actions = self.0.tell(
            &Event::Configure(Configure {
                now: self.0.now(),
                from: SettingsSource::Settings(settings),
                seed: 0,
            }),
            &[],
        );
        actions.error.map_or(Ok(()), Err)
    }

    /// Makes a call. Dropping the future stops the call.
    pub(super) async fn call(&self, operation: Operation) -> CallResult {
        let mut call = RunningCall {
            host: Rc::clone(&self.0),
            number: None,
            timer: None,
        };
        poll_fn(move |context| call.poll(&operation, context)).await
    }
}

impl Host {
    fn now(&self) -> f64 {
        milliseconds(self.platform.now())
    }

    /// Tells the machine an event, and carries out its actions. Returns them.
    fn tell(self: &Rc<Self>, event: &Event, piece: &[u8]) -> Actions {
        let mut bytes = serde_json::to_vec(event).unwrap();
        bytes.push(b'\n');
        bytes.extend_from_slice(piece);
        let actions = self.state.borrow_mut().machine.event(&bytes);
        let actions: Actions = serde_json::from_slice(&actions).unwrap();
        self.carry_out(actions.clone());
        actions
    }

    fn carry_out(self: &Rc<Self>, actions: Actions) {
        let state = &mut *self.state.borrow_mut();
        for cancel in actions.cancel {
            assert!(state.open.remove(&cancel.id), "a cancel of no open request");
            let call = state.calls.get_mut(&cancel.call).unwrap();
            let exchange = call.exchanges.remove(&cancel.id).flatten();
            let body = state.bodies.remove(&cancel.id);
            // Dropped by its own call: a dropped request records who dropped it.
            if self.platform.polled_call() != call.record {
                call.cancelled.push((exchange, body));
            }
        }
        for request in actions.send {
            assert!(state.open.insert(request.id), "an id of an open request");
            let call = state.calls.get_mut(&request.call).unwrap();
            assert!(!call.is_stopped, "a request of a call that was stopped");
            let id = request.id;
            let exchange: Exchange = Box::pin(exchange(Rc::clone(self), request));
            call.exchanges.insert(id, Some(exchange));
            call.unsent.push(id);
        }
        for settled in actions.settled {
            let call = state.calls.get_mut(&settled.call).unwrap();
            assert!(call.result.is_none(), "a target after the end of its call");
            let earlier = call.settled.insert(settled.target, settled.report);
            assert!(earlier.is_none(), "a target that was told twice");
        }
        for done in actions.done {
            let call = state.calls.get_mut(&done.call).unwrap();
            assert!(
                call.exchanges.is_empty(),
                "a request after the end of its call"
            );
            if let CallResult::Report(report) = &done.result {
                let told: Vec<_> = call
                    .settled
                    .values()
                    .map(without_user_of_a_failure)
                    .collect();
                let reported = report.targets.iter();
                let reported: Vec<_> = reported.map(without_user_of_a_failure).collect();
                assert_eq!(told, reported, "targets that were told");
            }
            call.result = Some(done.result);
        }
        let polled = self.platform.polled_call();
        let mut calls = state.calls.iter();
        let own = calls.find_map(|(&number, call)| (call.record == polled).then_some(number));
        if let Some(number) = own {
            state.send_unsent(number);
        }
        // Each looks at its requests, its result and the time again.
        for call in state.calls.values_mut() {
            if let Some(waker) = call.waker.take() {
                waker.wake();
            }
        }
    }

    /// True if a call has requests that were not sent yet.
    fn has_unsent(&self) -> bool {
        let state = self.state.borrow();
        state.calls.values().any(|call| !call.unsent.is_empty())
    }

    /// Ends a request that the host carried out.
    fn close(&self, call: u32, id: u32) {
        let mut state = self.state.borrow_mut();
        if state.open.remove(&id)
            && let Some(call) = state.calls.get_mut(&call)
        {
            call.exchanges.remove(&id);
        }
    }
}

impl HostState {
    /// Sends the new requests of the call that is being polled, after the requests and calls that ended before.
    fn send_unsent(&mut self, number: u32) {
        let is_ending = |call: &HostCall| call.result.is_some() || !call.cancelled.is_empty();
        let mut others = self.calls.iter().filter(|(other, _)| **other != number);
        if others.any(|(_, other)| is_ending(other)) {
            return;
        }
        let call = self.calls.get_mut(&number).unwrap();
        for id in std::mem::take(&mut call.unsent) {
            if let Some(Some(exchange)) = call.exchanges.get_mut(&id) {
                send(exchange);
            }
        }
    }
}

/// A call, polled by its caller.
struct RunningCall {
    host: Rc<Host>,
    number: Option<u32>,
    timer: Option<(Instant, Timer)>,
}

impl RunningCall {
    fn poll(&mut self, operation: &Operation, context: &mut Context<'_>) -> Poll<CallResult> {
        let number = match self.number {
            Some(number) => number,
            None => self.start(operation),
        };
        self.begin_poll(number, context);
        let ids: Vec<u32> = {
            let state = self.host.state.borrow();
            state.calls[&number].exchanges.keys().copied().collect()
        };
        let mut has_moved = false;
        for id in ids {
            // The requests of other calls are sent before anything else happens.
            if self.host.has_unsent() {
                has_moved = true;
                break;
            }
            has_moved |= self.poll_exchange(number, id, context);
        }
        if !self.host.has_unsent() {
            has_moved |= self.poll_timer(context);
        }
        let mut state = self.host.state.borrow_mut();
        let call = state.calls.get_mut(&number).unwrap();
        if let Some(result) = call.result.take() {
            let call = state.calls.remove(&number);
            drop(state);
            drop(call);
            self.number = None;
            return Poll::Ready(result);
        }
        if has_moved {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }

    /// Drops the requests that were cancelled, and sends the new ones.
    fn begin_poll(&self, number: u32, context: &Context<'_>) {
        let mut state = self.host.state.borrow_mut();
        let call = state.calls.get_mut(&number).unwrap();
        call.waker = Some(context.waker().clone());
        call.cancelled.clear();
        state.send_unsent(number);
    }

    fn start(&mut self, operation: &Operation) -> u32 {
        let host = &self.host;
        let number = {
            let mut state = host.state.borrow_mut();
            state.last_call += 1;
            let number = state.last_call;
            let call = HostCall {
                record: host.platform.polled_call(),
                exchanges: BTreeMap::new(),
                unsent: Vec::new(),
                cancelled: Vec::new(),
                settled: BTreeMap::new(),
                result: None,
                is_stopped: false,
                waker: None,
            };
            state.calls.insert(number, call);
            number
        };
        self.number = Some(number);
        let event = Event::Start(Start {
            now: host.now(),
            call: number,
            operation: operation.clone(),
        });
        assert_eq!(host.tell(&event, &[]).error, None);
        number
    }

    /// Polls one request. Returns true if it has ended.
    fn poll_exchange(&self, number: u32, id: u32, context: &mut Context<'_>) -> bool {
        let take = |exchange: Option<Exchange>| {
            let mut state = self.host.state.borrow_mut();
            let call = state.calls.get_mut(&number)?;
            let slot = call.exchanges.get_mut(&id)?;
            std::mem::replace(slot, exchange)
        };
        let Some(mut exchange) = take(None) else {
            return false;
        };
        match exchange.as_mut().poll(context) {
            Poll::Ready(()) => {
                self.host.close(number, id);
                true
            }
            Poll::Pending => {
                drop(take(Some(exchange)));
                false
            }
        }
    }

    /// Waits until the machine wants to be told the time. Returns true if it was told.
    fn poll_timer(&mut self, context: &mut Context<'_>) -> bool {
        let Some(wake) = self.host.state.borrow().machine.wake() else {
            self.timer = None;
            return false;
        };
        let wake = Instant::from_origin(Duration::from_nanos(
            u64::try_from(wake.as_nanos()).unwrap(),
        ));
        let clock = &self.host.platform.clock;
        if self.timer.as_ref().is_none_or(|(at, _)| *at != wake) {
            let sleep = clock.sleep(clock.now().until(wake));
            self.timer = Some((wake, Box::pin(sleep)));
        }
        let Some((_, timer)) = &mut self.timer else {
            return false;
        };
        if timer.as_mut().poll(context).is_pending() {
            return false;
        }
        self.timer = None;
        let now = self.host.now();
        self.host.tell(&Event::Tick(Tick { now }), &[]);
        true
    }
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        // During a panic the state may be borrowed already.
        let Some(number) = self.number.filter(|_| !std::thread::panicking()) else {
            return;
        };
        let stop = |at_once| {
            let mut state = self.host.state.borrow_mut();
            state.calls.get_mut(&number).unwrap().is_stopped = true;
            drop(state);
            let event = Event::Stop(Stop {
                now: self.host.now(),
                call: Some(number),
                at_once,
            });
            self.host.tell(&event, &[]);
        };
        // Half of the calls begin nothing new first, in whatever wait they are.
        if number.is_multiple_of(2) {
            stop(false);
        }
        stop(true);
        let call = self.host.state.borrow_mut().calls.remove(&number).unwrap();
        assert!(
            call.result.is_some(),
            "a call that was stopped at once goes on"
        );
    }
}

/// Report of a target, without the user if the target failed: another target may have changed the same user later.
fn without_user_of_a_failure(report: &TargetReport) -> TargetReport {
    let mut report = report.clone();
    if report.error.is_some() {
        report.user = None;
    }
    report
}

/// Polls a request for the first time, which sends it.
fn send(exchange: &mut Exchange) {
    let mut context = Context::from_waker(Waker::noop());
    let polled = exchange.as_mut().poll(&mut context);
    assert!(
        polled.is_pending(),
        "a request that ended while it was sent"
    );
}

/// Sends a request, and tells the machine what comes back.
async fn exchange(host: Rc<Host>, request: SendRequest) {
    let id = request.id;
    let call = request.call;
    let outgoing = convert::Outgoing::new(&request);
    let headers = outgoing.headers();
    let mut sending = pin!(host.platform.send(outgoing.request(&headers)));
    let sent = poll_fn(|context| Poll::Ready(sending.as_mut().poll(context))).await;
    yield_once().await;
    let sent = match sent {
        Poll::Ready(sent) => sent,
        Poll::Pending => sending.await,
    };
    let now = || host.now();
    let response = match sent {
        Ok(response) => response,
        Err(error) => {
            host.close(call, id);
            host.tell(&fail(id, now(), error), &[]);
            return;
        }
    };
    let head = Event::Answer(Answer {
        now: now(),
        request: id,
        status: response.status,
        retry_after: response.retry_after,
        date: response.date,
        content_length: response.content_length.map(|length| length.to_string()),
        more: true,
    });
    let mut body = response.body;
    let mut event = head;
    let mut piece = Vec::new();
    loop {
        host.state.borrow_mut().bodies.insert(id, body);
        host.tell(&event, &piece);
        yield_once().await;
        // Cancelled while the machine was told.
        let Some(rest) = host.state.borrow_mut().bodies.remove(&id) else {
            return;
        };
        body = rest;
        event = match body.next().await {
            Ok(Some(bytes)) => {
                piece = bytes;
                body_event(id, now(), true)
            }
            Ok(None) => {
                piece = Vec::new();
                body_event(id, now(), false)
            }
            Err(error) => fail(id, now(), error),
        };
        if !matches!(&event, Event::Body(BodyPiece { more: true, .. })) {
            // The request is over before the machine hears of it.
            drop(body);
            host.close(call, id);
            host.tell(&event, &[]);
            return;
        }
    }
}

/// Lets the caller go on before the rest of the future.
async fn yield_once() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn body_event(request: u32, now: f64, more: bool) -> Event {
    Event::Body(BodyPiece { now, request, more })
}

fn fail(request: u32, now: f64, error: SendError) -> Event {
    Event::Fail(Fail {
        now,
        request,
        kind: match error.kind {
            SendErrorKind::Denied => FailureKind::Denied,
            SendErrorKind::Connection => FailureKind::Connection,
            SendErrorKind::TimedOut => FailureKind::TimedOut,
            SendErrorKind::TooLarge => FailureKind::TooLarge,
            SendErrorKind::Malformed => FailureKind::Malformed,
            SendErrorKind::Stopped => unreachable!("the simulated platform stops nothing"),
        },
        possibly_sent: error.is_possibly_received,
        detail: error.detail,
    })
}

/// Time of the host's clock in milliseconds, exact to a nanosecond.
fn milliseconds(now: Instant) -> f64 {
    now.since_origin().as_nanos() as f64 / 1_000_000.0
}
