//! Names of the contract's values, spelled as in `wit/`.

use onepassword_users::{
    effect_name, error_code_name, outcome_name, user_state_name, verdict_name,
};

use crate::bindings::{
    connection::Verdict,
    containment::Outcome,
    types::{Effect, ErrorCode, UserState},
};

impl ErrorCode {
    /// Name in the contract, for example `not-found`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        error_code_name!(self)
    }
}

impl Effect {
    /// Name in the contract, for example `not-applied`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        effect_name!(self)
    }
}

impl Outcome {
    /// Name in the contract, for example `would-change`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        outcome_name!(self)
    }
}

impl UserState {
    /// Name in the contract; for a state unknown to the contract, the server's spelling.
    #[must_use]
    pub fn name(&self) -> &str {
        user_state_name!(self)
    }
}

impl Verdict {
    /// Name in the contract, for example `passed`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        verdict_name!(self)
    }
}
