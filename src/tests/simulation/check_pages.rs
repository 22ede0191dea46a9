//! Checks of calls that read the list to its end.

use std::collections::BTreeSet;

use super::{
    account::Payload,
    history::History,
    intent::{Intent, normalized},
    route::{ListQuery, Route},
};
use crate::{Error, ErrorCode, User, UserList, UserPage};

/// Users with an e-mail address, according to the pages that a call has read.
#[derive(Debug)]
pub(super) enum AddressOwner<'a> {
    Missing,
    One(&'a User),
    /// Ids of several users.
    Several(BTreeSet<&'a str>),
}

impl History {
    /// Returns the pages that a call has read, in order.
    fn pages_of(&self, call: usize) -> impl DoubleEndedIterator<Item = &UserPage> {
        self.requests_of(call)
            .filter_map(|request| match &request.payload {
                Some(Payload::Page(page)) => Some(page),
                _ => None,
            })
    }

    /// Returns true if a call has read the last page of the list.
    pub(super) fn has_read_list(&self, call: usize) -> bool {
        let last = self.pages_of(call).next_back();
        last.is_some_and(|page| page.next_page_token.is_none())
    }

    /// Returns the users with an e-mail address. The last occurrence of a user counts.
    pub(super) fn owner_of(&self, call: usize, email: &str) -> AddressOwner<'_> {
        let email = normalized(email);
        let users = self.pages_of(call).flat_map(|page| &page.users);
        let owners: Vec<_> = users
            .filter(|user| normalized(&user.email) == email)
            .collect();
        let ids: BTreeSet<_> = owners.iter().map(|user| user.id.as_str()).collect();
        match (ids.len(), owners.last()) {
            (1, Some(user)) => AddressOwner::One(user),
            (0, _) | (_, None) => AddressOwner::Missing,
            _ => AddressOwner::Several(ids),
        }
    }

    /// Returns the last occurrence of a user in the list.
    pub(super) fn listed_user(&self, call: usize, id: &str) -> Option<&User> {
        let mut users = self.pages_of(call).flat_map(|page| &page.users);
        users.rfind(|user| user.id == id)
    }

    /// Checks that pages are requested in order, once, and not beyond the limit.
    pub(super) fn check_page(&self, call: usize, query: &ListQuery) {
        let intent = &self.calls[call].intent;
        if matches!(intent, Intent::Connection | Intent::SingleRequest(_)) {
            return;
        }
        if let Intent::ListAll(_, limit) = intent {
            let known = self.listed_users(call).len();
            assert!(
                known < *limit as usize,
                "a page after the limit was reached"
            );
        }
        let mut asked = self.requests_of(call).rev();
        let last = asked.find_map(|request| match &request.route {
            Route::List(query) => Some((query, &request.payload)),
            _ => None,
        });
        let expected = match last {
            None => None,
            Some((_, Some(Payload::Page(page)))) => {
                assert!(page.next_page_token.is_some(), "a page after the last one");
                page.next_page_token.as_ref()
            }
            Some((last, _)) => last.page.as_ref(),
        };
        assert_eq!(query.page.as_ref(), expected, "a page out of order");
    }

    /// Checks that exactly one user of the whole list has the address.
    pub(super) fn check_found(&self, call: usize, email: &str, found: &User) {
        assert!(
            self.has_read_list(call),
            "a user was found before the last page was read"
        );
        match self.owner_of(call, email) {
            AddressOwner::One(user) => assert_eq!(user, found),
            owner => panic!("{owner:?} in the list, but {found:?} was returned"),
        }
    }

    /// Checks that `not-found` and `ambiguous` agree with the whole list.
    pub(super) fn check_not_found(&self, call: usize, email: &str, error: &Error) {
        let is_settled = matches!(error.code, ErrorCode::NotFound | ErrorCode::Ambiguous)
            && error.status.is_none();
        assert_eq!(
            is_settled,
            self.has_read_list(call),
            "not-found or ambiguous before the last page was read"
        );
        if !is_settled {
            return;
        }
        match self.owner_of(call, email) {
            AddressOwner::Missing => assert_eq!(error.code, ErrorCode::NotFound),
            AddressOwner::One(user) => panic!("{user:?} has the address"),
            AddressOwner::Several(ids) => {
                assert_eq!(error.code, ErrorCode::Ambiguous);
                let candidates = error.candidates.iter().map(String::as_str);
                let candidates: BTreeSet<_> = candidates.collect();
                assert_eq!(candidates, ids, "ids of the users who share the address");
                assert_eq!(error.candidates.len(), ids.len(), "a candidate is repeated");
            }
        }
    }

    /// Checks that a list has all users of the pages, each once, up to the limit.
    pub(super) fn check_user_list(&self, call: usize, limit: u32, list: &UserList) {
        let shown = self.listed_users(call);
        let limit = limit as usize;
        let until = shown.len().min(limit);
        assert!(
            list.users.iter().eq(shown[..until].iter().copied()),
            "users of the list"
        );
        let is_all = self.has_read_list(call) && shown.len() <= limit;
        assert_eq!(list.complete, is_all, "complete");
        assert!(
            is_all || until == limit,
            "fewer users than the limit in an incomplete list"
        );
    }

    /// Returns the users of all pages that a call has read, each once.
    fn listed_users(&self, call: usize) -> Vec<&User> {
        let mut ids = BTreeSet::new();
        let users = self.pages_of(call).flat_map(|page| &page.users);
        users.filter(|user| ids.insert(&user.id)).collect()
    }
}
