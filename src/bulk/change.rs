//! Changes to many users in one call: look all of them up, check every guard, then change.

use alloc::{borrow::ToOwned, vec::Vec};

use super::{
    ChangeOptions, Outcome, Report, Target,
    address_lookup::Wanted,
    guards::Guards,
    memory_budget::Room,
    target_state::{Aim, At},
    user_table::People,
    worker_pool::{Answer, Crew},
};
use crate::{
    call::Call,
    client::Client,
    error::{Error, ErrorCode, Operation},
    failure::Failure,
    platform::Platform,
    users::UserAction,
};

/// The most targets of a call.
const MOST_TARGETS: usize = 10_000;
/// Requests at a time, when the call does not say.
const CONCURRENCY: u8 = 4;
/// The most requests at a time.
const MOST_CONCURRENCY: u8 = 16;

impl<H: Platform> Client<H> {
    /// Suspends those who are not suspended yet.
    pub async fn suspend_users(
        &self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        self.change_users(UserAction::Suspend, targets, options)
            .await
    }

    /// Reactivates those who are not active yet.
    pub async fn reactivate_users(
        &self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        self.change_users(UserAction::Reactivate, targets, options)
            .await
    }

    /// Both of them, in one: a future of its own for each would make the component larger.
    pub async fn change_users(
        &self,
        action: UserAction,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        let call = self
            .begin(match action {
                UserAction::Reactivate => Operation::ReactivateUsers,
                UserAction::Suspend => Operation::SuspendUsers,
            })?
            .with_deadline(options.deadline_ms)?;
        call.finish(change(&call, action, targets, options).await)
    }
}

async fn change<P: Platform>(
    call: &Call<'_, P>,
    action: UserAction,
    targets: &[Target],
    options: &ChangeOptions,
) -> Result<Report, Failure> {
    let mut change = Change::new(call, action, targets, options)?;
    change.stop_after_failures();
    if !change.is_over && !change.aims.iter().all(Aim::is_failed) {
        // Before anything else: what is wrong with the credentials is wrong with the whole call.
        call.ensure_token().await?;
    }
    change.look_up_addresses().await;
    change.look_up_ids().await;
    change.check_guards();
    let planned = change.plan();
    let refused = change.guards.check_changes(planned.len()).err();
    if !options.dry_run && refused.is_none() {
        change.carry_out(&planned).await;
    }
    Ok(change.report(refused))
}

/// A change to many users, as far as it has come.
pub(super) struct Change<'c, 'a, H> {
    pub call: &'c Call<'a, H>,
    action: UserAction,
    guards: Guards,
    pub crew: Crew<'c, 'a, H>,
    pub room: Room,
    pub stop_on_error: bool,
    /// Whether nothing new is to be begun, because something failed.
    pub is_over: bool,
    pub people: People,
    pub wanted: Wanted,
    pub aims: Vec<Aim>,
}

impl<'c, 'a, H: Platform> Change<'c, 'a, H> {
    /// Takes the call's arguments, as far as that goes without asking anybody.
    fn new(
        call: &'c Call<'a, H>,
        action: UserAction,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Self, Failure> {
        let invalid = |cause: &str| {
            Err(Failure::new(
                ErrorCode::InvalidArgument,
                cause.to_owned(),
                None,
            ))
        };
        let concurrency = options.concurrency.unwrap_or(CONCURRENCY);
        if !(1..=MOST_CONCURRENCY).contains(&concurrency) {
            return invalid("the concurrency must be from 1 to 16");
        }
        if targets.len() > MOST_TARGETS {
            return invalid("there must not be more than 10000 targets");
        }
        let Some(room) = Room::new(targets, &options.protect) else {
            return Err(Failure::new(
                ErrorCode::Other,
                "the instance has too little memory to report on so many targets".to_owned(),
                Some("name fewer targets, or give the instance more memory"),
            ));
        };
        let mut people = People::default();
        let mut wanted = Wanted::default();
        let mut aims = Vec::with_capacity(targets.len());
        for target in targets {
            let aim = Aim::new(target, &mut people, &mut wanted);
            aims.push(
                aim.unwrap_or_else(|failure| Aim::failed(call.error_without_requests(failure))),
            );
        }
        Ok(Self {
            call,
            action,
            guards: Guards::new(options)?,
            crew: Crew {
                call,
                concurrency,
                room,
            },
            room,
            stop_on_error: options.stop_on_error,
            is_over: false,
            people,
            wanted,
            aims,
        })
    }

    /// Nothing new, once a target has failed that should not have.
    pub fn stop_after_failures(&mut self) {
        self.is_over |= self.stop_on_error
            && (self.aims.iter().any(Aim::is_failed) || self.people.has_failed());
    }

    /// Checks for each target what must hold before its user is changed.
    fn check_guards(&mut self) {
        self.stop_after_failures();
        for aim in &mut self.aims {
            if let At::Person(place) = aim.at
                && let Some(person) = self.people.get(place)
                && person.outcome.is_none()
                // Nobody looked, because of an earlier failure: nothing is known that could be checked.
                && !(self.is_over && person.user.is_none())
                && let Err(failure) = self.guards.check(person, aim.expected.as_ref())
            {
                aim.at = At::Refused(place, self.call.error_without_requests(failure));
            }
        }
        self.stop_after_failures();
    }

    /// Who is to be changed, in the targets' order.
    fn plan(&mut self) -> Vec<usize> {
        let mut planned = Vec::new();
        for aim in &self.aims {
            let At::Person(place) = aim.at else {
                continue;
            };
            let Some(person) = self
                .people
                .get(place)
                .filter(|person| person.outcome.is_none())
            else {
                continue;
            };
            let outcome = if person.previous_state == Some(self.action.target_state()) {
                Outcome::Unchanged
            } else if self.is_over {
                Outcome::Skipped
            } else {
                planned.push(place);
                Outcome::WouldChange
            };
            self.people.end(place, outcome);
        }
        planned
    }

    /// Makes the changes.
    async fn carry_out(&mut self, planned: &[usize]) {
        let stop_on_error = self.stop_on_error;
        let ends = |answer: &Answer| stop_on_error && matches!(answer, Answer::Error(_));
        let answers = self
            .crew
            .work(
                Some(self.action),
                self.call.deadline(),
                &self.people,
                planned,
                &ends,
            )
            .await;
        for &place in planned {
            self.people.end(place, Outcome::Skipped);
        }
        for (place, answer) in answers {
            match answer {
                Answer::User(user) => self.people.change(place, user),
                Answer::Error(error) => self.people.end(place, Outcome::Failed(error)),
                Answer::Forbidden => {}
            }
        }
    }

    fn report(self, refused: Option<Failure>) -> Report {
        Report {
            targets: self
                .aims
                .into_iter()
                .map(|aim| aim.report(&self.people, self.room))
                .collect(),
            refused: refused.map(|failure| self.call.error_without_requests(failure)),
            requests: self.call.all_requests(),
        }
    }
}
