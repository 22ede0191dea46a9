//! A static variable of an instance, without a lock.

use core::cell::OnceCell;

/// A value that an instance makes when it first needs it.
pub struct InstanceCell<T>(OnceCell<T>);

#[allow(unsafe_code, reason = "static variables must be Sync")]
// SAFETY: a component of WASI 0.2 has one thread: `wasm32-unknown-unknown` is built without the atomics that a second one
// would need.
unsafe impl<T> Sync for InstanceCell<T> {}

impl<T> InstanceCell<T> {
    /// An empty cell.
    #[must_use]
    pub const fn new() -> Self {
        Self(OnceCell::new())
    }

    /// Returns the value, which is made by `make` if there is none yet.
    pub fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(make)
    }
}

impl<T> Default for InstanceCell<T> {
    fn default() -> Self {
        Self::new()
    }
}
