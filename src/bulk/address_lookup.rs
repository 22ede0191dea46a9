//! Look-up of users by e-mail address, in one pass over the list for any number of addresses.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use super::{email::Email, guards::Guards, name_set::NameSet, pages::Pages};
use crate::{
    call::Call,
    error::ErrorCode,
    failure::Failure,
    platform::Platform,
    request::{Id, MAX_PAGE_SIZE},
    user::{ListOptions, User},
};

/// Maximum number of candidates of an ambiguous address.
const MAX_CANDIDATES: usize = 8;

/// Finds the user with an e-mail address.
pub(crate) async fn find_user<P: Platform>(
    call: &Call<'_, P>,
    email: &str,
) -> Result<User, Failure> {
    let mut addresses = AddressTable::default();
    let index = addresses.insert(&Email::parse(email)?);
    addresses.read_list(call, &mut Guards::default()).await?;
    addresses.take(index)
}

/// Position of an address in the [`AddressTable`].
#[derive(Clone, Copy)]
pub(super) struct AddressIndex(usize);

impl AddressIndex {
    /// Returns the element for this address of a slice with one element per address.
    pub(super) fn of<T>(self, elements: &[T]) -> Option<&T> {
        elements.get(self.0)
    }
}

/// The addresses to look up, and the users who have them.
#[derive(Default)]
pub(super) struct AddressTable {
    addresses: NameSet,
    /// Users for each address, in the order of the addresses.
    matches: Vec<Matches>,
}

impl AddressTable {
    /// Returns the index of an address, after adding the address if it is new.
    pub(super) fn insert(&mut self, email: &Email) -> AddressIndex {
        let position = self.addresses.insert(email.as_str());
        if position == self.matches.len() {
            self.matches.push(Matches::default());
        }
        AddressIndex(position)
    }

    /// Number of addresses.
    pub(super) fn len(&self) -> usize {
        self.matches.len()
    }

    /// Returns all addresses in the order of the table.
    pub(super) fn indexes(&self) -> impl Iterator<Item = AddressIndex> + use<> {
        (0..self.matches.len()).map(AddressIndex)
    }

    /// Reads the list to its end, because only the last page settles that an address has one user. Shows every user to the
    /// guards.
    pub(super) async fn read_list<P: Platform>(
        &mut self,
        call: &Call<'_, P>,
        guards: &mut Guards,
    ) -> Result<(), Failure> {
        let options = ListOptions {
            max_page_size: Some(MAX_PAGE_SIZE),
            ..ListOptions::default()
        };
        let mut pages = Pages::new(call, options);
        while let Some(page) = pages.next().await? {
            for user in page {
                let email = Email::of(&user);
                guards.note(&user.id, &email);
                self.add_match(user, &email);
            }
        }
        Ok(())
    }

    fn add_match(&mut self, user: User, email: &Email) {
        let position = self.addresses.position(email.as_str());
        if let Some(matches) = position.and_then(|position| self.matches.get_mut(position)) {
            matches.add(user);
        }
    }

    /// Takes the user with an address out of the table, once the list has been read.
    pub(super) fn take(&mut self, index: AddressIndex) -> Result<User, Failure> {
        match self.matches.get_mut(index.0).map(core::mem::take) {
            Some(Matches {
                user: Some(user),
                is_ambiguous: false,
                ..
            }) => Ok(user),
            Some(Matches {
                user: Some(_),
                candidates,
                ..
            }) => {
                let mut failure = Failure::new(
                    ErrorCode::Ambiguous,
                    "several users have this e-mail address".to_owned(),
                    Some(
                        "name the user by id; the candidates are the ids of those who have the address",
                    ),
                );
                failure.candidates = candidates;
                Err(failure)
            }
            _ => Err(Failure::new(
                ErrorCode::NotFound,
                "no user of the account has this e-mail address".to_owned(),
                Some("check the spelling of the address, and the account id"),
            )),
        }
    }
}

/// The users who have one address.
#[derive(Default)]
struct Matches {
    user: Option<User>,
    /// True if more than one user has the address.
    is_ambiguous: bool,
    /// Ids of the users if there are several, at most [`MAX_CANDIDATES`] of them.
    candidates: Vec<String>,
}

impl Matches {
    /// Adds a user. The server lists a user twice if the list changes between two pages: the later one counts.
    fn add(&mut self, user: User) {
        let first = match self.user.take() {
            Some(first) if first.id != user.id => first,
            _ => {
                self.user = Some(user);
                return;
            }
        };
        self.is_ambiguous = true;
        self.add_candidate(&first.id);
        self.add_candidate(&user.id);
        self.user = Some(first);
    }

    /// Adds an id, unless it cannot be used as an argument of a call.
    fn add_candidate(&mut self, id: &str) {
        let is_new = !self.candidates.iter().any(|known| known == id);
        if is_new && self.candidates.len() < MAX_CANDIDATES && Id::parse(id).is_ok() {
            self.candidates.push(id.to_owned());
        }
    }
}
