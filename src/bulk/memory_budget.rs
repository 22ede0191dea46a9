//! The memory that reports take: nothing is kept that would leave too little to report on every target.

use super::{Selector, Target};
use crate::{error::Error, memory::is_spare, user::User};

/// What a report without words takes while it is handed over, in bytes.
const LEAST_REPORT: usize = 1 << 10;
/// How often a name is copied: as an id or address in lower case, to be looked up by, to be compared with.
const COPIES: usize = 4;
/// What a name takes to be looked up by, in bytes.
const PLACE: usize = 64;
/// What a call needs beside, in bytes.
const ELBOW_ROOM: usize = 64 << 10;

/// What must be left of memory, in bytes.
#[derive(Clone, Copy)]
pub(super) struct Room(usize);

impl Room {
    /// The room for reports on these targets, if it is there, and what it takes to resolve all names.
    pub fn new(targets: &[Target], protected: &[Selector]) -> Option<Self> {
        let reports = targets.len().saturating_mul(LEAST_REPORT);
        let room = Self(reports.saturating_add(ELBOW_ROOM));
        let sizes = targets.iter().map(Target::size);
        let sizes = sizes.chain(protected.iter().map(Selector::size));
        let sizes = sizes.map(|size| size.saturating_add(PLACE));
        let names = sizes.fold(0, usize::saturating_add);
        room.is_left(names.saturating_mul(COPIES)).then_some(room)
    }

    /// An answer, or as much of it as leaves the room.
    pub fn kept(self, answer: Result<User, Error>) -> Result<Option<User>, Error> {
        match answer {
            Ok(user) => Ok(self.is_left(0).then_some(user)),
            Err(error) => Err(self.kept_error(error)),
        }
    }

    /// An error, or as much of it as leaves the room.
    pub fn kept_error(self, error: Error) -> Error {
        if self.is_left(0) {
            error
        } else {
            error.without_texts()
        }
    }

    /// A copy of an error, or of as much of it as leaves the room.
    pub fn copy(self, error: &Error) -> Error {
        if self.is_left(error.size()) {
            error.clone()
        } else {
            error.without_texts()
        }
    }

    /// Whether the room is left beside something of this size, in bytes.
    pub fn is_left(self, beside: usize) -> bool {
        is_spare(self.0.saturating_add(beside))
    }
}
