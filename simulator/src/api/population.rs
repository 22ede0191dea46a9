//! The generator of the users of an account.

use crate::{
    api::prng::{SplitMix64, UPPER_ALPHANUMERIC},
    user::{Role, State, User},
};

/// Number of users for each suspended one.
const USERS_PER_SUSPENDED: usize = 20;
/// Average number of users for each administrator.
const USERS_PER_ADMINISTRATOR: usize = 25;

/// Position of the only owner.
pub(crate) const OWNER: usize = 0;

/// Earliest creation time, in seconds since 1970: 2018-01-01T00:00:00Z.
const MIN_CREATE_TIME: u64 = 1_514_764_800;
/// Latest creation time, in seconds since 1970: 2026-01-01T00:00:00Z.
const MAX_CREATE_TIME: u64 = 1_767_225_600;

/// Length of an id.
const ID_LENGTH: usize = 26;
/// Numbers that a user takes from the generator: the id, two names, the age, the role.
const NUMBERS_PER_USER: u64 = ID_LENGTH as u64 + 4;

/// The users of a seed. Each is made up when it is asked for, from its position alone.
///
/// With the same seed, a larger account begins with the users of a smaller one.
#[derive(Clone, Debug)]
pub(crate) struct Population {
    prng: SplitMix64,
    account: String,
}

impl Population {
    pub(crate) fn new(seed: u64, account: &str) -> Self {
        Self {
            prng: SplitMix64::new(seed, "users"),
            account: account.to_owned(),
        }
    }

    /// The user at a position.
    pub(crate) fn user(&self, position: usize) -> User {
        let mut prng = self.numbers(position);
        let id = prng.text(UPPER_ALPHANUMERIC, ID_LENGTH);
        let display_name = format!("{} {}", prng.pick(FIRST_NAMES), prng.pick(LAST_NAMES));
        let age = prng.below((MAX_CREATE_TIME - MIN_CREATE_TIME) as usize) as u64;
        let is_administrator = prng.below(USERS_PER_ADMINISTRATOR) == 0;
        User {
            path: format!("accounts/{}/users/{id}", self.account),
            id,
            email: format!("user{position:04}@acme.example"),
            display_name,
            state: self.state(position),
            create_time: rfc3339(MIN_CREATE_TIME + age),
            role: match position {
                OWNER => Role::Owner,
                1 => Role::ExternallyManagedAdministrator,
                _ if is_administrator => Role::Administrator,
                _ => Role::Member,
            },
        }
    }

    /// The id of the user at a position.
    pub(crate) fn id(&self, position: usize) -> String {
        self.numbers(position).text(UPPER_ALPHANUMERIC, ID_LENGTH)
    }

    /// The state of the user at a position.
    pub(crate) fn state(&self, position: usize) -> State {
        let first = position - position % USERS_PER_SUSPENDED;
        // The number before those of the first user.
        let numbers = NUMBERS_PER_USER * first as u64 + (first / USERS_PER_SUSPENDED) as u64;
        // The first two stay active: the rules of suspension are about them.
        let suspended = first + 2 + self.prng.after(numbers).below(USERS_PER_SUSPENDED - 2);
        if position == suspended {
            State::Suspended
        } else {
            State::Active
        }
    }

    /// The generator at the numbers of the user at a position.
    fn numbers(&self, position: usize) -> SplitMix64 {
        let suspended = position / USERS_PER_SUSPENDED + 1;
        let numbers = NUMBERS_PER_USER * position as u64 + suspended as u64;
        self.prng.after(numbers)
    }
}

/// Formats seconds since 1970 as RFC 3339, in UTC.
fn rfc3339(seconds: u64) -> String {
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Converts days since 1970 to year, month and day of the Gregorian calendar.
///
/// Years are counted from March, so that a leap day is the last day of a year.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468; // since 0000-03-01
    let era = days / 146_097; // 400 years each
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153; // 0 is March
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year_of_era + u64::from(month >= 10);
    (year, if month < 10 { month + 3 } else { month - 9 }, day)
}

const FIRST_NAMES: &[&str] = &[
    "Ada", "Agnès", "Björn", "Chidi", "Chloé", "Dmitri", "Elif", "Emeka", "Fatima", "George",
    "Grace", "Hana", "Ingrid", "Iván", "Jürgen", "Kofi", "Leila", "Łukasz", "Mei", "Miguel",
    "Nadia", "Noah", "Olga", "Priya", "Quentin", "Rosa", "Søren", "Tariq", "Uma", "Víctor",
    "Wendy", "Xiang", "Yuki", "Zoë", "Анна", "健一",
];

const LAST_NAMES: &[&str] = &[
    "Abara",
    "Åkesson",
    "Bakker",
    "Brown",
    "Castro",
    "Çelik",
    "Dubois",
    "Eriksen",
    "Fernández",
    "García",
    "Haddad",
    "Ito",
    "Jensen",
    "Kowalski",
    "Kumar",
    "Lefèvre",
    "Müller",
    "Nguyen",
    "Núñez",
    "O'Brien",
    "Okafor",
    "Petrova",
    "Quiroga",
    "Rossi",
    "Schäfer",
    "Smith",
    "Šimek",
    "Tanaka",
    "Ueda",
    "Vargas",
    "Wójcik",
    "Xu",
    "Yılmaz",
    "Zhang",
    "Иванова",
    "田中",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_formatted_in_utc_with_leap_days() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(1_582_934_399), "2020-02-28T23:59:59Z");
        assert_eq!(rfc3339(1_582_934_400), "2020-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_583_020_800), "2020-03-01T00:00:00Z");
        assert_eq!(rfc3339(MIN_CREATE_TIME), "2018-01-01T00:00:00Z");
        assert_eq!(rfc3339(MAX_CREATE_TIME), "2026-01-01T00:00:00Z");
    }

    #[test]
    fn five_percent_are_suspended_but_not_the_first_two() {
        for seed in 0..50 {
            let population = Population::new(seed, "A");
            let suspended = (0..1000).filter(|at| population.state(*at) == State::Suspended);
            assert_eq!(suspended.count(), 50);
            assert!((0..2).all(|at| population.state(at) == State::Active));
        }
    }

    #[test]
    fn users_are_made_of_numbers_in_a_row() {
        let population = Population::new(3, "A");
        let mut prng = SplitMix64::new(3, "users");
        let mut suspended = 0;
        for position in 0..500 {
            if position % USERS_PER_SUSPENDED == 0 {
                suspended = position + 2 + prng.below(USERS_PER_SUSPENDED - 2);
            }
            let user = population.user(position);
            assert_eq!(user.id, prng.text(UPPER_ALPHANUMERIC, 26));
            assert_eq!(user.id, population.id(position));
            let name = format!("{} {}", prng.pick(FIRST_NAMES), prng.pick(LAST_NAMES));
            assert_eq!(user.display_name, name);
            let age = prng.below((MAX_CREATE_TIME - MIN_CREATE_TIME) as usize) as u64;
            assert_eq!(user.create_time, rfc3339(MIN_CREATE_TIME + age));
            let is_administrator = prng.below(USERS_PER_ADMINISTRATOR) == 0;
            if position > 1 {
                assert_eq!(user.role == Role::Administrator, is_administrator);
            }
            assert_eq!(user.state == State::Suspended, position == suspended);
        }
    }
}
