//! A call under a fault: six users of an account, one of whom meets it.

use host::{ChangeOptions, Error, Report, Target};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Endpoint, Fault, State, User};

use super::{
    account_check::{count, expect_agreement},
    short_outcome::{
        Fate::{self, Changed, Unchanged},
        fates,
    },
};
use crate::secrets::leak;

/// How many are to be suspended.
pub const TARGETS: usize = 6;
/// How many of them are named by e-mail address: the first ones.
pub const BY_EMAIL: usize = 2;
/// Who meets a fault that is for one of them.
pub const HIT: usize = 3;

/// Six active users, to be suspended.
pub struct Scene {
    harness: Harness,
    before: Vec<User>,
    /// Their ids.
    pub ids: Vec<String>,
    targets: Vec<Target>,
}

impl Scene {
    pub async fn new() -> Self {
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

    /// Plays a fault, and says what became of each target and how many changes were asked for. What is reported has to
    /// agree with the account, and hold no secret.
    pub async fn play(&mut self, fault: Fault) -> Result<(Vec<Fate>, usize), Error> {
        self.harness.simulator.fault(fault);
        let result = self.suspend().await;
        let simulator = &self.harness.simulator;
        simulator.clear_faults();
        assert_eq!(leak(simulator, &result), None);
        let report = result?;
        expect_agreement(
            simulator,
            &self.before,
            &self.ids,
            &report,
            State::Suspended,
        );
        assert_eq!(report.requests as usize, simulator.requests().len());
        Ok((fates(&report), count(simulator, Endpoint::Suspend)))
    }

    /// Repeats the call without a fault: afterwards everybody is suspended.
    pub async fn repeat(mut self) {
        let report = self.suspend().await.expect("the next call is served");
        let fates = fates(&report);
        let is_served = |fate: &Fate| [Changed, Unchanged].contains(fate);
        assert!(fates.iter().all(is_served), "{fates:?}");
        for id in &self.ids {
            let user = self.harness.simulator.user(id);
            assert_eq!(user.map(|user| user.state), Some(State::Suspended));
        }
    }

    async fn suspend(&mut self) -> Result<Report, Error> {
        let options = ChangeOptions {
            concurrency: Some(2),
            // Longer than all waits between five attempts.
            deadline_ms: Some(20_000),
            ..unguarded()
        };
        self.harness.suspend_all(&self.targets, &options).await
    }
}
