//! Search of users by name or address.

use host::User;

use super::fold::fold;
use crate::failure::Failure;

/// Text that names or addresses must contain.
pub(super) struct Search {
    folded: String,
}

impl Search {
    /// Fails if the text is empty, or has nothing but white space, accents and invisible letters: it would find every user.
    pub(super) fn new(text: &str) -> Result<Self, Failure> {
        let folded = fold(text);
        if folded.is_empty() {
            return Err(Failure::usage(
                "the text of --match has no letters to look for",
            ));
        }
        Ok(Self { folded })
    }

    /// Returns true if the name or the address of a user contains the text.
    pub(super) fn finds(&self, user: &User) -> bool {
        [&user.display_name, &user.email]
            .iter()
            .any(|text| fold(text).contains(&self.folded))
    }
}
