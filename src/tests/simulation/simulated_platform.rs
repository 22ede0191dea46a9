//! Platform of the simulated client: virtual time, and a network with faults.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::{pending, poll_fn},
    rc::Rc,
};

use super::{
    account::Payload, call_result::CallResult, intent::Intent, request_fate::ResponseFate,
    state::SimulationState,
};
use crate::{
    Operation,
    platform::{Body, Duration, Instant, Platform, Request, Response, SendError},
    tests::{
        scripted_server::{BodyPiece, SentRequest},
        virtual_clock::Clock,
    },
};

/// Simulation state shared by the platform and its requests.
pub(super) type SharedSimulation = Rc<RefCell<SimulationState>>;

pub(super) struct SimulatedPlatform {
    pub clock: Clock,
    pub simulation: SharedSimulation,
    /// Minimum time from a request to its response.
    pub min_latency: Cell<Duration>,
}

impl SimulatedPlatform {
    /// Number of the call that is being polled.
    pub(super) fn polled_call(&self) -> Option<usize> {
        self.simulation.borrow().polled_call
    }

    /// Runs a call, records it, and cancels it after a time if one is given.
    pub(super) async fn observe(
        &self,
        caller: usize,
        operation: Operation,
        intent: Intent,
        cancel_after: Option<Duration>,
        call: impl Future<Output = CallResult>,
    ) -> CallResult {
        let number = self
            .simulation
            .borrow_mut()
            .begin(caller, operation, intent, self.now());
        let mut call = Box::pin(call);
        // A request belongs to the call that is being polled.
        let tracked = poll_fn(move |context| {
            self.simulation.borrow_mut().polled_call = Some(number);
            let polled_call = call.as_mut().poll(context);
            self.simulation.borrow_mut().polled_call = None;
            polled_call
        });
        let outcome = match cancel_after {
            None => tracked.await,
            Some(cancel_after) => {
                let outcome = self.clock.cancel_after(cancel_after, tracked).await;
                outcome.unwrap_or(CallResult::Cancelled)
            }
        };
        self.simulation
            .borrow_mut()
            .end(number, &outcome, self.now());
        outcome
    }
}

impl Platform for Rc<SimulatedPlatform> {
    type Body = ResponseBody;

    async fn send(&self, request: Request<'_>) -> Result<Response<ResponseBody>, SendError> {
        SimulatedPlatform::send(self, request).await
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        SimulatedPlatform::sleep(self, duration)
    }

    fn now(&self) -> Instant {
        SimulatedPlatform::now(self)
    }
}

impl Platform for SimulatedPlatform {
    type Body = ResponseBody;

    async fn send(&self, request: Request<'_>) -> Result<Response<ResponseBody>, SendError> {
        let now = self.now();
        let sent = SentRequest::of(&request, now.since_origin());
        let (number, fate) = self.simulation.borrow_mut().send_request(&sent, now);
        let open = OpenRequest {
            simulation: Rc::clone(&self.simulation),
            clock: self.clock.clone(),
            request: number,
        };
        if matches!(fate.response, ResponseFate::Nothing) {
            pending::<()>().await;
        }
        let after = fate.response_after.max(self.min_latency.get());
        self.clock.sleep(after).await;
        let head = self
            .simulation
            .borrow_mut()
            .receive_head(number, fate.response, self.now())?;
        Ok(Response {
            status: head.status,
            retry_after: head.headers.retry_after,
            date: head.headers.date,
            content_length: head.headers.content_length,
            body: ResponseBody {
                pieces: head.pieces.into(),
                payload: head.payload,
                open,
            },
        })
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        self.clock.sleep(duration)
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }
}

/// Body of a response.
pub(super) struct ResponseBody {
    pieces: VecDeque<BodyPiece>,
    payload: Option<(Payload, bool)>,
    open: OpenRequest,
}

impl Body for ResponseBody {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SendError> {
        match self.pieces.pop_front() {
            None => {
                let mut simulation = self.open.simulation.borrow_mut();
                simulation
                    .history
                    .receive_end(self.open.request, self.payload.take());
                Ok(None)
            }
            Some(BodyPiece::Bytes(after, bytes)) => {
                self.open.clock.sleep(after).await;
                Ok(Some(bytes))
            }
            Some(BodyPiece::Fails(error)) => Err(error),
            Some(BodyPiece::Never) => pending().await,
        }
    }
}

/// Records the end of a request when it is dropped.
struct OpenRequest {
    simulation: SharedSimulation,
    clock: Clock,
    request: usize,
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        // During a panic the state may be borrowed already.
        if let Ok(mut simulation) = self.simulation.try_borrow_mut() {
            let call = simulation.history.requests[self.request].call;
            let is_cancelled = simulation.polled_call != Some(call);
            simulation
                .history
                .close(self.request, is_cancelled, self.clock.now());
        }
    }
}
