//! A damaged list never names a person of the account who was not on the undamaged one.
//!
//! No reader can notice that an address has become another valid address, or that a line is missing: so no damage here makes a
//! person's address out of another one's, and guards are damaged without taking text away.

use std::collections::BTreeSet;

use onepassword_users_lists::{List, parse};
use proptest::{prelude::*, sample::select};

use super::{
    damage::{damaged, damages, quoted_lines},
    good_list::{GoodList, good_list, person},
    random_cases::check,
};

fn people(list: &List) -> BTreeSet<usize> {
    list.users.iter().filter_map(person).collect()
}

/// Asserts that a damaged guard is refused, or names all people of the undamaged one.
fn refused_or_complete(content: &str, good: &GoodList) -> Result<(), TestCaseError> {
    if let Ok(list) = parse(content.as_bytes(), &good.named()) {
        // The command refuses a list that names no user.
        prop_assert!(
            list.users.is_empty() || people(&list) == good.people,
            "{:?}: {:?}",
            list,
            content
        );
    }
    Ok(())
}

#[test]
fn good_lists_name_exactly_their_people() {
    check(1000, &good_list(), |good: GoodList| {
        let list = parse(good.text.as_bytes(), &good.named());
        let list = list.map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
        prop_assert_eq!(people(&list), good.people);
        Ok(())
    });
}

#[test]
fn damaged_lists_name_no_other_person() {
    check(3000, &(good_list(), damages()), |(good, damages)| {
        let content = damaged(&good.text, &damages);
        if let Ok(list) = parse(&content, &good.named()) {
            let named = people(&list);
            let others: Vec<_> = named.difference(&good.people).collect();
            prop_assert!(
                others.is_empty(),
                "{:?} were not on the list: {:?}",
                others,
                String::from_utf8_lossy(&content)
            );
        }
        Ok(())
    });
}

/// Characters that stand in no name, and begin no comment.
const FOREIGN: &[char] = &[
    '"', '`', '\u{201c}', '\u{2019}', ',', ';', '\t', '|', ' ', '\u{a0}', '\u{200b}', '\u{ad}',
    '\u{feff}', '\u{202e}', '\u{fe0f}', '\0', '\u{7}', '@', '<', '>', '(', ')', '[', ']', '{', '}',
    ':', '\\', '*', '\u{fffd}',
];

#[test]
fn a_guard_with_a_foreign_character_is_refused_or_complete() {
    let case = (good_list(), 0.0..1.0_f64, select(FOREIGN.to_vec()));
    check(3000, &case, |(good, place, letter)| {
        let letters: Vec<_> = good.text.chars().collect();
        let at = (place * letters.len() as f64) as usize;
        let content: String = letters[..at]
            .iter()
            .chain([&letter])
            .chain(&letters[at..])
            .collect();
        refused_or_complete(&content, &good)
    });
}

#[test]
fn a_guard_with_quoted_lines_is_refused_or_complete() {
    check(5000, &(good_list(), quoted_lines()), |(good, quoted)| {
        let content = quoted.applied(&good.text);
        refused_or_complete(&content, &good)
    });
}
