//! The trait of observers: they see users and changes before the component does, and can block requests.

use super::operation::ApiOperation;
use crate::bindings::types::User;

/// Observes the requests of an instance.
pub trait Observer: Send + Sync + 'static {
    /// Returns true if a request may be sent. Called before any byte of it is sent; the component sees a blocked request as
    /// one that its host denied.
    fn allows(&self, operation: Option<&ApiOperation>) -> bool;

    /// Called with the users in the response to a list or a get, before the component has the end of that response.
    fn users_seen(&self, users: Vec<User>);

    /// Called when the server acknowledges a change: status 200 for a suspend or a reactivate. The component gets the
    /// response after this returns; it may block, and runs to its end even if the component drops the request.
    ///
    /// `user` is the user in the response, if the response arrived at once, is small and repeats no secret. An
    /// acknowledgement without a user in the new state proves nothing: a proxy can answer 200 as well.
    fn change_acknowledged(&self, change: &ApiOperation, user: Option<User>);
}
