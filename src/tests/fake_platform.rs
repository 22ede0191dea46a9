//! Platform without a network: requests go to a scripted server, in virtual time.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::pending,
    rc::Rc,
};

use super::{
    scripted_server::{BodyPiece, Reply, ScriptedResponse, SentRequest},
    virtual_clock::{Clock, Task},
};
use crate::platform::{Body, Duration, Instant, Platform, Request, Response, SendError};

/// A server: maps each request to its reply.
type Server = Box<dyn FnMut(&SentRequest) -> Reply>;

/// Platform of a test.
pub(super) struct FakePlatform {
    clock: Clock,
    open: Rc<OpenCount>,
    server: RefCell<Server>,
    sent: RefCell<Vec<SentRequest>>,
}

/// Number of open requests.
#[derive(Default)]
struct OpenCount {
    current: Cell<usize>,
    max: Cell<usize>,
}

impl FakePlatform {
    pub(super) fn new(server: impl FnMut(&SentRequest) -> Reply + 'static) -> Self {
        Self {
            clock: Clock::new(),
            open: Rc::default(),
            server: RefCell::new(Box::new(server)),
            sent: RefCell::default(),
        }
    }

    /// Returns all requests sent so far.
    pub(super) fn sent(&self) -> Vec<SentRequest> {
        self.sent.borrow().clone()
    }

    /// Returns the number of sent requests that satisfy the predicate.
    pub(super) fn count(&self, predicate: impl Fn(&SentRequest) -> bool) -> usize {
        self.sent
            .borrow()
            .iter()
            .filter(|&sent| predicate(sent))
            .count()
    }

    /// Returns the maximum number of requests that were open at the same time.
    pub(super) fn max_open_requests(&self) -> usize {
        self.open.max.get()
    }

    /// Returns the virtual time since the start of the test.
    pub(super) fn elapsed(&self) -> Duration {
        self.now().since_origin()
    }

    /// Advances the virtual time between two calls.
    pub(super) fn advance(&self, duration: Duration) {
        self.clock.advance(duration);
    }

    /// Runs one call to completion.
    pub(super) fn run<'a, T: 'a>(&self, call: impl Future<Output = T> + 'a) -> T {
        self.join([Box::pin(call) as Task<'a, T>]).remove(0)
    }

    /// Runs calls concurrently until all are complete.
    pub(super) fn join<'a, T: 'a>(&self, calls: impl IntoIterator<Item = Task<'a, T>>) -> Vec<T> {
        let results = self.clock.join(calls);
        assert_eq!(self.open.current.get(), 0, "a request is still open");
        results
    }

    /// Drops a call that is not complete after this time.
    pub(super) async fn cancel_after<T>(
        &self,
        limit: Duration,
        call: impl Future<Output = T>,
    ) -> Option<T> {
        self.clock.cancel_after(limit, call).await
    }
}

impl Platform for FakePlatform {
    type Body = ScriptedBody;

    async fn send(&self, request: Request<'_>) -> Result<Response<ScriptedBody>, SendError> {
        let sent = SentRequest::of(&request, self.elapsed());
        let reply = (self.server.borrow_mut())(&sent);
        self.sent.borrow_mut().push(sent);
        let guard = RequestGuard::begin(&self.open, &self.clock);
        self.sleep(reply.after).await;
        match reply.response {
            ScriptedResponse::Head {
                status,
                headers,
                pieces,
            } => Ok(Response {
                status,
                retry_after: headers.retry_after,
                date: headers.date,
                content_length: headers.content_length,
                body: ScriptedBody {
                    pieces: pieces.into(),
                    guard,
                },
            }),
            ScriptedResponse::Fails(error) => Err(error),
            ScriptedResponse::Never => pending().await,
        }
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        self.clock.sleep(duration)
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }
}

/// Body of a scripted response.
pub(super) struct ScriptedBody {
    pieces: VecDeque<BodyPiece>,
    guard: RequestGuard,
}

impl Body for ScriptedBody {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SendError> {
        match self.pieces.pop_front() {
            None => Ok(None),
            Some(BodyPiece::Bytes(after, bytes)) => {
                self.guard.clock.sleep(after).await;
                Ok(Some(bytes))
            }
            Some(BodyPiece::Fails(error)) => Err(error),
            Some(BodyPiece::Never) => pending().await,
        }
    }
}

/// Counts a request as open until it is dropped.
struct RequestGuard {
    open: Rc<OpenCount>,
    clock: Clock,
}

impl RequestGuard {
    fn begin(open: &Rc<OpenCount>, clock: &Clock) -> Self {
        open.current.set(open.current.get() + 1);
        open.max.set(open.max.get().max(open.current.get()));
        Self {
            open: Rc::clone(open),
            clock: clock.clone(),
        }
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        self.open.current.set(self.open.current.get() - 1);
    }
}
