//! The whole list, page by page, one of them in memory.

use alloc::{string::String, vec::Vec};

use crate::{
    call::Call,
    failure::Failure,
    platform::Platform,
    response,
    user::{ListOptions, User},
    users,
};

/// What is left to be read of a list.
pub(super) struct Pages<'c, 'a, H> {
    call: &'c Call<'a, H>,
    options: ListOptions,
    is_last: bool,
    /// How many were read.
    read: u64,
    /// The page token after the last page whose number is a power of two: in a circle of pages it comes back, after three
    /// rounds at most (Brent, 1980).
    mark: Option<String>,
}

impl<'c, 'a, H: Platform> Pages<'c, 'a, H> {
    /// All pages of a list.
    pub fn new(call: &'c Call<'a, H>, options: ListOptions) -> Self {
        Self {
            call,
            options,
            is_last: false,
            read: 0,
            mark: None,
        }
    }

    /// The next page; none after the last one.
    pub async fn next(&mut self) -> Result<Option<Vec<User>>, Failure> {
        if self.is_last {
            return Ok(None);
        }
        let page = users::list(self.call, &self.options).await?;
        let next = page.next_page_token;
        self.is_last = next.is_none();
        if next.is_some() && next == self.mark {
            return Err(response::malformed(
                "the pages of the list go round in a circle",
            ));
        }
        self.read = self.read.saturating_add(1);
        if self.read.is_power_of_two() {
            self.mark.clone_from(&next);
        }
        self.options.page_token = next;
        Ok(Some(page.users))
    }

    /// Whether the page before was the last one.
    pub fn are_over(&self) -> bool {
        self.is_last
    }
}
