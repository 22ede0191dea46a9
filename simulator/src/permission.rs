//! The permissions of the OAuth application.

use std::fmt;
use std::str::FromStr;

/// One of the four permissions that an OAuth application can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Get a user.
    GetUser,
    /// List users.
    ListUsers,
    /// Suspend users.
    SuspendUsers,
    /// Reactivate users.
    ReactivateUsers,
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Permissions(u8);

impl Permission {
    const ALL: [(Self, &str, &str); 4] = [
        (Self::GetUser, "get", "get_user"),
        (Self::ListUsers, "list", "list_users"),
        (Self::SuspendUsers, "suspend", "suspend_users"),
        (Self::ReactivateUsers, "reactivate", "reactivate_users"),
    ];

    /// The name that refusals give it.
    pub(crate) fn name(self) -> &'static str {
        Self::ALL[self as usize].2
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Permissions {
    /// All four.
    pub const ALL: Self = Self(0b1111);
    /// None at all.
    pub const NONE: Self = Self(0);

    /// Whether `permission` is in the set.
    #[must_use]
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |set, one| set | one.bit()))
    }
}

impl<const N: usize> From<[Permission; N]> for Permissions {
    fn from(permissions: [Permission; N]) -> Self {
        permissions.into_iter().collect()
    }
}

impl From<Permission> for Permissions {
    fn from(permission: Permission) -> Self {
        Self(permission.bit())
    }
}

/// Reads `get,list,suspend,reactivate`, or any of them, or `none`.
impl FromStr for Permissions {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" {
            return Ok(Self::NONE);
        }
        text.split(',')
            .map(|name| {
                Permission::ALL
                    .iter()
                    .find(|(_, short, _)| *short == name)
                    .map(|(permission, ..)| *permission)
                    .ok_or_else(|| UnknownPermission(name.to_owned()))
            })
            .collect()
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = Permission::ALL.iter().map(|(permission, ..)| permission);
        f.debug_set()
            .entries(held.filter(|permission| self.contains(**permission)))
            .finish()
    }
}

/// A word that names no permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPermission(String);

impl fmt::Display for UnknownPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no permission: give a comma-separated list of get, list, suspend and reactivate, or none",
            self.0
        )
    }
}

impl std::error::Error for UnknownPermission {}
