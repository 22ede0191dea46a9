//! Requests that the host was asked to send, until their end.

use alloc::{collections::VecDeque, rc::Rc, string::String, vec::Vec};
use core::cell::{Cell, RefCell};

use onepassword_users::platform::SendError;
use onepassword_users_protocol::{Cancel, Purpose};

use crate::{outbox::Outbox, task::CallState};

/// A request without its end.
pub(crate) struct Exchange {
    pub(crate) id: u32,
    pub(crate) purpose: Purpose,
    pub(crate) user: Option<String>,
    /// Call that the request belongs to.
    pub(crate) call: Rc<CallState>,
    events: RefCell<VecDeque<ExchangeEvent>>,
    /// True if the head of the response has arrived.
    has_head: Cell<bool>,
    /// True if the host has nothing more to tell.
    is_over: Cell<bool>,
}

/// Progress of a request.
pub(crate) enum ExchangeEvent {
    /// Head of the response.
    Head(Head),
    /// Piece of the body.
    Piece(Vec<u8>),
    /// End of the body.
    End,
    /// Failure.
    Failure(SendError),
}

/// Head of a response.
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) content_length: Option<u64>,
}

/// Requests that are open.
#[derive(Default)]
pub(crate) struct Exchanges {
    open: RefCell<Vec<Rc<Exchange>>>,
    last_id: Cell<u32>,
}

/// An open request, which is cancelled if its owner is dropped before its end.
pub(crate) struct OpenExchange {
    pub(crate) exchange: Rc<Exchange>,
    exchanges: Rc<Exchanges>,
    outbox: Rc<Outbox>,
}

impl Exchanges {
    /// Opens a request. Its id is not that of another open request.
    pub(crate) fn open(
        self: &Rc<Self>,
        purpose: Purpose,
        user: Option<&str>,
        call: Rc<CallState>,
        outbox: &Rc<Outbox>,
    ) -> OpenExchange {
        let mut id = self.last_id.get();
        loop {
            id = id.wrapping_add(1);
            if self.get(id).is_none() {
                break;
            }
        }
        self.last_id.set(id);
        let exchange = Rc::new(Exchange {
            id,
            purpose,
            user: user.map(Into::into),
            call,
            events: RefCell::default(),
            has_head: Cell::new(false),
            is_over: Cell::new(false),
        });
        self.open.borrow_mut().push(Rc::clone(&exchange));
        OpenExchange {
            exchange,
            exchanges: Rc::clone(self),
            outbox: Rc::clone(outbox),
        }
    }

    /// The open request with this id.
    pub(crate) fn get(&self, id: u32) -> Option<Rc<Exchange>> {
        let open = self.open.borrow();
        open.iter().find(|exchange| exchange.id == id).cloned()
    }
}

impl Exchange {
    /// Adds what the host told. Ignores it after the end.
    pub(crate) fn tell(&self, event: ExchangeEvent) {
        if self.is_over.get() {
            return;
        }
        let is_end = matches!(event, ExchangeEvent::End | ExchangeEvent::Failure(_));
        self.is_over.set(is_end);
        self.events.borrow_mut().push_back(event);
        self.call.wake();
    }

    /// True if the head of the response has arrived.
    pub(crate) fn has_head(&self) -> bool {
        self.has_head.get()
    }

    /// Notes the head of the response. Returns false if there was one before.
    pub(crate) fn take_head(&self) -> bool {
        !self.has_head.replace(true)
    }

    /// Takes the next event.
    pub(crate) fn next(&self) -> Option<ExchangeEvent> {
        self.events.borrow_mut().pop_front()
    }
}

impl Drop for OpenExchange {
    fn drop(&mut self) {
        let exchange = &self.exchange;
        let is_other = |open: &Rc<Exchange>| !Rc::ptr_eq(open, exchange);
        self.exchanges.open.borrow_mut().retain(is_other);
        if !exchange.is_over.get() {
            self.outbox.cancel(Cancel {
                id: exchange.id,
                call: exchange.call.number,
                purpose: exchange.purpose,
                user: exchange.user.clone(),
            });
        }
    }
}
