//! A host without a network: a virtual clock, an executor that advances it, and a record of what was sent.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    future::pending,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use super::server::{Answer, Piece, Reply, Sent};
use crate::host::{Body, Duration, Host, Instant, Request, Response, SendError};

/// A call that [`Simulation::join`] drives.
pub(super) type Task<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What a server does with each request.
type Server = Box<dyn FnMut(&Sent) -> Reply>;

/// The host of a test.
pub(super) struct Simulation {
    world: Rc<World>,
    server: RefCell<Server>,
    sent: RefCell<Vec<Sent>>,
}

/// The clock, and what waits for it.
struct World {
    now: Cell<Instant>,
    timers: RefCell<BTreeMap<(Instant, u64), Waker>>,
    timers_made: Cell<u64>,
    in_flight: Cell<usize>,
    most_in_flight: Cell<usize>,
}

impl Simulation {
    pub fn new(server: impl FnMut(&Sent) -> Reply + 'static) -> Self {
        Self {
            world: Rc::new(World {
                now: Cell::new(Instant::from_origin(Duration::ZERO)),
                timers: RefCell::default(),
                timers_made: Cell::new(0),
                in_flight: Cell::new(0),
                most_in_flight: Cell::new(0),
            }),
            server: RefCell::new(Box::new(server)),
            sent: RefCell::default(),
        }
    }

    /// Everything that was sent so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.borrow().clone()
    }

    /// How many requests were sent for which this holds.
    pub fn count(&self, which: impl Fn(&Sent) -> bool) -> usize {
        self.sent
            .borrow()
            .iter()
            .filter(|&sent| which(sent))
            .count()
    }

    /// The most requests that were ever open at once.
    pub fn most_in_flight(&self) -> usize {
        self.world.most_in_flight.get()
    }

    /// The time since the simulation began.
    pub fn elapsed(&self) -> Duration {
        self.now().since_origin()
    }

    /// Lets time go by between two calls.
    pub fn pass(&self, duration: Duration) {
        self.world.now.set(self.now().after(duration));
    }

    /// Runs one call to its end.
    pub fn run<'a, T: 'a>(&self, call: impl Future<Output = T> + 'a) -> T {
        self.join([Box::pin(call) as Task<'a, T>]).remove(0)
    }

    /// Runs several calls at once, each of them polled only when it was woken, to the end of all.
    pub fn join<'a, T: 'a>(&self, calls: impl IntoIterator<Item = Task<'a, T>>) -> Vec<T> {
        let mut running: Vec<_> = calls
            .into_iter()
            .map(|call| (Some(call), Arc::new(Woken(AtomicBool::new(true)))))
            .collect();
        let mut results: Vec<_> = running.iter().map(|_| None).collect();
        while results.iter().any(Option::is_none) {
            let mut idle = true;
            for ((call, woken), result) in running.iter_mut().zip(&mut results) {
                let Some(future) = call.as_mut().filter(|_| woken.take()) else {
                    continue;
                };
                idle = false;
                let waker = Waker::from(Arc::clone(woken));
                if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    *result = Some(value);
                    *call = None;
                }
            }
            if idle {
                self.world.advance();
            }
        }
        assert_eq!(self.world.in_flight.get(), 0, "a request was left open");
        assert!(
            self.world.timers.borrow().is_empty(),
            "a timer was left behind"
        );
        results.into_iter().flatten().collect()
    }

    /// Drops a call that has not ended after this long.
    pub async fn give_up_after<T>(
        &self,
        limit: Duration,
        call: impl Future<Output = T>,
    ) -> Option<T> {
        let mut call = Box::pin(call);
        let mut limit = Box::pin(self.sleep(limit));
        std::future::poll_fn(|context| match call.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending => limit.as_mut().poll(context).map(|()| None),
        })
        .await
    }
}

impl Host for Simulation {
    type Body = Pieces;

    async fn send(&self, request: Request<'_>) -> Result<Response<Pieces>, SendError> {
        let sent = Sent::of(&request, self.elapsed());
        let reply = (self.server.borrow_mut())(&sent);
        self.sent.borrow_mut().push(sent);
        let flight = Flight::begin(&self.world);
        self.sleep(reply.after).await;
        match reply.answer {
            Answer::Head {
                status,
                retry_after,
                pieces,
            } => Ok(Response {
                status,
                retry_after,
                body: Pieces {
                    pieces: pieces.into(),
                    flight,
                },
            }),
            Answer::Fails(error) => Err(error),
            Answer::Never => pending().await,
        }
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        self.world.sleep(duration)
    }

    fn now(&self) -> Instant {
        self.world.now.get()
    }
}

impl World {
    fn sleep(self: &Rc<Self>, duration: Duration) -> Sleep {
        self.timers_made.set(self.timers_made.get() + 1);
        Sleep {
            world: Rc::clone(self),
            due: (self.now.get().after(duration), self.timers_made.get()),
        }
    }

    /// Goes on to the next thing that happens.
    fn advance(&self) {
        let next = self.timers.borrow_mut().pop_first();
        let ((due, _), waker) = next.expect("stuck: nothing can ever happen");
        self.now.set(due.max(self.now.get()));
        waker.wake();
    }
}

/// A wait for the virtual clock, forgotten when it is dropped.
struct Sleep {
    world: Rc<World>,
    due: (Instant, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.world.now.get() >= self.due.0 {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        self.world.timers.borrow_mut().insert(self.due, waker);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.world.timers.borrow_mut().remove(&self.due);
    }
}

/// The body of a reply.
pub(super) struct Pieces {
    pieces: VecDeque<Piece>,
    flight: Flight,
}

impl Body for Pieces {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SendError> {
        match self.pieces.pop_front() {
            None => Ok(None),
            Some(Piece::Bytes(after, bytes)) => {
                self.flight.0.sleep(after).await;
                Ok(Some(bytes))
            }
            Some(Piece::Fails(error)) => Err(error),
            Some(Piece::Never) => pending().await,
        }
    }
}

/// A request that is open.
struct Flight(Rc<World>);

impl Flight {
    fn begin(world: &Rc<World>) -> Self {
        let open = world.in_flight.get() + 1;
        world.in_flight.set(open);
        world
            .most_in_flight
            .set(world.most_in_flight.get().max(open));
        Self(Rc::clone(world))
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.in_flight.set(self.0.in_flight.get() - 1);
    }
}

/// Whether a call has something to do.
struct Woken(AtomicBool);

impl Woken {
    fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
