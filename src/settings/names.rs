//! Names of the settings, for messages about them.

/// Names of the settings in their source.
pub(super) struct SettingNames {
    pub account_id: &'static str,
    pub client_id: &'static str,
    pub client_secret: &'static str,
    pub basic: &'static str,
    pub base_url: &'static str,
    pub token_path: &'static str,
    pub revoke_path: &'static str,
    pub user_agent: &'static str,
    pub deadline: &'static str,
}

/// Names of the fields in the contract.
pub(super) const FIELDS: SettingNames = SettingNames {
    account_id: "account-id",
    client_id: "client-id",
    client_secret: "client-secret",
    basic: "credentials.basic",
    base_url: "base-url.origin",
    token_path: "token-path",
    revoke_path: "revoke-path",
    user_agent: "user-agent",
    deadline: "deadline-ms",
};

/// Names of the variables.
pub(super) const VARIABLES: SettingNames = SettingNames {
    account_id: "OP_USERS_ACCOUNT_ID",
    client_id: "OP_USERS_CLIENT_ID",
    client_secret: "OP_USERS_CLIENT_SECRET",
    basic: "OP_USERS_BASIC",
    base_url: "OP_USERS_BASE_URL",
    token_path: "OP_USERS_TOKEN_PATH",
    revoke_path: "OP_USERS_REVOKE_PATH",
    user_agent: "OP_USERS_USER_AGENT",
    deadline: "OP_USERS_DEADLINE_MS",
};
