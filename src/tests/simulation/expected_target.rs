//! What is known of a target before anybody is changed: by what the server told, and by the guards of its call.

use super::{
    check_pages::AddressOwner,
    history::History,
    intent::{BulkChange, Intent, is_wrong_target, normalized},
    request_chain::Subject,
    route::Route,
};
use crate::{ErrorCode, Selector, Target, User};

/// What is known of a target.
#[derive(Debug)]
pub(super) enum ExpectedTarget<'a> {
    /// It can be nobody.
    Invalid,
    /// It is nobody, or somebody among several: the whole list says so.
    Unresolved(ErrorCode),
    /// Nobody could look, or nobody did.
    NotLookedUp,
    /// A guard keeps the user from being changed for it.
    Guarded(ResolvedUser<'a>, Guard),
    /// The user is in the state that is wanted.
    InRequestedState(&'a User),
    /// The user is to be changed.
    ToChange(ResolvedUser<'a>),
}

/// A user whom the look-up has shown, or whom the application may not look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResolvedUser<'a> {
    pub id: &'a str,
    pub user: Option<&'a User>,
}

/// What keeps a user from being changed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Guard {
    ProtectedId,
    ProtectedEmail,
    UnexpectedEmail,
    /// A guard by e-mail address, where the address is not known.
    UnknownEmail,
}

impl<'a> ExpectedTarget<'a> {
    /// The user whom a target stands for, if that is known.
    pub fn seen(&self) -> Option<ResolvedUser<'a>> {
        match *self {
            Self::Invalid | Self::Unresolved(_) | Self::NotLookedUp => None,
            Self::Guarded(seen, _) | Self::ToChange(seen) => Some(seen),
            Self::InRequestedState(user) => Some(ResolvedUser {
                id: &user.id,
                user: Some(user),
            }),
        }
    }
}

impl History {
    /// The changes that a call is to make; it is one that changes many users.
    pub fn changes_of(&self, call: usize) -> &BulkChange {
        match &self.calls[call].intent {
            Intent::ChangeUsers(changes) => changes,
            intent => panic!("{intent:?} is for one user at most"),
        }
    }

    /// What is known of a target.
    pub fn expected_target<'a>(&'a self, call: usize, target: &'a Target) -> ExpectedTarget<'a> {
        if is_wrong_target(target) {
            return ExpectedTarget::Invalid;
        }
        let changes = self.changes_of(call);
        let seen = match &target.who {
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
                let user = self.seen(call, id);
                if user.is_none() && !self.is_get_forbidden(call, id) {
                    return ExpectedTarget::NotLookedUp;
                }
                ResolvedUser { id, user }
            }
        };
        if let Some(guard) = changes.guard(seen, target.expect_email.as_deref()) {
            return ExpectedTarget::Guarded(seen, guard);
        }
        match seen.user {
            Some(user) if user.state == changes.state => ExpectedTarget::InRequestedState(user),
            _ => ExpectedTarget::ToChange(seen),
        }
    }

    /// The user with this id as the look-up showed them: the list, when a target names their address, else a get.
    fn seen(&self, call: usize, id: &str) -> Option<&User> {
        if let Some(user) = self.shown(call, id).filter(|_| self.has_read_list(call)) {
            let email = normalized(&user.email);
            let mut targets = self.changes_of(call).targets.iter();
            let is_named = targets.any(|target| {
                matches!(&target.who, Selector::Email(named) if normalized(named) == email)
                    && !is_wrong_target(target)
            });
            if is_named && matches!(self.owner_of(call, &email), AddressOwner::One(_)) {
                return Some(user);
            }
        }
        let chain = self.calls[call].chain(&Subject::User(id.to_owned()))?;
        self.last_of(call, chain)?.payload_user()
    }

    /// Whether the application lacks the permission to look at users, and was told so before this one was looked at.
    fn is_get_forbidden(&self, call: usize, id: &str) -> bool {
        let chain = self.calls[call].chain(&Subject::User(id.to_owned()));
        let is_forbidden = |chain| {
            let last = self.last_of(call, chain);
            last.is_some_and(|last| {
                matches!(last.route, Route::User(_)) && last.heard.status() == Some(403)
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

    /// Whether any look at a user was permitted in this call: then the application has the permission.
    pub fn can_get_users(&self, call: usize) -> bool {
        let mut chains = 0..self.calls[call].chains.len();
        chains.any(|chain| {
            let last = self.last_of(call, chain);
            last.is_some_and(|last| {
                matches!(last.route, Route::User(_)) && last.payload_user().is_some()
            })
        })
    }
}

impl BulkChange {
    /// What keeps a user from being changed, for a target that expects this address.
    fn guard(&self, seen: ResolvedUser<'_>, expected: Option<&str>) -> Option<Guard> {
        let mut protects_an_address = false;
        for who in &self.options.protect {
            match who {
                Selector::Id(id) if id == seen.id => return Some(Guard::ProtectedId),
                Selector::Id(_) => {}
                Selector::Email(_) => protects_an_address = true,
            }
        }
        let Some(user) = seen.user else {
            let is_guarded = protects_an_address || expected.is_some();
            return is_guarded.then_some(Guard::UnknownEmail);
        };
        let email = normalized(&user.email);
        let is_protected = |who: &Selector| matches!(who, Selector::Email(protected) if normalized(protected) == email);
        if self.options.protect.iter().any(is_protected) {
            return Some(Guard::ProtectedEmail);
        }
        let is_other = expected.is_some_and(|expected| normalized(expected) != email);
        is_other.then_some(Guard::UnexpectedEmail)
    }
}
