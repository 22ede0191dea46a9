//! The exported activity.

use alloc::string::String;

use crate::{
    bindings::{
        exports::onepassword::users_activity::access::{AccessError, Guest, User},
        onepassword::users::{containment, users},
    },
    converted,
};

/// Implementation of the exported interface.
pub(crate) struct Activity;

impl Guest for Activity {
    fn get_user(id: String) -> Result<User, AccessError> {
        converted(users::get_user(&id))
    }

    fn find_user(email: String) -> Result<User, AccessError> {
        converted(containment::find_user(&email, None))
    }

    fn suspend_user(id: String) -> Result<User, AccessError> {
        converted(users::suspend_user(&id))
    }

    fn reactivate_user(id: String) -> Result<User, AccessError> {
        converted(users::reactivate_user(&id))
    }
}
