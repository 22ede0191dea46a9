//! The task that drives an instance of the module: tells it events, and does what it asks for.
//!
//! After each event it cancels requests, waits for the callbacks of settled targets, and then sends requests: what a callback
//! wrote to disk is there before anything else is done with the answer. The messages' rule, to call back last, is for hosts
//! whose callbacks can call the module. These cannot: they only leave commands, which are carried out after them.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

use onepassword_users_protocol::{
    Actions, CallResult, Configure, Event, Fail, FailureKind, SendRequest, SettingsSource, Settled,
    Start, Stop, Tick,
};
use tokio::{
    select,
    sync::mpsc,
    task::{AbortHandle, JoinSet, spawn_blocking},
    time::{Instant, sleep_until},
};

use super::{
    call::{NewCall, RunningCall},
    clock::Clock,
    convert,
    module::StepsModule,
    options::{OnSend, StepsOptions},
    request_task::{self, EventAndPiece, RequestContext},
};
use crate::{error::Result, outgoing_http::HttpClients, plugin::Explain};

/// Maximum number of events of requests that wait for the module: each has at most 64 KiB of a body.
const MAX_WAITING_EVENTS: usize = 16;

/// Wish of a client.
pub(super) enum Command {
    /// Starts a call under this number.
    Start(u32, NewCall),
    /// Ends a call early, or all of them.
    Stop { call: Option<u32>, at_once: bool },
}

/// Sender of commands. The driver ends when all are dropped.
pub(super) type Commands = mpsc::UnboundedSender<Command>;

/// Configures an instance, and starts to drive it. Returns the sender of commands, and the HTTP clients.
pub(super) fn start(
    mut module: StepsModule,
    options: StepsOptions,
) -> Result<(Commands, Arc<HttpClients>)> {
    let clock = Clock::start();
    let http = Arc::new(HttpClients::new(options.network));
    let configure = Event::Configure(Configure {
        now: clock.now(),
        from: SettingsSource::Environment(options.environment),
        seed: rand_seed(),
    });
    // Wrong settings are errors of the calls, too.
    module.event(&configure, &[])?;
    let (events, from_requests) = mpsc::channel(MAX_WAITING_EVENTS);
    let (commands, from_client) = mpsc::unbounded_channel();
    let driver = Driver {
        module,
        clock,
        context: Arc::new(RequestContext {
            http: Arc::clone(&http),
            clock,
            on_request: options.on_request,
            events,
        }),
        on_send: options.on_send,
        calls: HashMap::new(),
        requests: JoinSet::new(),
        open: HashMap::new(),
        wake: None,
        from_requests,
        from_client,
        waiting_starts: VecDeque::new(),
    };
    tokio::spawn(driver.run());
    Ok((commands, http))
}

