//! The list of users, read page by page, with one page in memory at a time.

use alloc::{string::String, vec::Vec};

use crate::{
    call::Call,
    failure::Failure,
    platform::Platform,
    response,
    user::{ListOptions, User},
    users,
};

/// The pages of a list that have not been read yet.
pub(super) struct Pages<'c, 'a, P> {
    call: &'c Call<'a, P>,
    /// Options of the next page.
    options: ListOptions,
    is_at_end: bool,
    /// True if a page had a user.
    has_users: bool,
    /// Number of pages read.
    pages_read: u64,
    /// Page token that followed the last page whose number is a power of two. Pages that repeat lead to it again, after at
    /// most three rounds (Brent's cycle detection).
    checkpoint: Option<String>,
}

impl<'c, 'a, P: Platform> Pages<'c, 'a, P> {
    /// Starts at the first page of a list.
    pub(super) fn new(call: &'c Call<'a, P>, options: ListOptions) -> Self {
        Self {
            call,
            options,
            is_at_end: false,
            has_users: false,
            pages_read: 0,
            checkpoint: None,
        }
    }

    /// Reads the next page. None after the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<User>>, Failure> {
        if self.is_at_end {
            return Ok(None);
        }
        let page = users::list(self.call, &self.options).await?;
        let next = page.next_page_token;
        self.is_at_end = next.is_none();
        self.has_users |= !page.users.is_empty();
        if self.is_at_end && !self.has_users && self.options.filter.is_none() {
            return Err(response::malformed(response::NO_USER));
        }
        if next.is_some() && next == self.checkpoint {
            return Err(response::malformed("the pages of the list repeat"));
        }
        self.pages_read = self.pages_read.saturating_add(1);
        if self.pages_read.is_power_of_two() {
            self.checkpoint.clone_from(&next);
        }
        self.options.page_token = next;
        Ok(Some(page.users))
    }

    /// Returns true if the last page has been read.
    pub(super) fn is_at_end(&self) -> bool {
        self.is_at_end
    }
}
