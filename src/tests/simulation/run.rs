//! One run: a storm with several callers, and the calm after it.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
};

use super::{
    caller::{Task, any_deadline, settings},
    check_call::Outcome,
    intent::Changes,
    rng::Dice,
    simulated_platform::{Network, Shared},
    state::{Counts, World},
};
use crate::{
    ChangeOptions, Client, ListOptions, Selector, Target, UserState,
    platform::Duration,
    tests::virtual_clock::{self as clock, Clock},
};

/// What came of one seed.
pub(super) struct Run {
    pub result: Result<Counts, String>,
    pub trace: Vec<String>,
}

/// Runs one seed. What a broken promise was is the text of a panic.
pub(super) fn run(seed: u64, is_traced: bool) -> Run {
    let mut dice = Dice::new(seed, 0);
    let clock = Clock::new();
    clock.pass(dice.up_to(Duration::from_secs(100)));
    let world = World::new(seed, clock.now(), is_traced);
    let world = Rc::new(RefCell::new(world));
    let played = catch_unwind(AssertUnwindSafe(|| play(seed, dice, clock, &world)));
    let mut world = world.borrow_mut();
    let counts = std::mem::take(&mut world.counts);
    Run {
        result: played.map(|()| counts).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let literal = panic.downcast_ref::<&str>().map(|&text| text.to_owned());
            text.or(literal).unwrap_or_default()
        }),
        trace: world.trace.take().unwrap_or_default(),
    }
}

fn play(seed: u64, mut dice: Dice, clock: Clock, world: &Shared) {
    let deadline_ms = any_deadline(&mut dice);
    let network = Network {
        clock: clock.clone(),
        world: Rc::clone(world),
    };
    let client = Client::new(network, settings(deadline_ms));
    let deadline = Duration::from_millis(deadline_ms.into());
    world.borrow_mut().configure(deadline);
    let tasks = (0..2 + dice.below(5)).map(|number| {
        let task = Task {
            client: &client,
            number,
            patience: None,
        };
        let task = task.run(Dice::new(seed, 100 + number as u64));
        Box::pin(task) as clock::Task<'_, ()>
    });
    clock.join(tasks);

    // What is still on its way arrives; then all is well again.
    let last = world.borrow().last_event().unwrap_or(clock.now());
    clock.pass(clock.now().until(last));
    world.borrow_mut().settle(clock.now());
    world.borrow_mut().heal();
    let task = Task {
        client: &client,
        number: 0,
        patience: None,
    };
    clock.join([Box::pin(recovers(&task, &mut dice)) as clock::Task<'_, ()>]);
}

/// When all is well, everything goes well.
async fn recovers(task: &Task<'_>, dice: &mut Dice) {
    use crate::Outcome::{Changed, Unchanged};
    let users = task.client.platform().world.borrow().account.users.clone();
    let mut some = || 2 + dice.below(users.len() - 2);
    let ids = [(); 3].map(|()| &users[some()].id);
    let id = ids[0];
    let first = match dice.below(6) {
        0 => task.get(id).await,
        1 => task.change(id, UserState::Suspended).await,
        2 => task.revoke().await,
        3 => task.list(&ListOptions::default()).await,
        4 => task.list_everybody(None, 1).await,
        _ => task.change_many(all_of(&ids, UserState::Active)).await,
    };
    assert!(!matches!(first, Outcome::Failed(_)), "{first:?}");
    let Outcome::Everybody(list) = task.list_everybody(None, 1000).await else {
        panic!("no list");
    };
    assert_eq!(list.users.len(), users.len());
    for state in [UserState::Suspended, UserState::Active] {
        let changed = task.change(id, state).await;
        assert!(matches!(changed, Outcome::User(_)), "{changed:?}");
    }
    for state in [UserState::Suspended, UserState::Active] {
        let Outcome::Report(report) = task.change_many(all_of(&ids, state)).await else {
            panic!("no report");
        };
        for reported in report.targets {
            let outcome = reported.outcome;
            assert!(matches!(outcome, Changed | Unchanged), "{outcome:?}");
        }
    }
}

/// A state for these users, without any guard.
fn all_of(ids: &[&String], state: UserState) -> Changes {
    let targets = ids.iter().map(|&id| Target {
        who: Selector::Id(id.clone()),
        expect_email: None,
    });
    Changes {
        state,
        targets: targets.collect(),
        options: ChangeOptions::default(),
    }
}
