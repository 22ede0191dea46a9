//! Pages of a list, read one after the other.

use std::{
    collections::{HashSet, hash_map::RandomState},
    hash::BuildHasher,
};

use host::{ListOptions, StepsClient, User};

use crate::{arguments::ListArguments, failure::Failure};

/// Maximum page size, which takes the fewest requests.
const MAX_PAGE_SIZE: u32 = 1000;
/// Maximum number of pages, so that a server whose pages have no end is noticed.
const MAX_PAGES: usize = 100_000;

/// Pages that the arguments ask for.
pub(super) struct Pages {
    options: ListOptions,
    is_one_page: bool,
    next: Option<String>,
    has_ended: bool,
    /// Digests of the tokens so far, which take less memory than tokens. Equal digests are an error, and lose no page.
    seen: HashSet<u64>,
    digests: RandomState,
    users: usize,
}

impl Pages {
    pub(super) fn new(arguments: &ListArguments) -> Self {
        let has_page_options = arguments.page_size.is_some() || arguments.page_token.is_some();
        let is_one_page = has_page_options && !arguments.all;
        // With a limit, no more users than needed, unless they are searched or sorted.
        let is_everyone_needed = arguments.matched.is_some() || arguments.sort.is_some();
        let limit = arguments.limit.filter(|_| !is_everyone_needed);
        let limit = limit.and_then(|limit| u32::try_from(limit).ok());
        let default = limit.unwrap_or(MAX_PAGE_SIZE).min(MAX_PAGE_SIZE);
        let mut pages = Self {
            options: ListOptions {
                filter: arguments.state.map(Into::into),
                // With a token alone, the size is that of the page before, which the server knows.
                max_page_size: arguments
                    .page_size
                    .or_else(|| (!is_one_page).then_some(default)),
                page_token: None,
            },
            is_one_page,
            next: arguments.page_token.clone(),
            has_ended: false,
            seen: HashSet::new(),
            digests: RandomState::new(),
            users: 0,
        };
        if let Some(token) = &arguments.page_token {
            pages.is_new(token);
        }
        pages
    }

    /// Reads the next page. None after the last one that was asked for.
    pub(super) async fn read(
        &mut self,
        client: &StepsClient,
    ) -> Result<Option<Vec<User>>, Failure> {
        if self.has_ended {
            return Ok(None);
        }
        self.options.page_token = self.next.take();
        let page = client.list_users(&self.options).await??;
        self.users += page.users.len();
        self.has_ended = self.is_one_page || page.next_page_token.is_none();
        if let Some(next) = page.next_page_token {
            if !self.is_new(&next) {
                return Err(Failure::other(
                    "the server's pages repeat; the list is not complete",
                ));
            }
            self.next = Some(next);
        }
        if self.seen.len() > MAX_PAGES {
            return Err(Failure::other(format!(
                "the server's pages have no end: {MAX_PAGES} were read"
            )));
        }
        Ok(Some(page.users))
    }

    /// Token of the page after those that were read. None if they are all.
    pub(super) fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// Number of users in the pages that were read.
    pub(super) fn users(&self) -> usize {
        self.users
    }

    fn is_new(&mut self, token: &str) -> bool {
        self.seen.insert(self.digests.hash_one(token))
    }
}
