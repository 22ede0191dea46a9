//! The change that a command makes.

use host::{ApiOperation, UserState};
use uuid::Uuid;

use crate::{account::Account, arguments::BulkArguments};

/// Suspend or reactivate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum UserAction {
    Suspend,
    Reactivate,
}

impl UserAction {
    /// Name of the command.
    pub(super) fn command_name(self) -> &'static str {
        match self {
            Self::Suspend => "contain",
            Self::Reactivate => "restore",
        }
    }

    /// Verb of the question before the change.
    pub(super) fn question_verb(self) -> &'static str {
        match self {
            Self::Suspend => "Suspend",
            Self::Reactivate => "Reactivate",
        }
    }

    /// Name of the function in the contract.
    pub(super) fn function_name(self) -> &'static str {
        match self {
            Self::Suspend => "suspend-users",
            Self::Reactivate => "reactivate-users",
        }
    }

    /// Action that undoes this one.
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Suspend => Self::Reactivate,
            Self::Reactivate => Self::Suspend,
        }
    }

    /// State of a user after the action.
    pub(super) fn resulting_state(self) -> UserState {
        match self {
            Self::Suspend => UserState::Suspended,
            Self::Reactivate => UserState::Active,
        }
    }

    /// Action of a request. None if it changes nothing.
    pub(super) fn of(operation: &ApiOperation) -> Option<Self> {
        match operation {
            ApiOperation::Suspend(_) => Some(Self::Suspend),
            ApiOperation::Reactivate(_) => Some(Self::Reactivate),
            ApiOperation::List | ApiOperation::Get(_) => None,
        }
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
    pub(super) reason: Option<String>,
    pub(super) ticket: Option<String>,
}

impl ChangeDescription {
    /// Describes the change that the arguments ask for.
    pub(super) fn new(action: UserAction, account: &Account, arguments: &BulkArguments) -> Self {
        Self {
            action,
            account_id: account.id().to_owned(),
            client_id: account.client_id(),
            correlation_id: arguments
                .correlation_id
                .clone()
                .unwrap_or_else(|| Uuid::new_v4().to_string()),
            reason: arguments.reason.clone(),
            ticket: arguments.ticket.clone(),
        }
    }
}
