//! The permissions of the OAuth application.

use std::{error::Error, fmt, str::FromStr};

/// A permission of an OAuth application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Permission to get a user.
    GetUser,
    /// Permission to list users.
    ListUsers,
    /// Permission to suspend users.
    SuspendUsers,
    /// Permission to reactivate users.
    ReactivateUsers,
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Permissions(u8);

impl Permission {
    /// Each permission with its short name and its name in error messages.
    const ALL: [(Self, &str, &str); 4] = [
        (Self::GetUser, "get", "get_user"),
        (Self::ListUsers, "list", "list_users"),
        (Self::SuspendUsers, "suspend", "suspend_users"),
        (Self::ReactivateUsers, "reactivate", "reactivate_users"),
    ];

    /// Returns the name in error messages.
    pub(crate) fn name(self) -> &'static str {
        Self::ALL[self as usize].2
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Permissions {
    /// All permissions.
    pub const ALL: Self = Self(0b1111);
    /// No permission.
    pub const NONE: Self = Self(0);

    /// Returns true if `permission` is in the set.
    #[must_use]
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(
            permissions
                .into_iter()
                .fold(0, |bits, permission| bits | permission.bit()),
        )
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

/// Parses a comma-separated list of `get`, `list`, `suspend` and `reactivate`,
/// or `none`.
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
                    .find(|(_, short_name, _)| *short_name == name)
                    .map(|(permission, ..)| *permission)
                    .ok_or_else(|| UnknownPermission(name.to_owned()))
            })
            .collect()
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = Permission::ALL.iter().map(|(permission, ..)| permission);
        f.debug_set()
            .entries(all.filter(|permission| self.contains(**permission)))
            .finish()
    }
}

/// The error of a list that contains an unknown permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPermission(String);

impl fmt::Display for UnknownPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unknown permission {:?}: expected none, or a comma-separated list of get, list, suspend and reactivate",
            self.0
        )
    }
}

impl Error for UnknownPermission {}
