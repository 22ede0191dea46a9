//! Guards of a bulk change: conditions that must hold before a user is changed.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use super::{
    email::{Email, comparable_email},
    name_check::{ENCODED, check_protected_email, named_id},
    name_set::NameSet,
    types::{ChangeOptions, Selector},
    user_table::UserEntry,
    warnings::unknown_protected_names,
};
use crate::{error::ErrorCode, failure::Failure, letters::shown, redact::redact};

/// The guards of one call.
#[derive(Default)]
pub(super) struct Guards {
    protected_ids: ProtectedNames,
    protected_emails: ProtectedNames,
    /// True if a protected address has letters outside of ASCII.
    has_other_letters: bool,
    max_changes: Option<u32>,
}

/// Names in `protect` of one kind.
#[derive(Default)]
struct ProtectedNames {
    names: NameSet,
    /// For each name, true if a user has it.
    is_known: Vec<bool>,
}

impl ProtectedNames {
    fn insert(&mut self, name: &str) {
        if self.names.insert(name) == self.is_known.len() {
            self.is_known.push(false);
        }
    }

    /// Notes that a user has this name. Returns true if it is protected, and was not known before.
    fn note(&mut self, name: &str) -> bool {
        let position = self.names.position(name);
        let is_known = position.and_then(|position| self.is_known.get_mut(position));
        is_known.is_some_and(|is_known| !core::mem::replace(is_known, true))
    }
}

impl Guards {
    /// Reads the guards of a call. One that cannot be read is an error: ignoring it could change a protected user.
    /// The error names it, without the secrets.
    pub(super) fn new(options: &ChangeOptions, secrets: &[&str]) -> Result<Self, Failure> {
        let mut guards = Self {
            max_changes: options.max_changes,
            ..Self::default()
        };
        for selector in &options.protect {
            guards.protect(selector).map_err(|mut failure| {
                let (Selector::Id(name) | Selector::Email(name)) = selector;
                let name = redact(&shown(name), secrets);
                failure.cause =
                    ["invalid entry in `protect`, ", &name, ": ", &failure.cause].concat();
                failure
            })?;
        }
        Ok(guards)
    }

    fn protect(&mut self, selector: &Selector) -> Result<(), Failure> {
        match selector {
            // Compared without regard to letter case too: nothing is lost by protecting one user more.
            Selector::Id(id) => self
                .protected_ids
                .insert(&comparable_email(named_id(id)?.as_str())),
            Selector::Email(email) => {
                self.has_other_letters |= !email.is_ascii();
                let key = Email::parse_protected(email)?.protected_key();
                self.protected_emails.insert(&key);
            }
        }
        Ok(())
    }

    /// Notes the id and the address of a user of the account.
    pub(super) fn note(&mut self, id: &str, email: &Email) {
        if !self.protected_ids.names.is_empty() {
            self.protected_ids.note(&comparable_email(id));
        }
        if !self.protected_emails.names.is_empty() {
            self.protected_emails.note(&email.protected_key());
        }
    }

    /// Warning about entries of `protect` that no user noted has, each named once.
    pub(super) fn unknown_names(&mut self, protect: &[Selector]) -> Option<String> {
        unknown_protected_names(protect.iter().filter_map(|selector| match selector {
            Selector::Id(id) => {
                let is_new = self.protected_ids.note(&comparable_email(id));
                is_new.then_some(id.as_str())
            }
            Selector::Email(email) => {
                let key = Email::parse_protected(email).ok()?.protected_key();
                let is_new = self.protected_emails.note(&key);
                is_new.then_some(email.as_str())
            }
        }))
    }

    /// Checks that a user may be changed for a target that expects an e-mail address. A guard that cannot be checked counts
    /// as violated.
    pub(super) fn check(
        &self,
        entry: &UserEntry,
        expected_email: Option<&Email>,
    ) -> Result<(), Failure> {
        let id = comparable_email(entry.id.as_str());
        if self.protected_ids.names.contains(&id) {
            return Err(protected());
        }
        let needs_email = expected_email.is_some() || !self.protected_emails.names.is_empty();
        let Some(user) = &entry.user else {
            return if needs_email {
                Err(violated(
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
        if needs_email && !email.is_comparable() {
            return Err(violated(
                "the user's e-mail address cannot be compared, because the server did not send it",
                Some("leave out the guards by e-mail address, if the user may be changed"),
            ));
        }
        if !self.protected_emails.names.is_empty() {
            // An address in another spelling may be a protected one.
            let is_plain = match check_protected_email(&user.email) {
                Err(ENCODED) => !self.has_other_letters,
                checked => checked.is_ok(),
            };
            if self.protected_emails.names.contains(&email.protected_key()) {
                return Err(protected());
            }
            if !is_plain {
                return Err(violated(
                    "the user's e-mail address has a form that cannot be compared",
                    Some("leave out the guards by e-mail address, if the user may be changed"),
                ));
            }
        }
        if expected_email.is_some_and(|expected| *expected != email) {
            return Err(violated(
                "the user has another e-mail address than expected",
                Some("check that the id and the e-mail address belong together"),
            ));
        }
        Ok(())
    }

    /// Checks that the number of changes does not exceed `max-changes`.
    pub(super) fn check_changes(&self, changes: usize) -> Result<(), Failure> {
        match self.max_changes.map(usize::try_from) {
            Some(Ok(max)) if changes > max => Err(violated(
                [
                    changes.to_string().as_str(),
                    if changes == 1 { " user" } else { " users" },
                    " would be changed, and max-changes allows ",
                    &max.to_string(),
                ]
                .concat(),
                Some("check the targets, then raise max-changes if they are right"),
            )),
            _ => Ok(()),
        }
    }
}

fn protected() -> Failure {
    Failure::new(ErrorCode::Protected, "the user is protected".into(), None)
}

fn violated(cause: impl Into<String>, hint: Option<&'static str>) -> Failure {
    Failure::new(ErrorCode::PreconditionFailed, cause.into(), hint)
}
