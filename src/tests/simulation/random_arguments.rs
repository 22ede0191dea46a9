//! Random arguments of calls, some of them invalid.

use super::{intent::BulkIntent, rng::Rng};
use crate::{ChangeOptions, Selector, StateFilter, Target, UserState};

/// Returns an e-mail address in one of several spellings. It may be unknown or invalid.
pub(super) fn address(rng: &mut Rng) -> String {
    let number = rng.below(8);
    match rng.below(48) {
        0 => String::new(),
        1 => format!("{number}.example.com"),
        2..=9 => format!(" {number}@Example.com"),
        10..=17 => format!("{number}@EXAMPLE.COM\t"),
        18..=19 => "unknown@example.com".into(),
        _ => format!("{number}@example.com"),
    }
}

/// Returns a filter and a limit for a list of all users.
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

/// Returns a random bulk change.
pub(super) fn changes(state: UserState, rng: &mut Rng) -> BulkIntent {
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
    BulkIntent {
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

/// Returns a bulk change with an invalid option.
pub(super) fn invalid_changes(rng: &mut Rng) -> BulkIntent {
    let mut changes = changes(UserState::Suspended, rng);
    let options = &mut changes.options;
    match rng.below(3) {
        0 => options.concurrency = Some(*rng.pick(&[0, 17, 255])),
        1 => options.deadline_ms = Some(*rng.pick(&[0, 3_600_001, u32::MAX])),
        _ => options.protect.push(Selector::Email("wendy".into())),
    }
    changes
}

/// Returns a target that most likely exists, without a guard.
fn likely_target(rng: &mut Rng) -> Target {
    Target {
        who: Selector::Id(format!("USER{}", 2 + rng.below(4))),
        expect_email: None,
    }
}

/// Returns one of few targets, so that some are named twice. Most of a long list do not exist.
fn target(count: usize, rng: &mut Rng) -> Target {
    let who = match rng.below(if count > 8 { 64 } else { 32 }) {
        0 => Selector::Id(String::new()),
        1..=11 => Selector::Email(address(rng)),
        32.. => Selector::Id(format!("UNKNOWN{}", rng.below(32))),
        _ => Selector::Id(format!("USER{}", rng.below(8))),
    };
    let expect_email = match (rng.below(12), &who) {
        (0, _) => Some(address(rng)),
        // Most addresses contain the number of the user's id.
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

/// Returns a deadline in milliseconds, often the default.
pub(super) fn any_deadline(rng: &mut Rng) -> u32 {
    *rng.pick(&[
        30_000, 30_000, 30_000, 1, 40, 99, 100, 101, 600, 1000, 3000, 8000, 15_001, 60_000, 600_000,
    ])
}
