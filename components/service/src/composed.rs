//! The plugin that the component is composed with.

use alloc::vec::Vec;

use crate::{
    bindings::{
        connection::{self, Finding},
        containment::{self, ChangeOptions, Report, Target},
        types::{Error, User},
        users::{self, ListOptions, UserPage},
    },
    plugin::Plugin,
};

/// The plugin that the component is composed with.
pub(crate) struct Composed;

impl Plugin for Composed {
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
