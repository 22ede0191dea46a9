//! The users of an account, and the list of them that it shows.

use super::{account::Account, rng::Dice, route::Listing};
use crate::{StateFilter, User, UserPage, UserState};

/// The last remaining owner is the first user, an externally managed administrator the second.
pub(super) const OWNER: usize = 0;
pub(super) const EXTERNAL: usize = 1;
/// How many users a page has that nobody sized.
const DEFAULT_SIZE: usize = 3;

/// A few users, in some accounts two of them with one e-mail address, or one without any.
pub(super) fn users(dice: &mut Dice) -> Vec<User> {
    let states = [
        UserState::Active,
        UserState::Suspended,
        UserState::Unspecified,
        UserState::Other("INVITED".into()),
    ];
    let users = (0..4 + dice.below(4)).map(|number| User {
        id: format!("USER{number}"),
        email: match dice.below(6) {
            0 => format!("  {number}@EXAMPLE.com "),
            _ => format!("{number}@example.com"),
        },
        display_name: format!("Person {number}"),
        state: match number {
            OWNER | EXTERNAL => UserState::Active,
            _ if dice.one_in(8) => dice.pick(&states).clone(),
            _ => dice.pick(&states[..2]).clone(),
        },
        create_time: "2024-01-15T10:30:00Z".into(),
        path: format!("accounts/ACCOUNT123/users/USER{number}"),
    });
    let mut users: Vec<_> = users.collect();
    let number = dice.below(users.len());
    match dice.below(8) {
        0 => users[number].email = "2@Example.COM".into(),
        1 => users[number].email = String::new(),
        _ => {}
    }
    users
}

impl Account {
    /// One page of the list, if it has such a page.
    pub fn page(&self, listing: &Listing) -> Option<UserPage> {
        let users = self.order.iter().map(|&number| &self.users[number]);
        let shown = users.filter(|user| match listing.filter {
            None => true,
            Some(StateFilter::Active) => user.state == UserState::Active,
            Some(StateFilter::Suspended) => user.state == UserState::Suspended,
        });
        let shown: Vec<_> = shown.cloned().collect();
        let filter = match listing.filter {
            None => "all",
            Some(StateFilter::Active) => "active",
            Some(StateFilter::Suspended) => "suspended",
        };
        let token = |from: usize| format!("CA+{from}/{filter}=");
        let from = match &listing.page {
            None => 0,
            Some(page) => (0..=self.users.len()).find(|&from| token(from) == *page)?,
        };
        let size = listing.size.map_or(DEFAULT_SIZE, |size| size as usize);
        let until = (from + size.min(self.largest_page)).min(shown.len());
        Some(UserPage {
            users: shown.get(from..until).unwrap_or_default().to_vec(),
            next_page_token: (until < shown.len()).then(|| token(until)),
        })
    }
}
