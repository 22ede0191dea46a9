//! A bulk call of six targets under a fault.

use host::{ChangeOptions, Error, Report, Target};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Endpoint, Fault, State, User};

use super::{
    account_check::{assert_account_matches, count_requests},
    short_outcome::{
        ShortOutcome::{self, Changed, Unchanged},
        short_outcomes,
    },
};
use crate::secrets::leak;

/// Number of users to suspend.
pub(super) const TARGETS: usize = 6;
/// Number of targets named by e-mail address: the first ones.
pub(super) const BY_EMAIL: usize = 2;
/// Index of the target that a fault on a single user affects.
pub(super) const FAULTY_TARGET: usize = 3;

/// A harness, and six active users to suspend.
pub(super) struct FaultCase {
    harness: Harness,
    before: Vec<User>,
    /// Ids of the targets.
    pub ids: Vec<String>,
    targets: Vec<Target>,
}

impl FaultCase {
    pub(super) async fn new() -> Self {
        let harness = Harness::new().await;
        let members = harness.members(TARGETS);
        let by_emails = members[..BY_EMAIL].iter().map(|user| by_email(&user.email));
        let by_ids = members[BY_EMAIL..].iter().map(|user| by_id(&user.id));
        Self {
            before: harness.simulator.users(),
            targets: by_emails.chain(by_ids).collect(),
            ids: members.into_iter().map(|user| user.id).collect(),
            harness,
        }
    }

    /// Runs the call under a fault, and returns the outcomes and the number of changes that were sent.
    ///
    /// Asserts that the report matches the account and contains no secret.
    pub(super) async fn run(&mut self, fault: Fault) -> Result<(Vec<ShortOutcome>, usize), Error> {
        self.harness.simulator.fault(fault);
        let result = self.suspend().await;
        let simulator = &self.harness.simulator;
        simulator.clear_faults();
        assert_eq!(leak(simulator, &result), None);
        let report = result?;
        assert_account_matches(
            simulator,
            &self.before,
            &self.ids,
            &report,
            State::Suspended,
        );
        assert_eq!(report.requests as usize, simulator.requests().len());
        Ok((
            short_outcomes(&report),
            count_requests(simulator, Endpoint::Suspend),
        ))
    }

    /// Repeats the call without a fault, and asserts that every target is suspended.
    pub(super) async fn repeat(mut self) {
        let report = self.suspend().await.expect("the next call succeeds");
        let outcomes = short_outcomes(&report);
        let is_suspended = |outcome: &ShortOutcome| [Changed, Unchanged].contains(outcome);
        assert!(outcomes.iter().all(is_suspended), "{outcomes:?}");
        for id in &self.ids {
            let user = self.harness.simulator.user(id);
            assert_eq!(user.map(|user| user.state), Some(State::Suspended));
        }
    }

    async fn suspend(&mut self) -> Result<Report, Error> {
        let options = ChangeOptions {
            concurrency: Some(2),
            // Longer than the waits between five attempts together.
            deadline_ms: Some(20_000),
            ..unguarded()
        };
        self.harness.suspend_all(&self.targets, &options).await
    }
}
