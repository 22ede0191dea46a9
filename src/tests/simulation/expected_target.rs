//! Expected state of a target after look-up and guards, derived from the recorded responses.

use super::{
    check_pages::AddressOwner,
    history::History,
    intent::{BulkIntent, Intent, is_invalid_target, normalized},
    request_chain::Subject,
    route::Route,
};
use crate::{ErrorCode, Selector, Target, User};

/// Expected state of a target before any change.
#[derive(Debug)]
pub(super) enum ExpectedTarget<'a> {
    /// Its id or e-mail address is invalid.
    Invalid,
    /// No user or several users of the whole list have the address.
    Unresolved(ErrorCode),
    /// The user was not looked up, or the look-up failed.
    NotLookedUp,
    /// A guard is violated.
    Guarded(ResolvedUser<'a>, Guard),
    /// The user is in the requested state.
    InRequestedState(&'a User),
    /// The user has to be changed.
    ToChange(ResolvedUser<'a>),
}

/// User that a target stands for. Without details if the application may not get users.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResolvedUser<'a> {
    pub id: &'a str,
    pub user: Option<&'a User>,
}

/// Violated guard.
#[derive(Clone, Copy, Debug)]
pub(super) enum Guard {
    ProtectedId,
    ProtectedEmail,
    UnexpectedEmail,
    /// Guard by e-mail address for a user whose address is unknown.
    UnknownEmail,
}

impl Guard {
    /// Error code of a target that violates the guard.
    pub(super) const fn error_code(self) -> ErrorCode {
        match self {
            Self::ProtectedId | Self::ProtectedEmail => ErrorCode::Protected,
            Self::UnexpectedEmail | Self::UnknownEmail => ErrorCode::PreconditionFailed,
        }
    }
}

impl<'a> ExpectedTarget<'a> {
    /// Returns the user that a target stands for, if known.
    pub(super) fn resolved(&self) -> Option<ResolvedUser<'a>> {
        match *self {
            Self::Invalid | Self::Unresolved(_) | Self::NotLookedUp => None,
            Self::Guarded(resolved, _) | Self::ToChange(resolved) => Some(resolved),
            Self::InRequestedState(user) => Some(ResolvedUser {
                id: &user.id,
                user: Some(user),
            }),
        }
    }
}

impl History {
    /// Returns the arguments of a bulk change. Panics for any other call.
    pub(super) fn changes_of(&self, call: usize) -> &BulkIntent {
        match &self.calls[call].intent {
            Intent::ChangeUsers(changes) => changes,
            intent => panic!("{intent:?} is not a bulk change"),
        }
    }

    /// Returns the expected state of a target before any change.
    pub(super) fn expected_target<'a>(
        &'a self,
        call: usize,
        target: &'a Target,
    ) -> ExpectedTarget<'a> {
        if is_invalid_target(target) {
            return ExpectedTarget::Invalid;
        }
        let changes = self.changes_of(call);
        let resolved = match &target.who {
            Selector::Email(_) if !self.has_read_list(call) => return ExpectedTarget::NotLookedUp,
            Selector::Email(email) => match self.owner_of(call, email) {
                AddressOwner::Missing => return ExpectedTarget::Unresolved(ErrorCode::NotFound),
                AddressOwner::Several(_) => {
                    return ExpectedTarget::Unresolved(ErrorCode::Ambiguous);
                }
                AddressOwner::One(user) => ResolvedUser {
                    id: &user.id,
                    user: Some(user),
                },
            },
            Selector::Id(id) => {
                let user = self.resolved(call, id);
                if user.is_none() && !self.is_get_forbidden(call, id) {
                    return ExpectedTarget::NotLookedUp;
                }
                ResolvedUser { id, user }
            }
        };
        if let Some(guard) = changes.guard(resolved, target.expect_email.as_deref()) {
            return ExpectedTarget::Guarded(resolved, guard);
        }
        match resolved.user {
            Some(user) if user.state == changes.state => ExpectedTarget::InRequestedState(user),
            _ => ExpectedTarget::ToChange(resolved),
        }
    }

    /// Returns the user as found during look-up: in the list if a target names the address, else by id.
    fn resolved(&self, call: usize, id: &str) -> Option<&User> {
        if let Some(user) = self
            .listed_user(call, id)
            .filter(|_| self.has_read_list(call))
        {
            let email = normalized(&user.email);
            let mut targets = self.changes_of(call).targets.iter();
            let is_named = targets.any(|target| {
                matches!(&target.who, Selector::Email(named) if normalized(named) == email)
                    && !is_invalid_target(target)
            });
            if is_named && matches!(self.owner_of(call, &email), AddressOwner::One(_)) {
                return Some(user);
            }
        }
        let chain = self.calls[call].chain(&Subject::User(id.to_owned()))?;
        self.last_of(call, chain)?.payload_user()
    }

    /// Returns true if a 403 kept the client from reading this user.
    fn is_get_forbidden(&self, call: usize, id: &str) -> bool {
        let chain = self.calls[call].chain(&Subject::User(id.to_owned()));
        let is_forbidden = |chain| {
            let last = self.last_of(call, chain);
            last.is_some_and(|last| {
                matches!(last.route, Route::User(_))
                    && last.is_complete
                    && last.received.is_forbidden()
            })
        };
        match chain {
            Some(chain) => is_forbidden(chain),
            None => {
                let mut chains = 0..self.calls[call].chains.len();
                chains.any(is_forbidden) && !self.can_get_users(call)
            }
        }
    }

    /// Returns true if any get of this call succeeded, so that the application has the permission.
    pub(super) fn can_get_users(&self, call: usize) -> bool {
        let mut chains = 0..self.calls[call].chains.len();
        chains.any(|chain| {
            let last = self.last_of(call, chain);
            last.is_some_and(|last| {
                matches!(last.route, Route::User(_)) && last.payload_user().is_some()
            })
        })
    }
}

impl BulkIntent {
    /// Returns the guard that a target with this expected address violates.
    fn guard(&self, resolved: ResolvedUser<'_>, expected: Option<&str>) -> Option<Guard> {
        let mut protects_an_address = false;
        for who in &self.options.protect {
            match who {
                Selector::Id(id) if id == resolved.id => return Some(Guard::ProtectedId),
                Selector::Id(_) => {}
                Selector::Email(_) => protects_an_address = true,
            }
        }
        let is_guarded = protects_an_address || expected.is_some();
        let Some(user) = resolved.user else {
            return is_guarded.then_some(Guard::UnknownEmail);
        };
        let email = normalized(&user.email);
        if is_guarded && !email.contains('@') {
            return Some(Guard::UnknownEmail);
        }
        let is_protected = |who: &Selector| matches!(who, Selector::Email(protected) if normalized(protected) == email);
        if self.options.protect.iter().any(is_protected) {
            return Some(Guard::ProtectedEmail);
        }
        let is_other = expected.is_some_and(|expected| normalized(expected) != email);
        is_other.then_some(Guard::UnexpectedEmail)
    }
}
