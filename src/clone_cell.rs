//! A place for a value that may be missing, shared within one thread; no use of it can panic.

use core::cell::Cell;

/// Like a `RefCell<Option<T>>`, for values that are cheap to clone: nothing is ever borrowed from it.
pub(crate) struct Slot<T>(Cell<Option<T>>);

impl<T: Clone> Slot<T> {
    /// A slot with a value, or without.
    pub const fn new(value: Option<T>) -> Self {
        Self(Cell::new(value))
    }

    /// Puts a value there, or none, and drops the one before.
    pub fn set(&self, value: Option<T>) {
        self.0.set(value);
    }

    /// What is there.
    pub fn get(&self) -> Option<T> {
        let value = self.0.take();
        self.0.set(value.clone());
        value
    }
}

impl<T: Clone> Default for Slot<T> {
    fn default() -> Self {
        Self::new(None)
    }
}
