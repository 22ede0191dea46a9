//! What is known of a target before anybody is changed: by what the server told, and by the guards of its call.

use super::{
    check_pages::Owner,
    history::Ledger,
    intent::{Changes, Wants, folded, is_wrong_target},
    request_chain::About,
    route::Route,
};
use crate::{ErrorCode, Selector, Target, User};

/// What is known of a target.
#[derive(Debug)]
pub(super) enum Standing<'a> {
    /// It can be nobody.
    Wrong,
    /// It is nobody, or somebody among several: the whole list says so.
    Nobody(ErrorCode),
    /// Nobody could look, or nobody did.
    Unread,
    /// A guard keeps the user from being changed for it.
    Refused(Seen<'a>, Guard),
    /// The user is in the state that is wanted.
    There(&'a User),
    /// The user is to be changed.
    Due(Seen<'a>),
}

/// A user whom the look-up has shown, or whom the application may not look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    pub id: &'a str,
    pub user: Option<&'a User>,
}

/// What keeps a user from being changed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Guard {
    ProtectedId,
    ProtectedEmail,
    OtherEmail,
    /// A guard by e-mail address, where the address is not known.
    NotComparable,
}

impl<'a> Standing<'a> {
    /// The user whom a target stands for, if that is known.
    pub fn seen(&self) -> Option<Seen<'a>> {
        match *self {
            Self::Wrong | Self::Nobody(_) | Self::Unread => None,
            Self::Refused(seen, _) | Self::Due(seen) => Some(seen),
            Self::There(user) => Some(Seen {
                id: &user.id,
                user: Some(user),
            }),
        }
    }
}

impl Ledger {
    /// The changes that a call is to make; it is one that changes many users.
    pub fn changes_of(&self, call: usize) -> &Changes {
        match &self.calls[call].wants {
            Wants::Changes(changes) => changes,
            wants => panic!("{wants:?} is for one user at most"),
        }
    }

    /// What is known of a target.
    pub fn standing<'a>(&'a self, call: usize, target: &'a Target) -> Standing<'a> {
        if is_wrong_target(target) {
            return Standing::Wrong;
        }
        let changes = self.changes_of(call);
        let seen = match &target.who {
            Selector::Email(_) if !self.has_read_list(call) => return Standing::Unread,
            Selector::Email(email) => match self.owner_of(call, email) {
                Owner::Nobody => return Standing::Nobody(ErrorCode::NotFound),
                Owner::Several(_) => return Standing::Nobody(ErrorCode::Ambiguous),
                Owner::One(user) => Seen {
                    id: &user.id,
                    user: Some(user),
                },
            },
            Selector::Id(id) => {
                let user = self.seen(call, id);
                if user.is_none() && !self.may_not_look(call, id) {
                    return Standing::Unread;
                }
                Seen { id, user }
            }
        };
        if let Some(guard) = changes.guard(seen, target.expect_email.as_deref()) {
            return Standing::Refused(seen, guard);
        }
        match seen.user {
            Some(user) if user.state == changes.state => Standing::There(user),
            _ => Standing::Due(seen),
        }
    }

    /// The user with this id as the look-up showed them: the list, when a target names their address, else a get.
    fn seen(&self, call: usize, id: &str) -> Option<&User> {
        if let Some(user) = self.shown(call, id).filter(|_| self.has_read_list(call)) {
            let email = folded(&user.email);
            let mut targets = self.changes_of(call).targets.iter();
            let is_named = targets.any(|target| {
                matches!(&target.who, Selector::Email(named) if folded(named) == email)
                    && !is_wrong_target(target)
            });
            if is_named && matches!(self.owner_of(call, &email), Owner::One(_)) {
                return Some(user);
            }
        }
        let strand = self.calls[call].strand(&About::User(id.to_owned()))?;
        self.last_of(call, strand)?.told_user()
    }

    /// Whether the application lacks the permission to look at users, and was told so before this one was looked at.
    fn may_not_look(&self, call: usize, id: &str) -> bool {
        let strand = self.calls[call].strand(&About::User(id.to_owned()));
        let is_forbidden = |strand| {
            let last = self.last_of(call, strand);
            last.is_some_and(|last| {
                matches!(last.route, Route::User(_)) && last.heard.status() == Some(403)
            })
        };
        match strand {
            Some(strand) => is_forbidden(strand),
            None => {
                let mut strands = 0..self.calls[call].strands.len();
                strands.any(is_forbidden) && !self.may_look(call)
            }
        }
    }

    /// Whether any look at a user was permitted in this call: then the application has the permission.
    pub fn may_look(&self, call: usize) -> bool {
        let mut strands = 0..self.calls[call].strands.len();
        strands.any(|strand| {
            let last = self.last_of(call, strand);
            last.is_some_and(|last| {
                matches!(last.route, Route::User(_)) && last.told_user().is_some()
            })
        })
    }
}

impl Changes {
    /// What keeps a user from being changed, for a target that expects this address.
    fn guard(&self, seen: Seen<'_>, expected: Option<&str>) -> Option<Guard> {
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
            return is_guarded.then_some(Guard::NotComparable);
        };
        let email = folded(&user.email);
        let is_protected = |who: &Selector| matches!(who, Selector::Email(protected) if folded(protected) == email);
        if self.options.protect.iter().any(is_protected) {
            return Some(Guard::ProtectedEmail);
        }
        let is_other = expected.is_some_and(|expected| folded(expected) != email);
        is_other.then_some(Guard::OtherEmail)
    }
}