/// A random number, so that clients that start together do not retry together.
fn rand_seed() -> u32 {
    use std::hash::{BuildHasher, RandomState};

    // The keys of each state are random.
    let [a, b, c, d, ..] = RandomState::new().hash_one(0).to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// Id of the request of which an event is the last.
const fn ended_request(event: &Event) -> Option<u32> {
    match event {
        Event::Body(body) if !body.more => Some(body.request),
        Event::Fail(fail) => Some(fail.request),
        _ => None,
    }
}

struct Driver {
    module: StepsModule,
    clock: Clock,
    context: Arc<RequestContext>,
    on_send: OnSend,
    /// Calls under way, by number.
    calls: HashMap<u32, RunningCall>,
    requests: JoinSet<()>,
    /// Requests under way, by id.
    open: HashMap<u32, AbortHandle>,
    /// Time at which the module wants to be told the time.
    wake: Option<Instant>,
    from_requests: mpsc::Receiver<EventAndPiece>,
    from_client: mpsc::UnboundedReceiver<Command>,
    /// Calls that were received while a step was carried out.
    waiting_starts: VecDeque<WaitingStart>,
}

/// A call that is not started yet.
struct WaitingStart {
    number: u32,
    call: NewCall,
    /// Stop that was asked for in the meantime: true for one at once.
    stop_at_once: Option<bool>,
}

impl Driver {
    /// Runs until the client is dropped, which cancels all requests.
    async fn run(mut self) {
        if let Err(error) = self.drive().await {
            let cause = format!("{error:#}");
            self.requests.abort_all();
            for (_, call) in self.calls.drain() {
                call.fail(&cause);
            }
            // The module may be in any state: it is not called again.
            for waiting in self.waiting_starts.drain(..) {
                RunningCall::new(None, waiting.call.result).fail(&cause);
            }
            while let Some(command) = self.from_client.recv().await {
                if let Command::Start(_, call) = command {
                    RunningCall::new(None, call.result).fail(&cause);
                }
            }
        }
    }

    async fn drive(&mut self) -> Result<()> {
        loop {
            while let Some(waiting) = self.waiting_starts.pop_front() {
                self.start(waiting).await?;
            }
            let wake = self.wake;
            let woken = async {
                match wake {
                    Some(wake) => sleep_until(wake).await,
                    None => std::future::pending().await,
                }
            };
            select! {
                command = self.from_client.recv() => match command {
                    None => return Ok(()),
                    Some(Command::Start(number, call)) => {
                        let stop_at_once = None;
                        self.start(WaitingStart { number, call, stop_at_once }).await?;
                    }
                    Some(Command::Stop { call, at_once }) => {
                        let stop = Event::Stop(self.stop(call, at_once));
                        self.tell(stop, Vec::new()).await?;
                    }
                },
                Some((event, piece)) = self.from_requests.recv() => self.tell(event, piece).await?,
                // Only so that ended tasks are removed.
                Some(_) = self.requests.join_next() => {}
                () = woken => {
                    let now = self.clock.now();
                    self.tell(Event::Tick(Tick { now }), Vec::new()).await?;
                }
            }
        }
    }

    /// Starts a call. One that was stopped before sends nothing, and ends with its result.
    async fn start(&mut self, waiting: WaitingStart) -> Result<()> {
        let WaitingStart {
            number,
            call,
            stop_at_once,
        } = waiting;
        // Its future was dropped.
        if call.result.is_closed() {
            return Ok(());
        }
        let event = Event::Start(Start {
            now: self.clock.now(),
            call: number,
            operation: call.operation,
        });
        let mut running = RunningCall::new(call.on_settled, call.result);
        running.is_stopped = stop_at_once.is_some();
        self.calls.insert(number, running);
        let mut events = VecDeque::from([(event, Vec::new())]);
        if stop_at_once.is_some() {
            let stop = Event::Stop(self.stop(Some(number), false));
            events.push_back((stop, Vec::new()));
        }
        self.tell_all(events).await?;
        if stop_at_once == Some(true) {
            let stop = Event::Stop(self.stop(Some(number), true));
            self.tell(stop, Vec::new()).await?;
        }
        Ok(())
    }

    /// Stops a call, or all of them, and returns it as an event.
    fn stop(&mut self, number: Option<u32>, at_once: bool) -> Stop {
        for (_, call) in self
            .calls
            .iter_mut()
            .filter(|(known, _)| number.is_none_or(|number| number == **known))
        {
            call.is_stopped = true;
        }
        Stop {
            now: self.clock.now(),
            call: number,
            at_once,
        }
    }

    /// Tells an event, and carries out the actions.
    async fn tell(&mut self, event: Event, piece: Vec<u8>) -> Result<()> {
        self.tell_all(VecDeque::from([(event, piece)])).await
    }

    /// Tells events one after the other, and carries out the actions, of which failed requests are events to tell last.
    async fn tell_all(&mut self, mut events: VecDeque<EventAndPiece>) -> Result<()> {
        while let Some((event, piece)) = events.pop_front() {
            if let Some(id) = ended_request(&event) {
                self.open.remove(&id);
            }
            let actions = self.module.event(&event, &piece)?;
            // An event of this host that the module cannot read starts nothing.
            if let (Some(error), Event::Start(start)) = (&actions.error, &event)
                && let Some(call) = self.calls.remove(&start.call)
            {
                call.end(CallResult::Error(error.clone()));
            }
            let more = self.carry_out(actions).await;
            events.extend(more.into_iter().map(|event| (event, Vec::new())));
        }
        Ok(())
    }

    /// Carries out actions. Returns events to tell next: stops, then requests that are not sent because of them, so that their
    /// users are told as skipped, and only then an end at once, at which a request under way may have been sent.
    async fn carry_out(&mut self, actions: Actions) -> Vec<Event> {
        self.wake = actions.wake.and_then(|ms| self.clock.instant(ms));
        for cancel in &actions.cancel {
            if let Some(request) = self.open.remove(&cancel.id) {
                request.abort();
            }
        }
        let mut events = self.settle(actions.settled).await;
        let mut ends = Vec::new();
        for stop in self.received_stops() {
            if stop.at_once {
                let at_once = false;
                events.push(Event::Stop(Stop {
                    at_once,
                    ..stop.clone()
                }));
                ends.push(Event::Stop(stop));
            } else {
                events.push(Event::Stop(stop));
            }
        }
        for request in actions.send {
            if let Some(not_sent) = self.send(request) {
                events.push(not_sent);
            }
        }
        for done in actions.done {
            if let Some(call) = self.calls.remove(&done.call) {
                call.end(done.result);
            }
        }
        events.extend(ends);
        events
    }

    /// Waits for the callbacks of settled targets. Returns stops of the calls whose callback wants no more.
    async fn settle(&mut self, settled: Vec<Settled>) -> Vec<Event> {
        let causes = self.context.http.causes();
        let mut by_call: BTreeMap<u32, Vec<_>> = BTreeMap::new();
        for Settled {
            call,
            target,
            report,
        } in settled
        {
            let index = usize::try_from(target).unwrap_or(usize::MAX);
            let mut report = convert::target_report(report);
            report.explain(&causes);
            by_call.entry(call).or_default().push((index, report));
        }
        let mut stops = Vec::new();
        for (number, reports) in by_call {
            let call = self.calls.get_mut(&number);
            let Some(mut on_settled) = call.and_then(|call| call.on_settled.take()) else {
                continue;
            };
            // It may block, for example to sync a file.
            let called = spawn_blocking(move || {
                let mut is_stop = false;
                for (index, report) in &reports {
                    is_stop |= on_settled(*index, report).is_break();
                }
                (on_settled, is_stop)
            });
            let (on_settled, is_stop) = match called.await {
                Ok((on_settled, is_stop)) => (Some(on_settled), is_stop),
                // It panicked.
                Err(_) => (None, true),
            };
            if let Some(call) = self.calls.get_mut(&number) {
                call.on_settled = on_settled;
            }
            if is_stop {
                stops.push(Event::Stop(self.stop(Some(number), false)));
            }
        }
        stops
    }

    /// Stops that the client asked for in the meantime: they are obeyed before anything is sent.
    fn received_stops(&mut self) -> Vec<Stop> {
        let mut stops = Vec::new();
        while let Ok(command) = self.from_client.try_recv() {
            match command {
                Command::Start(number, call) => self.waiting_starts.push_back(WaitingStart {
                    number,
                    call,
                    stop_at_once: None,
                }),
                Command::Stop { call, at_once } => {
                    for waiting in &mut self.waiting_starts {
                        if call.is_none_or(|call| call == waiting.number) {
                            waiting.stop_at_once = Some(at_once);
                        }
                    }
                    stops.push(self.stop(call, at_once));
                }
            }
        }
        stops
    }

    /// Sends a request. Returns its failure if its call was stopped.
    fn send(&mut self, request: SendRequest) -> Option<Event> {
        let call = self.calls.get_mut(&request.call);
        if call.as_ref().is_some_and(|call| call.is_stopped) {
            return Some(Event::Fail(Fail {
                now: self.clock.now(),
                request: request.id,
                kind: FailureKind::Denied,
                possibly_sent: false,
                detail: "the call was stopped".to_owned(),
            }));
        }
        if let Some(call) = call {
            call.request_sent(request.purpose);
        }
        (self.on_send)(request_task::operation(&request).as_ref());
        let id = request.id;
        let carried_out = request_task::carry_out(Arc::clone(&self.context), request);
        let task = self.requests.spawn(carried_out);
        self.open.insert(id, task);
        None
    }
}
