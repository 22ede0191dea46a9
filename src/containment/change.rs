//! Changes to many users in one call: look all of them up, check every guard, then change.

use alloc::{borrow::ToOwned, boxed::Box, vec::Vec};
use core::cell::Cell;

use super::{
    ChangeOptions, Outcome, Report, Selector, Target, TargetReport,
    crew::{self, Queue, Worker},
    email::Email,
    guards::Guards,
    lookup::Wanted,
    people::People,
};
use crate::{
    answer,
    call::Call,
    client::Client,
    error::{Error, ErrorCode, Failure, Operation},
    host::Host,
    memory::is_spare,
    request::Id,
    settings, text,
    user::User,
    users::OneUser,
};

/// The most targets of a call.
const MOST_TARGETS: usize = 10_000;
/// Requests at a time, when the call does not say.
const CONCURRENCY: u8 = 4;
const MOST_CONCURRENCY: u8 = 16;
/// What a report on one target takes while it is handed over, its error in the worst case, in bytes.
const LARGEST_REPORT: usize = 4 << 10;

impl<H: Host> Client<H> {
    /// Suspends those who are not suspended yet.
    pub async fn suspend_users(
        &self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        self.change_users(OneUser::Suspend, targets, options).await
    }

    /// Reactivates those who are not active yet.
    pub async fn reactivate_users(
        &self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        self.change_users(OneUser::Reactivate, targets, options)
            .await
    }

    pub(crate) async fn change_users(
        &self,
        what: OneUser,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        let mut call = self.begin(match what {
            OneUser::Reactivate => Operation::ReactivateUsers,
            _ => Operation::SuspendUsers,
        })?;
        match options.deadline_ms.map(settings::deadline) {
            None => {}
            Some(Ok(deadline)) => call = call.with_deadline(deadline),
            Some(Err(must)) => return Err(call.error(invalid(&["the deadline ", must]))),
        }
        call.finish(call.change(what, targets, options).await)
    }
}

/// A target on its way to its report.
struct Aim {
    /// The e-mail address that the user must have.
    expected: Option<Email>,
    at: At,
}

/// How far a target has come.
enum At {
    /// Its address has this place among those that are looked for.
    Address(usize),
    /// It is the user at this place.
    Person(usize),
    /// It is the user at this place, who may not be changed for it.
    Refused(usize, Error),
    /// It is nobody.
    Failed(Error),
}

/// Users, and what came back for each: none where there was no memory for it.
type Answers = Vec<(usize, Result<Option<User>, Error>)>;

