//! What stands where, by name.

use alloc::{borrow::ToOwned, collections::BTreeMap, string::String};

/// Names, and the place of each.
#[derive(Default)]
pub(super) struct Index(BTreeMap<String, usize>);

impl Index {
    /// The place of a name, which is this one if it had none yet.
    pub fn place(&mut self, name: &str, place: usize) -> usize {
        match self.get(name) {
            Some(place) => place,
            None => {
                self.0.insert(name.to_owned(), place);
                place
            }
        }
    }

    /// The place of a name that has one.
    pub fn get(&self, name: &str) -> Option<usize> {
        self.0.get(name).copied()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
