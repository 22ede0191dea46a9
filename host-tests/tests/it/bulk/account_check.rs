//! Whether what is reported is what the account shows.

use host::Report;
use simulator::{Endpoint, Simulator, State, User};

use super::short_outcome::Fate;

/// How many requests the server has had of one kind.
pub fn count(simulator: &Simulator, endpoint: Endpoint) -> usize {
    let requests = simulator.requests();
    let requests = requests.iter();
    requests
        .filter(|request| request.endpoint == endpoint)
        .count()
}

/// Fails unless each of these users, as they were before they were to be brought into this state, is now what their
/// report says, and everybody else is as before.
pub fn expect_agreement(
    simulator: &Simulator,
    before: &[User],
    ids: &[String],
    report: &Report,
    wanted: State,
) {
    assert_eq!(report.targets.len(), ids.len());
    for was in before {
        let Some(now) = simulator.user(&was.id) else {
            continue;
        };
        let Some(place) = ids.iter().position(|id| *id == was.id) else {
            assert_eq!(now, *was, "nobody named them");
            continue;
        };
        let target = &report.targets[place];
        match Fate::from(&target.outcome) {
            Fate::Changed => assert_eq!(now.state, wanted, "{target:?}"),
            Fate::Unchanged => {
                assert_eq!((was.state, now.state), (wanted, wanted), "{target:?}");
            }
            Fate::WouldChange | Fate::Skipped | Fate::Failed(_) => {
                assert_eq!(now.state, was.state, "{target:?}");
            }
            Fate::Uncertain(_) => {}
        }
    }
}
