//! Comparison of a report with the account of the simulator.

use host::Report;
use simulator::{Endpoint, Simulator, State, User};

use super::short_outcome::ShortOutcome;

/// Counts the requests that the simulator received at an endpoint.
pub(super) fn count_requests(simulator: &Simulator, endpoint: Endpoint) -> usize {
    let requests = simulator.requests();
    let requests = requests.iter();
    requests
        .filter(|request| request.endpoint == endpoint)
        .count()
}

/// Asserts that the users with these ids are now in the states that the report gives, and that no other user changed.
///
/// `before` is the account before the call, `requested` the state that the call requested.
pub(super) fn assert_account_matches(
    simulator: &Simulator,
    before: &[User],
    ids: &[String],
    report: &Report,
    requested: State,
) {
    assert_eq!(report.targets.len(), ids.len());
    for was in before {
        let Some(now) = simulator.user(&was.id) else {
            continue;
        };
        let Some(index) = ids.iter().position(|id| *id == was.id) else {
            assert_eq!(now, *was, "not a target");
            continue;
        };
        let target = &report.targets[index];
        match ShortOutcome::from(&target.outcome) {
            ShortOutcome::Changed => assert_eq!(now.state, requested, "{target:?}"),
            ShortOutcome::Unchanged => {
                assert_eq!((was.state, now.state), (requested, requested), "{target:?}");
            }
            ShortOutcome::WouldChange | ShortOutcome::Skipped | ShortOutcome::Failed(_) => {
                assert_eq!(now.state, was.state, "{target:?}");
            }
            ShortOutcome::PossiblyApplied(_) => {}
        }
    }
}
