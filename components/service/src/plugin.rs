//! What the service calls: the plugin, or what a test puts in its place.

use alloc::vec::Vec;

use crate::bindings::{
    connection::Finding,
    containment::{ChangeOptions, Report, Target},
    types::{Error, User},
    users::{ListOptions, UserPage},
};

/// The functions of the contract that the service uses.
pub(crate) trait Plugin {
    fn list_users(&self, options: &ListOptions) -> Result<UserPage, Error>;
    fn get_user(&self, id: &str) -> Result<User, Error>;
    fn find_user(&self, email: &str) -> Result<User, Error>;
    fn suspend_users(&self, targets: &[Target], options: &ChangeOptions) -> Result<Report, Error>;
    fn reactivate_users(
        &self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error>;
    fn check(&self) -> Vec<Finding>;
}
