//! Functions of the plugin that the service calls.

use alloc::vec::Vec;

#[cfg(target_arch = "wasm32")]
use crate::bindings::{connection, containment, users};
use crate::bindings::{
    connection::Finding,
    containment::{ChangeOptions, Report, Target},
    types::{Error, User},
    users::{ListOptions, UserPage},
};

/// The plugin. Tests implement it with a fake.
///
/// The contract in `wit/` documents every function.
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

/// The plugin component that the service is composed with.
#[cfg(target_arch = "wasm32")]
pub(crate) struct ImportedPlugin;

#[cfg(target_arch = "wasm32")]
impl Plugin for ImportedPlugin {
    fn list_users(&self, options: &ListOptions) -> Result<UserPage, Error> {
        users::list_users(options)
    }

    fn get_user(&self, id: &str) -> Result<User, Error> {
        users::get_user(id)
    }

    fn find_user(&self, email: &str) -> Result<User, Error> {
        containment::find_user(email, None)
    }

    fn suspend_users(&self, targets: &[Target], options: &ChangeOptions) -> Result<Report, Error> {
        containment::suspend_users(targets, options)
    }

    fn reactivate_users(
        &self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Report, Error> {
        containment::reactivate_users(targets, options)
    }

    fn check(&self) -> Vec<Finding> {
        connection::check()
    }
}
