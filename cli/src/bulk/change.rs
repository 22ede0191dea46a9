//! The change that a command makes.

use host::UserState;
use onepassword_users::UserAction;
use uuid::Uuid;

use crate::{account::Account, arguments::BulkArguments, operator};

/// State of a user after an action.
pub(super) fn resulting_state(action: UserAction) -> UserState {
    match action {
        UserAction::Suspend => UserState::Suspended,
        UserAction::Reactivate => UserState::Active,
    }
}

/// Description of a change of many users, for the report and the audit.
#[derive(Clone, Debug)]
pub(super) struct ChangeDescription {
    pub(super) action: UserAction,
    pub(super) account_id: String,
    /// Client id of the OAuth application, if known.
    pub(super) client_id: Option<String>,
    pub(super) correlation_id: String,
    /// Person who runs the command.
    pub(super) operator: String,
    pub(super) reason: Option<String>,
    pub(super) ticket: Option<String>,
}

impl ChangeDescription {
    /// Describes the change that the arguments ask for.
    pub(super) fn new(
        action: UserAction,
        account: &Account,
        arguments: &BulkArguments,
        correlation_id: Option<String>,
    ) -> Self {
        Self {
            action,
            account_id: account.id().to_owned(),
            client_id: account.client_id(),
            correlation_id: correlation_id.unwrap_or_else(|| Uuid::new_v4().to_string()),
            operator: arguments
                .operator
                .clone()
                .unwrap_or_else(operator::default_operator),
            reason: arguments.reason.clone(),
            ticket: arguments.ticket.clone(),
        }
    }
}
