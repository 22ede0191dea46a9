//! What report and audit say of a call as a whole.

use uuid::Uuid;

use super::change::Verb;
use crate::{account::Account, arguments::Bulk};

/// One call, and why it is made.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub verb: Verb,
    pub account_id: String,
    /// The OAuth application's id, where it is known.
    pub client_id: Option<String>,
    pub correlation_id: String,
    pub reason: Option<String>,
    pub ticket: Option<String>,
}

impl Context {
    pub fn new(verb: Verb, account: &Account, bulk: &Bulk) -> Self {
        Self {
            verb,
            account_id: account.id().to_owned(),
            client_id: account.client_id(),
            correlation_id: bulk
                .correlation_id
                .clone()
                .unwrap_or_else(|| Uuid::new_v4().to_string()),
            reason: bulk.reason.clone(),
            ticket: bulk.ticket.clone(),
        }
    }
}
