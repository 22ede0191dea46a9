//! Users by e-mail address: one pass over the list, however many addresses are looked for.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use super::{email::Email, name_set::Index, pages::Pages};
use crate::{
    call::Call,
    client::Client,
    error::{Error, ErrorCode, Operation},
    failure::Failure,
    platform::Platform,
    request::{Id, MAX_PAGE_SIZE},
    user::{ListOptions, User},
};

/// Maximum number of candidates of an ambiguous address.
const MAX_CANDIDATES: usize = 8;

impl<H: Platform> Client<H> {
    /// Finds the user with this e-mail address. The whole list is read, a page at a time: only the last one settles it.
    pub async fn find_user(&self, email: &str, deadline_ms: Option<u32>) -> Result<User, Error> {
        let call = self
            .begin(Operation::FindUser)?
            .with_deadline(deadline_ms)?;
        call.finish(find(&call, email).await)
    }
}

async fn find<P: Platform>(call: &Call<'_, P>, email: &str) -> Result<User, Failure> {
    let mut wanted = Wanted::default();
    let place = wanted.add(&Email::parse(email)?);
    look_up(call, &mut wanted).await?;
    wanted.take(place)
}

/// Reads the list once, to its end.
pub(super) async fn look_up<P: Platform>(
    call: &Call<'_, P>,
    wanted: &mut Wanted,
) -> Result<(), Failure> {
    let options = ListOptions {
        max_page_size: Some(MAX_PAGE_SIZE),
        ..ListOptions::default()
    };
    let mut pages = Pages::new(call, options);
    while let Some(page) = pages.next().await? {
        for user in page {
            wanted.meet(user);
        }
    }
    Ok(())
}

/// The addresses that are looked for, and who was found to have them.
#[derive(Default)]
pub(super) struct Wanted {
    addresses: Index,
    found: Vec<Found>,
}

/// Users who have one address.
#[derive(Default)]
struct Found {
    user: Option<User>,
    is_ambiguous: bool,
    /// Ids of the users, if there are several: the first of them.
    candidates: Vec<String>,
}

impl Found {
    /// Adds a user. The list may show the same user twice while it changes.
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

    /// Adds an id that a call can name.
    fn add_candidate(&mut self, id: &str) {
        let is_new = !self.candidates.iter().any(|known| known == id);
        if is_new && self.candidates.len() < MAX_CANDIDATES && Id::parse(id).is_ok() {
            self.candidates.push(id.to_owned());
        }
    }
}

impl Wanted {
    /// Looks for one more address; its place is what to ask for later.
    pub fn add(&mut self, email: &Email) -> usize {
        let place = self.addresses.place(email.as_str(), self.found.len());
        if place == self.found.len() {
            self.found.push(Found::default());
        }
        place
    }

    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }

    pub fn len(&self) -> usize {
        self.found.len()
    }

    fn meet(&mut self, user: User) {
        let place = self.addresses.get(Email::of(&user).as_str());
        if let Some(found) = place.and_then(|place| self.found.get_mut(place)) {
            found.add(user);
        }
    }

    /// Takes the user who has the address at this place, after the whole list was read.
    pub fn take(&mut self, place: usize) -> Result<User, Failure> {
        match self.found.get_mut(place).map(core::mem::take) {
            Some(Found {
                user: Some(user),
                is_ambiguous: false,
                ..
            }) => Ok(user),
            Some(Found {
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
