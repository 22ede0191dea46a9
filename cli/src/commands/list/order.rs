//! Order of users.

use std::cmp::Reverse;

use host::{User, UserState};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::fold::fold;
use crate::arguments::SortArgument;

/// Sorts users. Users without the value come last; those with equal ones stay in the server's order.
pub(super) fn sort(users: &mut [User], by: SortArgument) {
    match by {
        SortArgument::Name => users.sort_by_cached_key(|user| text_key(&user.display_name)),
        SortArgument::Email => users.sort_by_cached_key(|user| text_key(&user.email)),
        SortArgument::Created => users.sort_by_cached_key(|user| time_key(&user.create_time)),
        SortArgument::State => users.sort_by_cached_key(|user| state_key(&user.state)),
    }
}

fn text_key(text: &str) -> (bool, String) {
    let folded = fold(text);
    (folded.is_empty(), folded)
}

/// Key of a creation time. A text that is no time comes after all times.
fn time_key(text: &str) -> Reverse<Option<Reverse<OffsetDateTime>>> {
    Reverse(OffsetDateTime::parse(text, &Rfc3339).ok().map(Reverse))
}

fn state_key(state: &UserState) -> (u8, String) {
    let rank = match state {
        UserState::Active => 0,
        UserState::Suspended => 1,
        UserState::Other(_) => 2,
        UserState::Unspecified => 3,
    };
    (rank, state.name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, created: &str, state: UserState) -> User {
        User {
            id: "U".to_owned(),
            email: format!("{name}@acme.example"),
            display_name: name.to_owned(),
            state,
            create_time: created.to_owned(),
            path: String::new(),
        }
    }

    fn sorted(mut users: Vec<User>, by: SortArgument) -> Vec<String> {
        sort(&mut users, by);
        users.into_iter().map(|user| user.display_name).collect()
    }

    fn named(names: &[&str]) -> Vec<User> {
        let user = |name: &&str| user(name, "", UserState::Active);
        names.iter().map(user).collect()
    }

    #[test]
    fn names_are_sorted_without_case_and_accents() {
        let names = named(&["Zoë", "", "łukasz", "Émile", "adam", "Eva"]);
        for by in [SortArgument::Name, SortArgument::Email] {
            let mut expected = vec!["adam", "Émile", "Eva", "łukasz", "Zoë", ""];
            if matches!(by, SortArgument::Email) {
                // The address has a domain, and begins with its sign.
                expected.rotate_right(1);
            }
            assert_eq!(sorted(names.clone(), by), expected);
        }
    }

    #[test]
    fn times_are_compared_as_times_and_bad_ones_are_last() {
        let users = [
            ("none", ""),
            ("late", "2024-01-01T00:30:00Z"),
            ("bad", "yesterday"),
            ("offset", "2024-01-01T01:00:00+02:00"),
            ("fraction", "2024-01-01T00:30:00.5Z"),
            ("early", "2019-12-31T23:59:59Z"),
        ];
        let users = users.map(|(name, time)| user(name, time, UserState::Active));
        assert_eq!(
            sorted(users.into(), SortArgument::Created),
            ["early", "offset", "late", "fraction", "none", "bad"]
        );
    }

    #[test]
    fn states_are_sorted_with_unknown_ones_last() {
        let users = [
            ("none", UserState::Unspecified),
            ("other", UserState::Other("PENDING".to_owned())),
            ("suspended", UserState::Suspended),
            ("active", UserState::Active),
        ];
        let users = users.map(|(name, state)| user(name, "", state));
        assert_eq!(
            sorted(users.into(), SortArgument::State),
            ["active", "suspended", "other", "none"]
        );
    }
}
