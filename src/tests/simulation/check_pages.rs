//! What must hold for a list that a call reads to its end, and for what it makes of it.

use std::collections::BTreeSet;

use super::{
    account::Payload,
    history::History,
    intent::{Intent, normalized},
    route::{Listing, Route},
};
use crate::{Error, ErrorCode, User, UserList, UserPage};

/// Who has an e-mail address, by the pages that a call has read.
#[derive(Debug)]
pub(super) enum AddressOwner<'a> {
    Missing,
    One(&'a User),
    /// Their ids.
    Several(BTreeSet<&'a str>),
}

impl History {
    /// The pages that the server told a call, in the order in which it asked for them.
    fn pages_of(&self, call: usize) -> impl DoubleEndedIterator<Item = &UserPage> {
        self.requests_of(call)
            .filter_map(|request| match &request.payload {
                Some(Payload::Page(page)) => Some(page),
                _ => None,
            })
    }

    /// Whether a call has read a list to its end.
    pub fn has_read_list(&self, call: usize) -> bool {
        let last = self.pages_of(call).next_back();
        last.is_some_and(|page| page.next_page_token.is_none())
    }

    /// Who has an e-mail address. Of one whom the list shows twice the later page counts.
    pub fn owner_of(&self, call: usize, email: &str) -> AddressOwner<'_> {
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

    /// The user with this id as the list showed them last.
    pub fn shown(&self, call: usize, id: &str) -> Option<&User> {
        let mut users = self.pages_of(call).flat_map(|page| &page.users);
        users.rfind(|user| user.id == id)
    }

    /// A list is read once, page by page, and not beyond what is wanted of it.
    pub fn check_page(&self, call: usize, listing: &Listing) {
        let intent = &self.calls[call].intent;
        if matches!(intent, Intent::Connection | Intent::SingleRequest(_)) {
            return;
        }
        if let Intent::ListAll(_, limit) = intent {
            let known = self.listed_users(call).len();
            assert!(known < *limit as usize, "a page beyond the limit");
        }
        let mut asked = self.requests_of(call).rev();
        let last = asked.find_map(|request| match &request.route {
            Route::List(listing) => Some((listing, &request.payload)),
            _ => None,
        });
        let expected = match last {
            None => None,
            Some((_, Some(Payload::Page(page)))) => {
                assert!(page.next_page_token.is_some(), "the list once more");
                page.next_page_token.as_ref()
            }
            Some((last, _)) => last.page.as_ref(),
        };
        assert_eq!(
            listing.page.as_ref(),
            expected,
            "another page than the next"
        );
    }

    /// Exactly one user has the address, in the whole list.
    pub fn check_found(&self, call: usize, email: &str, found: &User) {
        assert!(self.has_read_list(call), "found before the last page");
        match self.owner_of(call, email) {
            AddressOwner::One(user) => assert_eq!(user, found),
            owner => panic!("{owner:?}, and not {found:?}"),
        }
    }

    /// Why nobody was found, if that is because of what the list shows.
    pub fn check_not_found(&self, call: usize, email: &str, error: &Error) {
        let is_settled = matches!(error.code, ErrorCode::NotFound | ErrorCode::Ambiguous)
            && error.status.is_none();
        assert_eq!(
            is_settled,
            self.has_read_list(call),
            "only the last page settles who has an address"
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
                assert_eq!(candidates, ids, "others share the address");
                assert_eq!(error.candidates.len(), ids.len(), "a candidate twice");
            }
        }
    }

    /// Everybody that the list shows, each once, up to the limit.
    pub fn check_user_list(&self, call: usize, limit: u32, list: &UserList) {
        let shown = self.listed_users(call);
        let limit = limit as usize;
        let until = shown.len().min(limit);
        assert!(
            list.users.iter().eq(shown[..until].iter().copied()),
            "other users"
        );
        let is_all = self.has_read_list(call) && shown.len() <= limit;
        assert_eq!(list.complete, is_all, "complete, or not");
        assert!(
            is_all || until == limit,
            "not all, and not as many as wanted"
        );
    }

    /// Everybody that the pages show, each once.
    fn listed_users(&self, call: usize) -> Vec<&User> {
        let mut ids = BTreeSet::new();
        let users = self.pages_of(call).flat_map(|page| &page.users);
        users.filter(|user| ids.insert(&user.id)).collect()
    }
}
