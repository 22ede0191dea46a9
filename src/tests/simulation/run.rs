//! One run of the simulation: concurrent callers with faults, then a recovery without faults.

use std::{
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
};

use super::{
    call_result::CallResult,
    caller::Caller,
    intent::BulkIntent,
    random_arguments::any_deadline,
    rng::Rng,
    simulated_client::{Shell, SimulatedClient},
    simulated_platform::{SharedSimulation, SimulatedPlatform},
    state::{Counts, SimulationState},
};
use crate::{
    ChangeOptions, ListOptions, Selector, Target, UserState,
    platform::Duration,
    tests::virtual_clock::{Clock, Task},
};

/// Result of one seed.
pub(super) struct Run {
    pub result: Result<Counts, String>,
    pub trace: Vec<String>,
}

/// Runs one seed. A failed check is a panic, whose text becomes the error.
pub(super) fn run(seed: u64, shell: Shell, is_traced: bool) -> Run {
    let mut rng = Rng::new(seed, 0);
    let clock = Clock::new();
    clock.advance(rng.up_to(Duration::from_secs(100)));
    let simulation = SimulationState::new(seed, clock.now(), is_traced);
    let simulation = Rc::new(RefCell::new(simulation));
    let played = catch_unwind(AssertUnwindSafe(|| {
        simulate(seed, shell, rng, clock, &simulation);
    }));
    let mut simulation = simulation.borrow_mut();
    let counts = std::mem::take(&mut simulation.counts);
    Run {
        result: played.map(|()| counts).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let literal = panic.downcast_ref::<&str>().map(|&text| text.to_owned());
            text.or(literal).unwrap_or_default()
        }),
        trace: simulation.trace.take().unwrap_or_default(),
    }
}

fn simulate(seed: u64, shell: Shell, mut rng: Rng, clock: Clock, simulation: &SharedSimulation) {
    let deadline_ms = any_deadline(&mut rng);
    let platform = SimulatedPlatform {
        clock: clock.clone(),
        simulation: Rc::clone(simulation),
        // A host sends all requests of a step before it hears of any response.
        min_latency: Cell::new(Duration::from_nanos(u64::from(shell == Shell::Machine))),
    };
    let client = SimulatedClient::new(platform, deadline_ms, shell);
    let deadline = Duration::from_millis(deadline_ms.into());
    simulation.borrow_mut().history.is_machine = shell == Shell::Machine;
    simulation.borrow_mut().configure(deadline);
    let callers = (0..2 + rng.below(5)).map(|number| {
        let caller = Caller {
            client: &client,
            number,
            cancel_after: None,
        };
        let caller = caller.run(Rng::new(seed, 100 + number as u64));
        Box::pin(caller) as Task<'_, ()>
    });
    clock.join(callers);

    // Requests in flight arrive, then the faults stop.
    let last = simulation.borrow().last_event().unwrap_or(clock.now());
    clock.advance(clock.now().until(last));
    // Refused credentials are not tried again at once.
    clock.advance(Duration::from_secs(10));
    simulation.borrow_mut().run_events_until(clock.now());
    simulation.borrow_mut().stop_faults();
    // Some tokens are valid at the time of their response only.
    client.platform().min_latency.set(Duration::ZERO);
    let caller = Caller {
        client: &client,
        number: 0,
        cancel_after: None,
    };
    clock.join([Box::pin(check_recovery(&caller, &mut rng)) as Task<'_, ()>]);
}

/// Checks that all calls succeed without faults.
async fn check_recovery(caller: &Caller<'_>, rng: &mut Rng) {
    use crate::Outcome::{Changed, Unchanged};
    let users = caller
        .client
        .platform()
        .simulation
        .borrow()
        .account
        .users
        .clone();
    let mut some = || 2 + rng.below(users.len() - 2);
    let ids = [(); 3].map(|()| &users[some()].id);
    let id = ids[0];
    let first = match rng.below(6) {
        0 => caller.get(id).await,
        1 => caller.change(id, UserState::Suspended).await,
        2 => caller.revoke().await,
        3 => caller.list(&ListOptions::default()).await,
        4 => caller.list_all_users(None, 1).await,
        _ => {
            caller
                .change_users(change_of(&ids, UserState::Active))
                .await
        }
    };
    assert!(!matches!(first, CallResult::Failed(_)), "{first:?}");
    let CallResult::Users(list) = caller.list_all_users(None, 1000).await else {
        panic!("no list");
    };
    assert_eq!(list.users.len(), users.len());
    for state in [UserState::Suspended, UserState::Active] {
        let changed = caller.change(id, state).await;
        assert!(matches!(changed, CallResult::User(_)), "{changed:?}");
    }
    for state in [UserState::Suspended, UserState::Active] {
        let CallResult::Report(report) = caller.change_users(change_of(&ids, state)).await else {
            panic!("no report");
        };
        for reported in report.targets {
            let outcome = reported.outcome;
            assert!(matches!(outcome, Changed | Unchanged), "{outcome:?}");
        }
    }
}

/// Returns a bulk change of these users without guards.
fn change_of(ids: &[&String], state: UserState) -> BulkIntent {
    let targets = ids.iter().map(|&id| Target {
        who: Selector::Id(id.clone()),
        expect_email: None,
    });
    BulkIntent {
        state,
        targets: targets.collect(),
        options: ChangeOptions::default(),
    }
}
