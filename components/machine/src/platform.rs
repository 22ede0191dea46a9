//! The platform of the client: requests and waits that the host is asked for.

use alloc::{collections::BTreeMap, rc::Rc, string::String, vec::Vec};
use core::{cell::Cell, future::poll_fn, task::Poll};

use onepassword_users::{
    SettledTarget,
    platform::{Body, Duration, Instant, Method, Platform, Request, Response, Scheme, SendError},
};
use onepassword_users_protocol as protocol;

use crate::{
    convert,
    exchange::{Exchange, ExchangeEvent, Exchanges, OpenExchange},
    outbox::Outbox,
    task::CallState,
};

/// Number of times that a client may look at the clock or its call in one event, in builds with debug assertions.
const MAX_LOOKS: u32 = 100_000;

/// The platform on a host that is asked for one step after the other.
#[derive(Default)]
pub(crate) struct StepsPlatform {
    /// Time that the host told last.
    now: Cell<Duration>,
    /// Distance of the origin of the client's clock from that of the host's.
    origin: Cell<Duration>,
    /// Call that is being polled.
    current: Cell<Option<Rc<CallState>>>,
    /// Number of looks since the event came.
    looks: Cell<u32>,
    pub(crate) exchanges: Rc<Exchanges>,
    pub(crate) outbox: Rc<Outbox>,
}

impl StepsPlatform {
    /// Sets the time, unless it is earlier than before.
    pub(crate) fn set_now(&self, now: Duration) {
        self.looks.set(0);
        self.now.set(self.now.get().max(now));
    }

    /// Moves the origin of the client's clock, which seeds the waits between attempts. Later seeds change nothing, because
    /// deadlines and lifetimes are times of that clock.
    pub(crate) fn set_seed(&self, seed: u32) {
        if self.origin.get().is_zero() {
            self.origin.set(Duration::from_nanos(u64::from(seed)));
        }
    }

    /// Time of the host's clock for a point in time.
    pub(crate) fn host_time(&self, time: Instant) -> Duration {
        time.since_origin().less(self.origin.get())
    }

    /// Marks the call that is polled next. Requests and waits belong to it.
    pub(crate) fn set_current(&self, call: Option<Rc<CallState>>) {
        self.current.set(call);
    }

    /// Notes that the client looks at the clock or its call. One that goes on for ever would stop its host: tests and fuzzing
    /// notice it here.
    fn note_look(&self) {
        if cfg!(debug_assertions) {
            self.looks.set(self.looks.get().saturating_add(1));
            assert!(self.looks.get() <= MAX_LOOKS, "an event without an end");
        }
    }

    fn current(&self) -> Option<Rc<CallState>> {
        self.note_look();
        let current = self.current.take();
        self.current.set(current.clone());
        current
    }

    /// Waits until the time, or until the call is stopped in the given way.
    async fn wait(&self, duration: Duration, is_over: impl Fn(&CallState) -> bool) {
        let until = self.now().after(duration);
        poll_fn(|_| {
            let Some(call) = self.current() else {
                return Poll::Ready(());
            };
            if self.now() >= until || is_over(&call) {
                return Poll::Ready(());
            }
            call.wake_at(until);
            Poll::Pending
        })
        .await;
    }
}

impl Platform for StepsPlatform {
    type Body = StepsBody;

    const HAS_FOREIGN_DETAILS: bool = true;

    const OBSERVES_TARGETS: bool = true;

    async fn send(&self, request: Request<'_>) -> Result<Response<StepsBody>, SendError> {
        let Some(call) = self.current().filter(|call| !call.is_stopped()) else {
            return Err(SendError::stopped(false));
        };
        let purpose = convert::purpose(request.purpose);
        let open = self
            .exchanges
            .open(purpose, request.user, call, &self.outbox);
        self.outbox.send(send_request(&open.exchange, &request));
        match next(&open.exchange).await? {
            ExchangeEvent::Head(head) => Ok(Response {
                status: head.status,
                retry_after: head.retry_after,
                date: head.date,
                content_length: head.content_length,
                body: StepsBody(open),
            }),
            // The module takes no piece of a body before its head.
            ExchangeEvent::Piece(_) | ExchangeEvent::End | ExchangeEvent::Failure(_) => {
                Err(SendError::stopped(true))
            }
        }
    }

    async fn sleep(&self, duration: Duration) {
        self.wait(duration, CallState::is_stopped_at_once).await;
    }

    async fn pause(&self, duration: Duration) {
        self.wait(duration, CallState::is_stopped).await;
    }

    fn now(&self) -> Instant {
        self.note_look();
        Instant::from_origin(self.now.get().plus(self.origin.get()))
    }

    fn is_stopped(&self) -> bool {
        self.current().is_none_or(|call| call.is_stopped())
    }

    fn settled(&self, target: SettledTarget<'_>) {
        if let Some(call) = self.current() {
            self.outbox.settled(protocol::Settled {
                call: call.number,
                target: u32::try_from(target.index).unwrap_or(u32::MAX),
                report: convert::target_report(target.report.clone()),
            });
        }
    }
}

/// Body of a response.
pub(crate) struct StepsBody(OpenExchange);

impl Body for StepsBody {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SendError> {
        match next(&self.0.exchange).await? {
            ExchangeEvent::Piece(piece) => Ok(Some(piece)),
            ExchangeEvent::End | ExchangeEvent::Head(_) | ExchangeEvent::Failure(_) => Ok(None),
        }
    }
}

/// Waits for the next event of a request. A request whose call is stopped at once may have been received.
async fn next(exchange: &Exchange) -> Result<ExchangeEvent, SendError> {
    poll_fn(|_| match exchange.next() {
        Some(ExchangeEvent::Failure(error)) => Poll::Ready(Err(error)),
        Some(event) => Poll::Ready(Ok(event)),
        None if exchange.call.is_stopped_at_once() => Poll::Ready(Err(SendError::stopped(true))),
        None => Poll::Pending,
    })
    .await
}

fn send_request(exchange: &Exchange, request: &Request<'_>) -> protocol::SendRequest {
    let scheme = match request.scheme {
        Scheme::Http => "http://",
        Scheme::Https => "https://",
    };
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    // The host's HTTP client adds it: some refuse it from others.
    let headers = request.headers.iter();
    let headers = headers.filter(|(name, _)| *name != "content-length");
    let headers: BTreeMap<String, String> = headers
        .map(|(name, value)| ((*name).into(), (*value).into()))
        .collect();
    protocol::SendRequest {
        id: exchange.id,
        call: exchange.call.number,
        purpose: exchange.purpose,
        user: exchange.user.clone(),
        method: method.into(),
        url: [scheme, request.authority, request.path_and_query].concat(),
        headers,
        body: request.body.map(Into::into),
        connect_ms: request.timeouts.connect.as_millis(),
    }
}
