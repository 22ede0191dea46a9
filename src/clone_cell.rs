//! A shared cell for an optional value that is cheap to clone.

use core::cell::Cell;

/// Like `RefCell<Option<T>>`, but nothing is ever borrowed from it, so that no use of it can panic.
pub(crate) struct CloneCell<T>(Cell<Option<T>>);

impl<T: Clone> CloneCell<T> {
    /// A cell that holds this value.
    pub(crate) const fn new(value: Option<T>) -> Self {
        Self(Cell::new(value))
    }

    /// Replaces the value and drops the previous one.
    pub(crate) fn set(&self, value: Option<T>) {
        self.0.set(value);
    }

    /// A clone of the value.
    pub(crate) fn get(&self) -> Option<T> {
        let value = self.0.take();
        self.0.set(value.clone());
        value
    }
}

impl<T: Clone> Default for CloneCell<T> {
    fn default() -> Self {
        Self::new(None)
    }
}
