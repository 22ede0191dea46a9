//! Set of names that keeps the position at which each of them was added.

use alloc::{borrow::ToOwned, collections::BTreeMap, string::String};

/// Names with their positions: 0 for the first one added, and so on.
///
/// One type for ids and addresses, because each further instance of `BTreeMap` makes the component larger.
#[derive(Default)]
pub(super) struct NameSet(BTreeMap<String, usize>);

impl NameSet {
    /// Adds a name if it is new. Returns its position.
    pub(super) fn insert(&mut self, name: &str) -> usize {
        if let Some(position) = self.position(name) {
            return position;
        }
        let position = self.0.len();
        self.0.insert(name.to_owned(), position);
        position
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.0.get(name).copied()
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
