//! Users by e-mail address: one pass over the list, however many addresses are looked for.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use super::{email::Email, index::Index, pages::Pages};
use crate::{
    call::Call,
    client::Client,
    error::{Error, ErrorCode, Failure, Operation},
    platform::Host,
    request::LARGEST_PAGE,
    text,
    user::{ListOptions, User},
};

/// How many of those who share an address are named.
const MOST_NAMED: usize = 8;
/// How much of an id is shown, in bytes: more than twice what they have in practice.
const LONGEST_NAMED: usize = 64;

impl<H: Host> Client<H> {
    /// Finds the user with this e-mail address. The whole list is read, a page at a time: only the last one settles it.
    pub async fn find_user(&self, email: &str) -> Result<User, Error> {
        let call = self.begin(Operation::FindUser)?;
        call.finish(call.find(email).await)
    }
}

impl<H: Host> Call<'_, H> {
    async fn find(&self, email: &str) -> Result<User, Failure> {
        let mut wanted = Wanted::default();
        let place = wanted.add(&Email::parse(email)?);
        self.look_up(&mut wanted).await?;
        wanted.take(self, place)
    }

    /// Reads the list once, to its end.
    pub(super) async fn look_up(&self, wanted: &mut Wanted) -> Result<(), Failure> {
        let options = ListOptions {
            max_page_size: Some(LARGEST_PAGE),
            ..ListOptions::default()
        };
        let mut pages = Pages::new(self, options);
        while let Some(page) = pages.next().await? {
            for user in page {
                wanted.meet(user);
            }
        }
        Ok(())
    }
}

/// The addresses that are looked for, and who was found to have them.
#[derive(Default)]
pub(super) struct Wanted {
    addresses: Index,
    found: Vec<Found>,
}

/// Who has an address.
#[derive(Default)]
struct Found {
    user: Option<User>,
    /// Where several have it: their ids, as far as they are named.
    ids: Vec<String>,
    /// Whether there are more of them.
    has_more: bool,
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
        let Some(found) = place.and_then(|place| self.found.get_mut(place)) else {
            return;
        };
        let first = match &found.user {
            // The list moved, and shows the same user again.
            Some(known) if known.id != user.id => known,
            _ => {
                found.user = Some(user);
                return;
            }
        };
        if found.ids.is_empty() {
            found.ids.push(named(first));
        }
        let id = named(&user);
        if found.ids.contains(&id) {
            return;
        }
        if found.ids.len() < MOST_NAMED {
            found.ids.push(id);
        } else {
            found.has_more = true;
        }
    }

    /// Who has the address at this place, after the whole list was read.
    pub fn take<H: Host>(&mut self, call: &Call<'_, H>, place: usize) -> Result<User, Failure> {
        let found = self.found.get_mut(place);
        let (code, cause) = match found.map(core::mem::take) {
            Some(Found {
                user: Some(user),
                ids,
                has_more,
            }) => {
                if ids.is_empty() {
                    return Ok(user);
                }
                let ids = text::join(ids.iter().map(String::as_str), ", ");
                (
                    ErrorCode::Ambiguous,
                    text::concat(&[
                        "several users have this e-mail address; name one of them by id: ",
                        &call.presentable(&ids),
                        if has_more { ", and more" } else { "" },
                    ]),
                )
            }
            _ => (
                ErrorCode::NotFound,
                "no user of the account has this e-mail address; check its spelling, and the account id".to_owned(),
            ),
        };
        Err(Failure::new(code, cause))
    }
}

/// The id of one who shares an address.
fn named(user: &User) -> String {
    let named = text::cut(&user.id, LONGEST_NAMED);
    let mark = if named == user.id { "" } else { "…" };
    text::concat(&[named, mark])
}
