//! What must hold before anything is changed.

use alloc::string::{String, ToString};

use super::{ChangeOptions, Selector, email::Email, name_set::Index, user_table::Person};
use crate::{error::ErrorCode, failure::Failure, request::Id};

/// The guards of one call.
pub(super) struct Guards {
    protected_ids: Index,
    protected_emails: Index,
    max_changes: Option<u32>,
}

impl Guards {
    /// Takes the guards of a call. One that cannot be understood must not be passed over.
    pub fn new(options: &ChangeOptions) -> Result<Self, Failure> {
        let mut guards = Self {
            protected_ids: Index::default(),
            protected_emails: Index::default(),
            max_changes: options.max_changes,
        };
        for who in &options.protect {
            let added = match who {
                Selector::Id(id) => {
                    Id::of_user(id).map(|id| guards.protected_ids.place(id.as_str(), 0))
                }
                Selector::Email(email) => Email::parse(email)
                    .map(|email| guards.protected_emails.place(email.as_str(), 0)),
            };
            if let Err(mut failure) = added {
                failure.cause = ["of the users to protect, ", &failure.cause].concat();
                return Err(failure);
            }
        }
        Ok(guards)
    }

    /// Whether this user may be changed for a target that expects this e-mail address. What cannot be checked does
    /// not hold.
    pub fn check(&self, person: &Person, expected: Option<&Email>) -> Result<(), Failure> {
        if self.protected_ids.get(person.id.as_str()).is_some() {
            return Err(refused("the user is protected", None));
        }
        let Some(user) = &person.user else {
            return if expected.is_some() || !self.protected_emails.is_empty() {
                Err(refused(
                    "the user's e-mail address cannot be compared, because the OAuth application may not get users",
                    Some(
                        "give the application the permission to get users, or leave out the guards by e-mail address",
                    ),
                ))
            } else {
                Ok(())
            };
        };
        let email = Email::of(user);
        if self.protected_emails.get(email.as_str()).is_some() {
            return Err(refused("the user is protected", None));
        }
        if expected.is_some_and(|expected| *expected != email) {
            return Err(refused(
                "the user has another e-mail address than expected",
                Some("check that the id and the e-mail address belong together"),
            ));
        }
        Ok(())
    }

    /// Whether so many changes may be made.
    pub fn check_changes(&self, changes: usize) -> Result<(), Failure> {
        match self.max_changes.map(usize::try_from) {
            Some(Ok(most)) if changes > most => Err(refused(
                &[
                    changes.to_string().as_str(),
                    if changes == 1 { " user" } else { " users" },
                    " would be changed, and max-changes allows ",
                    &most.to_string(),
                ]
                .concat(),
                Some("check the targets, then raise max-changes if they are right"),
            )),
            _ => Ok(()),
        }
    }
}

fn refused(cause: &str, hint: Option<&'static str>) -> Failure {
    Failure::new(ErrorCode::PreconditionFailed, String::from(cause), hint)
}
