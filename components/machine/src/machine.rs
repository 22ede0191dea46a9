//! The state machine: takes an event, lets all calls go on as far as they can, and returns the actions.

use alloc::{borrow::ToOwned, rc::Rc, vec::Vec};
use core::task::Poll;

use onepassword_users::{
    Client, Effect, Error, ErrorCode,
    platform::{Duration, Platform, SendError},
    settings::{self, Settings, SettingsError},
};
use onepassword_users_protocol::{
    Actions, Answer, BodyPiece, Configure, Done, Event, Fail, FailureKind, SettingsSource, Start,
    Stop,
};

use crate::{
    convert,
    exchange::{ExchangeEvent, Head},
    json::Unreadable,
    operation,
    platform::StepsPlatform,
    read_event::read_event,
    task::Task,
};

/// A client of one account, and its calls under way.
///
/// ```
/// use onepassword_users_machine::Machine;
///
/// let mut machine = Machine::new();
/// let actions = machine.event(br#"{"tick": {"now": 0}}"#);
/// assert_eq!(actions, b"{}");
/// ```
pub struct Machine {
    client: Rc<Client<StepsPlatform>>,
    tasks: Vec<Task>,
    /// True after settings that are valid.
    is_configured: bool,
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine {
    /// A client without settings.
    #[must_use]
    pub fn new() -> Self {
        let client = Client::new(
            StepsPlatform::default(),
            Err(SettingsError::without_settings()),
        );
        Self {
            client: Rc::new(client),
            tasks: Vec::new(),
            is_configured: false,
        }
    }

    /// Takes an event, and returns the actions as JSON. See `onepassword_users_protocol`.
    pub fn event(&mut self, event: &[u8]) -> Vec<u8> {
        let error = match read_event(event) {
            Ok((event, piece)) => self.carry_out(event, piece).err(),
            Err(Unreadable(cause)) => Some(refused(&cause)),
        };
        let mut actions = self.step();
        actions.error = error.map(convert::error);
        // Writing to memory does not fail.
        serde_json::to_vec(&actions).unwrap_or_default()
    }

    /// Time of the host's clock at which it is to tell `tick`: `wake` of the last actions, before it was rounded up. None if
    /// there is nothing to wait for.
    #[must_use]
    pub fn wake(&self) -> Option<core::time::Duration> {
        let wakes = self.tasks.iter().filter_map(|task| task.state.next_wake());
        let wake = self.platform().host_time(wakes.min()?);
        Some(core::time::Duration::from_nanos(wake.as_nanos()))
    }

    fn platform(&self) -> &StepsPlatform {
        self.client.platform()
    }

    fn carry_out(&mut self, event: Event, piece: &[u8]) -> Result<(), Error> {
        let now = match &event {
            Event::Configure(Configure { now, .. })
            | Event::Start(Start { now, .. })
            | Event::Answer(Answer { now, .. })
            | Event::Body(BodyPiece { now, .. })
            | Event::Fail(Fail { now, .. })
            | Event::Stop(Stop { now, .. }) => *now,
            Event::Tick(tick) => tick.now,
        };
        self.platform().set_now(milliseconds(now));
        match event {
            Event::Configure(configure) => return self.configure(configure),
            Event::Start(start) => return self.start(start),
            Event::Answer(answer) => self.answer(answer, piece),
            Event::Body(body) => self.body(body.request, piece, body.more),
            Event::Fail(fail) => self.fail(fail),
            Event::Tick(_) => {}
            Event::Stop(stop) => self.stop(&stop),
        }
        Ok(())
    }

    fn configure(&mut self, configure: Configure) -> Result<(), Error> {
        let settings = match configure.from {
            SettingsSource::Settings(settings) => Settings::new(convert::raw_settings(settings)),
            SettingsSource::Environment(variables) => {
                settings::from_environment(variables.into_iter().collect())
            }
        };
        let problems = settings.as_ref().err().cloned();
        let configured = self.client.configure(settings);
        if let Some(problems) = problems
            && !self.is_configured
            && self.tasks.is_empty()
        {
            // Calls then name these problems.
            let platform = StepsPlatform::default();
            platform.set_now(milliseconds(configure.now));
            self.client = Rc::new(Client::new(platform, Err(problems)));
        }
        configured?;
        self.is_configured = true;
        self.platform().set_seed(configure.seed);
        Ok(())
    }

    fn start(&mut self, start: Start) -> Result<(), Error> {
        let is_same = |task: &Task| task.state.number == start.call;
        if self.tasks.iter().any(is_same) {
            return Err(refused("start.call: a call with this number is under way"));
        }
        let future = operation::start(Rc::clone(&self.client), start.operation);
        self.tasks.push(Task::new(start.call, future));
        Ok(())
    }

    fn stop(&self, stop: &Stop) {
        let is_meant = |task: &&Task| stop.call.is_none_or(|call| call == task.state.number);
        for task in self.tasks.iter().filter(is_meant) {
            task.state.stop(stop.at_once);
        }
    }

    fn answer(&self, answer: Answer, piece: &[u8]) {
        if let Some(exchange) = self.platform().exchanges.get(answer.request)
            && exchange.take_head()
        {
            let length = answer.content_length;
            exchange.tell(ExchangeEvent::Head(Head {
                status: answer.status,
                retry_after: answer.retry_after,
                date: answer.date,
                content_length: length.and_then(|length| length.parse().ok()),
            }));
            self.body(answer.request, piece, answer.more);
        }
    }

    /// Passes on a piece of a body, after its head.
    fn body(&self, request: u32, piece: &[u8], more: bool) {
        let Some(exchange) = self.platform().exchanges.get(request) else {
            return;
        };
        if !exchange.has_head() {
            return;
        }
        if !piece.is_empty() {
            exchange.tell(ExchangeEvent::Piece(piece.to_owned()));
        }
        if !more {
            exchange.tell(ExchangeEvent::End);
        }
    }

    fn fail(&self, fail: Fail) {
        let Some(exchange) = self.platform().exchanges.get(fail.request) else {
            return;
        };
        let is_possibly_received = fail.possibly_sent || exchange.has_head();
        let is_denied = fail.kind == FailureKind::Denied && !is_possibly_received;
        exchange.tell(ExchangeEvent::Failure(
            if is_denied && exchange.call.is_stopped() {
                SendError::stopped(false)
            } else {
                SendError {
                    kind: convert::failure_kind(fail.kind),
                    is_possibly_received,
                    detail: fail.detail,
                }
            },
        ));
    }

    /// Polls every call that may go on, until none may.
    fn step(&mut self) -> Actions {
        let client = Rc::clone(&self.client);
        let platform = client.platform();
        loop {
            let mut has_moved = false;
            self.tasks.retain_mut(|task| {
                if !task.is_ready(platform.now()) {
                    return true;
                }
                has_moved = true;
                platform.set_current(Some(Rc::clone(&task.state)));
                let polled = task.poll();
                platform.set_current(None);
                let Poll::Ready(result) = polled else {
                    return true;
                };
                platform.outbox.done(Done {
                    call: task.state.number,
                    result,
                });
                false
            });
            if !has_moved {
                break;
            }
        }
        let mut actions = platform.outbox.take();
        let wake = self.wake().map(|wake| wake.as_nanos().div_ceil(1_000_000));
        actions.wake = wake.map(|wake| u64::try_from(wake).unwrap_or(u64::MAX));
        actions
    }
}

/// Time of a host's clock, to the nearest nanosecond. One that does not fit saturates.
fn milliseconds(now: f64) -> Duration {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates"
    )]
    let nanos = (now * 1_000_000.0 + 0.5) as u64;
    Duration::from_nanos(nanos)
}

/// Error of an event that is not carried out.
fn refused(cause: &str) -> Error {
    Error {
        code: ErrorCode::InvalidArgument,
        message: ["event: ", cause].concat(),
        hint: None,
        effect: Effect::NotApplied,
        retry_after: None,
        status: None,
        api_code: None,
        api_message: None,
        candidates: Vec::new(),
        requests: 0,
    }
}
