//! The facts of a change.

/// Change of one user, from which an event is made.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The kind of change.
    pub activity: Activity,
    /// Program that made the change.
    pub product: &'a str,
    /// Application, caller and person that asked for the change.
    pub actor: Actor<'a>,
    /// Id that the events of one call share.
    pub correlation_id: &'a str,
    /// Id that the caller chose for its request, if any. Callers can repeat it: it is no correlation id.
    pub caller_request_id: Option<&'a str>,
    /// Id of the 1Password account, if known.
    pub account_id: Option<&'a str>,
    /// Time in milliseconds since 1970.
    pub time_ms: u64,
    /// User, as far as known.
    pub user: User<'a>,
    /// Name of the outcome in the contract.
    pub outcome: &'a str,
    /// True if the outcome is that the change was made.
    pub is_changed: bool,
    /// Error of the failed change, or of the refused call.
    pub error: Option<Error<'a>>,
    /// State of the user before the change, if known.
    pub previous_state: Option<&'a str>,
    /// True if the change was not sent because of an interrupt.
    pub is_interrupted: bool,
    /// Reason that a person gave.
    pub reason: Option<&'a str>,
    /// Ticket that a person named.
    pub ticket: Option<&'a str>,
}

/// Kind of change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Activity {
    /// A user is suspended.
    Disable,
    /// A user is reactivated.
    Enable,
}

/// Application, caller and person that asked for a change, as far as known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Actor<'a> {
    /// Name of the program that called, as the owner of the service calls it.
    pub app_name: Option<&'a str>,
    /// Client id of the OAuth application.
    pub app_id: Option<&'a str>,
    /// Name of the person, as that person or their computer says.
    pub operator: Option<&'a str>,
}

/// User of a change, as far as known.
#[derive(Clone, Copy, Debug, Default)]
pub struct User<'a> {
    /// User id.
    pub id: Option<&'a str>,
    /// E-mail address, which users sign in with.
    pub email: Option<&'a str>,
    /// Full name.
    pub name: Option<&'a str>,
}

/// Error of a change.
#[derive(Clone, Copy, Debug)]
pub struct Error<'a> {
    /// Error code of the contract.
    pub code: &'a str,
    /// Operation and cause.
    pub message: &'a str,
    /// Name of the effect in the contract.
    pub effect: &'a str,
    /// True if the change may have been made.
    pub is_possibly_applied: bool,
}
