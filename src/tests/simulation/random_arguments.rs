//! What responders ask for in an incident, at random: whom, under which guards, and some of it wrong.

use super::{intent::BulkChange, rng::Rng};
use crate::{ChangeOptions, Selector, StateFilter, Target, UserState};

/// An e-mail address, of somebody or of nobody, spelt in one way or another.
pub(super) fn address(rng: &mut Rng) -> String {
    let number = rng.below(8);
    match rng.below(48) {
        0 => String::new(),
        1 => format!("{number}.example.com"),
        2..=9 => format!(" {number}@Example.com"),
        10..=17 => format!("{number}@EXAMPLE.COM\t"),
        18..=19 => "nobody@example.com".into(),
        _ => format!("{number}@example.com"),
    }
}

/// A filter and a limit for a list of everybody.
pub(super) fn list_all_arguments(rng: &mut Rng) -> (Option<StateFilter>, u32) {
    let filters = [
        None,
        None,
        Some(StateFilter::Active),
        Some(StateFilter::Suspended),
    ];
    let limits = [0, 1, 2, 3, 4, 5, 6, 7, 1000, 1000, 1000, 2500, u32::MAX];
    (*rng.pick(&filters), *rng.pick(&limits))
}

/// A state for many users.
pub(super) fn changes(state: UserState, rng: &mut Rng) -> BulkChange {
    let count = match rng.below(12) {
        0 => 0,
        1 => 24,
        _ => 1 + rng.below(7),
    };
    let targets = match rng.below(3) {
        0 => (0..count).map(|_| likely_target(rng)).collect(),
        _ => (0..count).map(|_| target(count, rng)).collect(),
    };
    let concurrency = *rng.pick(&[None, None, Some(1), Some(2), Some(3), Some(8), Some(16)]);
    let deadline_ms = rng.one_in(3).then(|| any_deadline(rng));
    let protect = match rng.below(4) {
        0 => (0..1 + rng.below(3)).map(|_| protected(rng)).collect(),
        _ => Vec::new(),
    };
    BulkChange {
        state,
        targets,
        options: ChangeOptions {
            dry_run: rng.one_in(6),
            max_changes: rng.one_in(4).then(|| rng.below(5) as u32),
            protect,
            concurrency,
            stop_on_error: rng.one_in(3),
            deadline_ms,
        },
    }
}

/// A call for many users that is wrong as a whole.
pub(super) fn wrong(rng: &mut Rng) -> BulkChange {
    let mut changes = changes(UserState::Suspended, rng);
    let options = &mut changes.options;
    match rng.below(3) {
        0 => options.concurrency = Some(*rng.pick(&[0, 17, 255])),
        1 => options.deadline_ms = Some(*rng.pick(&[0, 3_600_001, u32::MAX])),
        _ => options.protect.push(Selector::Email("wendy".into())),
    }
    changes
}

/// Somebody who is most likely there, under no guard.
fn likely_target(rng: &mut Rng) -> Target {
    Target {
        who: Selector::Id(format!("USER{}", 2 + rng.below(4))),
        expect_email: None,
    }
}

/// Somebody, one of few, so that some are named twice; in a long list most are nobody.
fn target(count: usize, rng: &mut Rng) -> Target {
    let who = match rng.below(if count > 8 { 64 } else { 32 }) {
        0 => Selector::Id(String::new()),
        1..=11 => Selector::Email(address(rng)),
        32.. => Selector::Id(format!("NOBODY{}", rng.below(32))),
        _ => Selector::Id(format!("USER{}", rng.below(8))),
    };
    let expect_email = match (rng.below(12), &who) {
        (0, _) => Some(address(rng)),
        // Most users have the number of their id in their address.
        (1..=2, Selector::Id(id)) => Some(format!(
            "{}@Example.com",
            id.trim_matches(char::is_alphabetic)
        )),
        (1..=2, Selector::Email(email)) => Some(email.clone()),
        _ => None,
    };
    Target { who, expect_email }
}

fn protected(rng: &mut Rng) -> Selector {
    let number = rng.below(8);
    if rng.one_in(2) {
        Selector::Email(format!(" {number}@EXAMPLE.com"))
    } else {
        Selector::Id(format!("USER{number}"))
    }
}

/// A deadline: mostly the default one, else anything from a blink to minutes.
pub(super) fn any_deadline(rng: &mut Rng) -> u32 {
    *rng.pick(&[
        30_000, 30_000, 30_000, 1, 40, 99, 100, 101, 600, 1000, 3000, 8000, 15_001, 60_000, 600_000,
    ])
}
