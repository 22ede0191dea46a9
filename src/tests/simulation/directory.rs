//! Random users of a simulated account.

use super::rng::Rng;
use crate::{User, UserState};

/// Index of the last remaining owner.
pub(super) const OWNER: usize = 0;
/// Index of an externally managed administrator.
pub(super) const EXTERNAL: usize = 1;
/// Returns four to seven users. In some accounts two of them share an e-mail address, or one has none.
pub(super) fn users(rng: &mut Rng) -> Vec<User> {
    let states = [
        UserState::Active,
        UserState::Suspended,
        UserState::Unspecified,
        UserState::Other("INVITED".into()),
    ];
    let users = (0..4 + rng.below(4)).map(|number| User {
        id: format!("USER{number}"),
        email: match rng.below(6) {
            0 => format!("  {number}@EXAMPLE.com "),
            _ => format!("{number}@example.com"),
        },
        display_name: format!("Person {number}"),
        state: match number {
            OWNER | EXTERNAL => UserState::Active,
            _ if rng.one_in(8) => rng.pick(&states).clone(),
            _ => rng.pick(&states[..2]).clone(),
        },
        create_time: "2024-01-15T10:30:00Z".into(),
        path: format!("accounts/ACCOUNT123/users/USER{number}"),
    });
    let mut users: Vec<_> = users.collect();
    let number = rng.below(users.len());
    match rng.below(8) {
        0 => users[number].email = "2@Example.COM".into(),
        1 => users[number].email = String::new(),
        _ => {}
    }
    users
}
