//! What responders ask for in an incident, at random: whom, under which guards, and some of it wrong.

use super::{caller::any_deadline, intent::Changes, rng::Dice};
use crate::{ChangeOptions, Selector, StateFilter, Target, UserState};

/// An e-mail address, of somebody or of nobody, spelt in one way or another.
pub(super) fn address(dice: &mut Dice) -> String {
    let number = dice.below(8);
    match dice.below(48) {
        0 => String::new(),
        1 => format!("{number}.example.com"),
        2..=9 => format!(" {number}@Example.com"),
        10..=17 => format!("{number}@EXAMPLE.COM\t"),
        18..=19 => "nobody@example.com".into(),
        _ => format!("{number}@example.com"),
    }
}

/// A filter and a limit for a list of everybody.
pub(super) fn everybody(dice: &mut Dice) -> (Option<StateFilter>, u32) {
    let filters = [
        None,
        None,
        Some(StateFilter::Active),
        Some(StateFilter::Suspended),
    ];
    let limits = [0, 1, 2, 3, 4, 5, 6, 7, 1000, 1000, 1000, 2500, u32::MAX];
    (*dice.pick(&filters), *dice.pick(&limits))
}

/// A state for many users.
pub(super) fn changes(state: UserState, dice: &mut Dice) -> Changes {
    let count = match dice.below(12) {
        0 => 0,
        1 => 24,
        _ => 1 + dice.below(7),
    };
    let targets = match dice.below(3) {
        0 => (0..count).map(|_| somebody(dice)).collect(),
        _ => (0..count).map(|_| target(count, dice)).collect(),
    };
    let concurrency = *dice.pick(&[None, None, Some(1), Some(2), Some(3), Some(8), Some(16)]);
    let deadline_ms = dice.one_in(3).then(|| any_deadline(dice));
    let protect = match dice.below(4) {
        0 => (0..1 + dice.below(3)).map(|_| protected(dice)).collect(),
        _ => Vec::new(),
    };
    Changes {
        state,
        targets,
        options: ChangeOptions {
            dry_run: dice.one_in(6),
            max_changes: dice.one_in(4).then(|| dice.below(5) as u32),
            protect,
            concurrency,
            stop_on_error: dice.one_in(3),
            deadline_ms,
        },
    }
}

/// A call for many users that is wrong as a whole.
pub(super) fn wrong(dice: &mut Dice) -> Changes {
    let mut changes = changes(UserState::Suspended, dice);
    let options = &mut changes.options;
    match dice.below(3) {
        0 => options.concurrency = Some(*dice.pick(&[0, 17, 255])),
        1 => options.deadline_ms = Some(*dice.pick(&[0, 3_600_001, u32::MAX])),
        _ => options.protect.push(Selector::Email("wendy".into())),
    }
    changes
}

/// Somebody who is most likely there, under no guard.
fn somebody(dice: &mut Dice) -> Target {
    Target {
        who: Selector::Id(format!("USER{}", 2 + dice.below(4))),
        expect_email: None,
    }
}

/// Somebody, one of few, so that some are named twice; in a long list most are nobody.
fn target(count: usize, dice: &mut Dice) -> Target {
    let who = match dice.below(if count > 8 { 64 } else { 32 }) {
        0 => Selector::Id(String::new()),
        1..=11 => Selector::Email(address(dice)),
        32.. => Selector::Id(format!("NOBODY{}", dice.below(32))),
        _ => Selector::Id(format!("USER{}", dice.below(8))),
    };
    let expect_email = match (dice.below(12), &who) {
        (0, _) => Some(address(dice)),
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

fn protected(dice: &mut Dice) -> Selector {
    let number = dice.below(8);
    if dice.one_in(2) {
        Selector::Email(format!(" {number}@EXAMPLE.com"))
    } else {
        Selector::Id(format!("USER{number}"))
    }
}
