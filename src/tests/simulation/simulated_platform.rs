//! The host of the simulated client: its clock is virtual, and its network is the world's.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::{pending, poll_fn},
    rc::Rc,
};

use super::{account::Says, check_call::Outcome, intent::Wants, request_fate::Hears, state::World};
use crate::{
    Operation,
    platform::{Body, Duration, Instant, Platform, Request, Response, SendError},
    tests::{
        scripted_server::{Piece, Sent},
        virtual_clock::Clock,
    },
};

/// The world, as everyone in it shares it.
pub(super) type Shared = Rc<RefCell<World>>;

pub(super) struct Network {
    pub clock: Clock,
    pub world: Shared,
}

impl Network {
    /// Makes a call, and gives up on it after a while if somebody has no more patience than that.
    pub async fn watch(
        &self,
        task: usize,
        operation: Operation,
        wants: Wants,
        patience: Option<Duration>,
        call: impl Future<Output = Outcome>,
    ) -> Outcome {
        let number = self
            .world
            .borrow_mut()
            .begin(task, operation, wants, self.now());
        let mut call = Box::pin(call);
        // Requests belong to the call that is being polled.
        let watched = poll_fn(move |context| {
            self.world.borrow_mut().polled = Some(number);
            let polled = call.as_mut().poll(context);
            self.world.borrow_mut().polled = None;
            polled
        });
        let outcome = match patience {
            None => watched.await,
            Some(patience) => {
                let outcome = self.clock.give_up_after(patience, watched).await;
                outcome.unwrap_or(Outcome::GivenUp)
            }
        };
        self.world.borrow_mut().end(number, &outcome, self.now());
        outcome
    }
}

impl Platform for Network {
    type Body = Arriving;

    async fn send(&self, request: Request<'_>) -> Result<Response<Arriving>, SendError> {
        let now = self.now();
        let sent = Sent::of(&request, now.since_origin());
        let (number, journey) = self.world.borrow_mut().depart(&sent, now);
        let open = Open {
            world: Rc::clone(&self.world),
            clock: self.clock.clone(),
            request: number,
        };
        if matches!(journey.hears, Hears::Nothing) {
            pending::<()>().await;
        }
        self.clock.sleep(journey.heard).await;
        let head = self
            .world
            .borrow_mut()
            .hear(number, journey.hears, self.now())?;
        Ok(Response {
            status: head.status,
            retry_after: head.headers.retry_after,
            date: head.headers.date,
            content_length: head.headers.content_length,
            body: Arriving {
                pieces: head.pieces.into(),
                says: head.says,
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

/// The body of an answer.
pub(super) struct Arriving {
    pieces: VecDeque<Piece>,
    says: Option<(Says, bool)>,
    open: Open,
}

impl Body for Arriving {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SendError> {
        match self.pieces.pop_front() {
            None => {
                let mut world = self.open.world.borrow_mut();
                world.ledger.hear_end(self.open.request, self.says.take());
                Ok(None)
            }
            Some(Piece::Bytes(after, bytes)) => {
                self.open.clock.sleep(after).await;
                Ok(Some(bytes))
            }
            Some(Piece::Fails(error)) => Err(error),
            Some(Piece::Never) => pending().await,
        }
    }
}

/// A request that is open, until it is dropped.
struct Open {
    world: Shared,
    clock: Clock,
    request: usize,
}

impl Drop for Open {
    fn drop(&mut self) {
        // After a panic there is nothing left to count.
        if let Ok(mut world) = self.world.try_borrow_mut() {
            let call = world.ledger.requests[self.request].call;
            let is_given_up = world.polled != Some(call);
            world
                .ledger
                .close(self.request, is_given_up, self.clock.now());
        }
    }
}
