//! State that the parts of one call share.

use alloc::rc::Rc;
use core::cell::Cell;

use crate::{clone_cell::CloneCell, failure::Failure, platform::Instant, token::Token};

/// State that the parts of one call share.
pub(crate) struct SharedState {
    /// Deadline of the whole call. A part may have an earlier one.
    pub deadline: Instant,
    /// Token of unknown lifetime, which serves this call alone.
    pub own_token: CloneCell<Rc<Token>>,
    /// True if the server has named its generation to this call, and has answered no other request since.
    pub is_generation_fresh: Cell<bool>,
    /// True if this call has asked for the generation because a path was gone. One part asks for all, once.
    pub has_asked_again: Cell<bool>,
    /// Token failure that every part of the call returns. Asking again for each part could get the credentials locked.
    pub token_failure: CloneCell<Failure>,
    /// Pause that the server asked one part for, and that all parts observe.
    pub pause: CloneCell<Pause>,
    /// Number of requests sent by all parts.
    pub requests: Cell<u32>,
}

/// A wait that the server asked for.
#[derive(Clone)]
pub(crate) struct Pause {
    pub until: Instant,
    pub cause: Failure,
}

impl SharedState {
    /// State of a call that has sent nothing yet.
    pub(crate) fn new(deadline: Instant) -> Rc<Self> {
        Rc::new(Self {
            deadline,
            own_token: CloneCell::default(),
            is_generation_fresh: Cell::new(false),
            has_asked_again: Cell::new(false),
            token_failure: CloneCell::default(),
            pause: CloneCell::default(),
            requests: Cell::new(0),
        })
    }
}
