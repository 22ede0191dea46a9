//! Checks that memory for the report of a bulk change is available before other memory is used.

use super::types::{Selector, Target};
use crate::{error::Error, memory::can_allocate, user::User};

/// Memory that the report of one target takes while it is returned, without its texts, in bytes.
const MIN_REPORT_SIZE: usize = 1 << 10;
/// Number of copies of a name: as an id or a lowercase address, as a key, and for comparisons.
const COPIES_OF_NAME: usize = 4;
/// Memory that a name takes as a key, beside its text, in bytes.
const KEY_OVERHEAD: usize = 64;
/// Memory for everything else that a call needs, in bytes.
const MIN_FREE: usize = 64 << 10;

/// Memory that must stay free for the report, in bytes.
#[derive(Clone, Copy)]
pub(super) struct MemoryBudget(usize);

impl MemoryBudget {
    /// Returns the budget for a report on the targets. None if memory does not suffice for it and for the look-up of all names.
    pub(super) fn new(targets: &[Target], protected: &[Selector]) -> Option<Self> {
        let reports = targets.len().saturating_mul(MIN_REPORT_SIZE);
        let budget = Self(reports.saturating_add(MIN_FREE));
        let sizes = targets.iter().map(Target::size);
        let sizes = sizes.chain(protected.iter().map(Selector::size));
        let sizes = sizes.map(|size| size.saturating_add(KEY_OVERHEAD));
        let names = sizes.fold(0, usize::saturating_add);
        budget
            .allows(names.saturating_mul(COPIES_OF_NAME))
            .then_some(budget)
    }

    /// Returns true if the budget stays free beside an allocation of `size` bytes.
    pub(super) fn allows(self, size: usize) -> bool {
        can_allocate(self.0.saturating_add(size))
    }

    /// Returns the result of a request without long texts; drops the user, or the texts of the error, if the budget is used up.
    pub(super) fn limit(self, result: Result<User, Error>) -> Result<Option<User>, Error> {
        match result {
            Ok(mut user) => {
                user.drop_long_texts();
                Ok(self.allows(0).then_some(user))
            }
            Err(error) => Err(self.limit_error(error)),
        }
    }

    /// Returns an error; drops its texts if the budget is used up.
    pub(super) fn limit_error(self, error: Error) -> Error {
        if self.allows(0) {
            error
        } else {
            error.without_texts()
        }
    }

    /// Copies an error; leaves out its texts if the budget does not allow them.
    pub(super) fn copy(self, error: &Error) -> Error {
        if self.allows(error.size()) {
            error.clone()
        } else {
            error.without_texts()
        }
    }
}