impl<H: Host> Call<'_, H> {
    async fn change(
        &self,
        what: OneUser,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Failure> {
        let crew = options.concurrency.unwrap_or(CONCURRENCY);
        if !(1..=MOST_CONCURRENCY).contains(&crew) {
            return Err(invalid(&["the concurrency must be from 1 to 16"]));
        }
        if targets.len() > MOST_TARGETS {
            return Err(invalid(&["there must not be more than 10000 targets"]));
        }
        let guards = Guards::new(options)?;
        let room = targets.len().saturating_mul(LARGEST_REPORT);
        if !is_spare(room) {
            return Err(Failure::new(
                ErrorCode::Other,
                "the instance has not the memory to report on so many targets; name fewer, or give it more".to_owned(),
            ));
        }

        let mut people = People::default();
        let mut wanted = Wanted::default();
        let mut aims: Vec<Aim> = targets
            .iter()
            .map(|target| self.aim(target, &mut people, &mut wanted))
            .collect();
        let is_failed = |aim: &Aim| matches!(aim.at, At::Failed(_) | At::Refused(..));
        if !aims.iter().all(is_failed) {
            // Before anything else: what is wrong with the credentials is wrong with the whole call.
            self.token().await?;
        }
        self.resolve(&mut aims, &mut people, &mut wanted).await;
        let mut is_over = options.stop_on_error && aims.iter().any(is_failed);

        // Reads those who were named by id.
        let unread: Vec<usize> = people.unread();
        let ends = |result: &Result<_, Error>| match result {
            Err(error) => options.stop_on_error || is_forbidden(error),
            Ok(_) => false,
        };
        if !is_over {
            let answers = self
                .do_to(OneUser::Get, &people, &unread, crew, room, &ends)
                .await;
            for (place, answer) in answers {
                let Some(person) = people.get_mut(place) else {
                    continue;
                };
                match answer {
                    Ok(Some(user)) => person.meet(user),
                    Ok(None) => {
                        let failure = answer::malformed(answer::NO_MEMORY);
                        person.outcome = Some(Outcome::Failed(self.part().error(failure)));
                    }
                    // Without the permission to look, changes are made all the same.
                    Err(error) if is_forbidden(&error) => {}
                    Err(error) => person.outcome = Some(Outcome::Failed(error)),
                }
            }
        }
        let is_failed_person = |place: &usize| {
            people
                .get(*place)
                .is_some_and(|person| person.outcome.is_some())
        };
        is_over |= options.stop_on_error && unread.iter().any(is_failed_person);

        // Checks the guards of each target.
        for aim in &mut aims {
            if let At::Person(place) = aim.at
                && let Some(person) = people.get(place)
                && person.outcome.is_none()
                && let Err(failure) = guards.check(person, aim.expected.as_ref())
                && !(is_over && person.user.is_none())
            {
                aim.at = At::Refused(place, self.part().error(failure));
            }
        }
        is_over |= options.stop_on_error && aims.iter().any(is_failed);

        // Changes those who are not there yet.
        let mut planned = Vec::new();
        for aim in &aims {
            let At::Person(place) = aim.at else {
                continue;
            };
            if let Some(person) = people.get_mut(place)
                && person.outcome.is_none()
            {
                let is_there = person.before.is_some() && person.before == what.state();
                person.outcome = Some(if is_there {
                    Outcome::Unchanged
                } else if is_over {
                    Outcome::Skipped
                } else {
                    planned.push(place);
                    Outcome::WouldChange
                });
            }
        }
        let refused = guards.check_changes(planned.len()).err();
        if !options.dry_run && refused.is_none() {
            let ends = |result: &Result<_, Error>| options.stop_on_error && result.is_err();
            let answers = self.do_to(what, &people, &planned, crew, room, &ends).await;
            for &place in &planned {
                if let Some(person) = people.get_mut(place) {
                    person.outcome = Some(Outcome::Skipped);
                }
            }
            for (place, answer) in answers {
                let Some(person) = people.get_mut(place) else {
                    continue;
                };
                person.outcome = Some(match answer {
                    Ok(user) => {
                        person.user = user.or(person.user.take());
                        Outcome::Changed
                    }
                    Err(error) => Outcome::Failed(error),
                });
            }
        }
        let attempts = self.all_attempts();
        Ok(Report {
            targets: aims
                .into_iter()
                .map(|aim| aim.report(&people, room))
                .collect(),
            refused: refused.map(|failure| self.part().error(failure)),
            attempts,
        })
    }

    /// Takes a target, as far as that goes without asking anybody.
    fn aim(&self, target: &Target, people: &mut People, wanted: &mut Wanted) -> Aim {
        let expected = target.expect_email.as_deref().map(Email::parse);
        let at = match &target.who {
            Selector::Id(id) => Id::of_user(id).map(|id| At::Person(people.place(id))),
            Selector::Email(email) => {
                Email::parse(email).map(|email| At::Address(wanted.add(&email)))
            }
        };
        let failed = |failure| At::Failed(self.part().error(failure));
        match expected.transpose() {
            Ok(expected) => Aim {
                expected,
                at: at.unwrap_or_else(failed),
            },
            Err(failure) => Aim {
                expected: None,
                at: failed(failure),
            },
        }
    }

    /// Makes users of addresses, in one pass over the list.
    async fn resolve(&self, aims: &mut [Aim], people: &mut People, wanted: &mut Wanted) {
        if wanted.is_empty() {
            return;
        }
        let part = self.part();
        let read = part.look_up(wanted).await;
        let mut found = Vec::new();
        for place in 0..wanted.len() {
            let place = match &read {
                Ok(()) => wanted.take(&part, place).and_then(|user| {
                    let place = people.place(Id::of_user(&user.id)?);
                    if let Some(person) = people.get_mut(place) {
                        person.meet(user);
                    }
                    Ok(place)
                }),
                Err(failure) => Err(failure.clone()),
            };
            found.push(place);
        }
        for aim in aims {
            if let At::Address(place) = aim.at
                && let Some(found) = found.get(place)
            {
                aim.at = match found {
                    Ok(place) => At::Person(*place),
                    Err(failure) => At::Failed(part.error(failure.clone())),
                };
            }
        }
    }

    /// Does the same to users, several at a time, until one of the answers ends it.
    async fn do_to(
        &self,
        what: OneUser,
        people: &People,
        places: &[usize],
        crew: u8,
        room: usize,
        ends: &dyn Fn(&Result<User, Error>) -> bool,
    ) -> Answers {
        let queue = Queue::new(places);
        let answers = Cell::new(Answers::new());
        let worker = |_| -> Worker<'_> {
            Box::pin(async {
                while let Some(place) = queue.take() {
                    let Some(person) = people.get(place) else {
                        continue;
                    };
                    let part = self.part();
                    let result = part.one_user(what, person.id.as_str()).await;
                    let result = part.finish(result);
                    if ends(&result) {
                        queue.close();
                    }
                    let mut all = answers.take();
                    all.push((
                        place,
                        result.map(|user| Some(user).filter(|_| is_spare(room))),
                    ));
                    answers.set(all);
                }
            })
        };
        crew::work((0..crew).map(worker)).await;
        answers.into_inner()
    }
}

impl Aim {
    /// What became of the target, as far as there is memory to tell.
    fn report(self, people: &People, room: usize) -> TargetReport {
        let (place, refusal) = match self.at {
            At::Person(place) => (Some(place), None),
            At::Refused(place, error) => (Some(place), Some(error)),
            At::Failed(error) => (None, Some(error)),
            At::Address(_) => (None, None),
        };
        let person = place.and_then(|place| people.get(place));
        let outcome = match refusal {
            Some(error) => Outcome::Failed(error),
            None => person
                .and_then(|person| person.outcome.clone())
                .unwrap_or(Outcome::Skipped),
        };
        let user = person.and_then(|person| person.user.as_ref());
        let user = user.filter(|user| is_spare(room.saturating_add(user.size())));
        TargetReport {
            outcome,
            user: user.cloned(),
            before: person.and_then(|person| person.before.clone()),
        }
    }
}

/// Whether the application may not do this at all. What a get is forbidden for is its permission alone: no other
/// reason is documented.
fn is_forbidden(error: &Error) -> bool {
    error.status == Some(403)
}

fn invalid(cause: &[&str]) -> Failure {
    Failure::new(ErrorCode::InvalidArgument, text::concat(cause))
}
