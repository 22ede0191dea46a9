//! Environment filter (the wall): exports a `wasi:cli/environment` that contains only the service's own variables of the
//! host's environment.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg_attr(
    not(any(target_arch = "wasm32", test)),
    allow(
        dead_code,
        reason = "called by the module `wall`, which exists on wasm32 only"
    )
)]

#[cfg(target_arch = "wasm32")]
extern crate alloc;
#[cfg(target_arch = "wasm32")]
extern crate onepassword_users_guest_runtime as _;

#[cfg(target_arch = "wasm32")]
mod wall;

/// Prefix of the variables that pass.
const PREFIX: &str = "OP_SERVICE_";

/// Variable with that prefix that does not pass: the 1Password CLI reads the token of a service account from it, and `op run`
/// passes it on to the host.
const CLI_TOKEN: &str = "OP_SERVICE_ACCOUNT_TOKEN";

/// Returns true if the component may read the variable.
fn is_visible(name: &str) -> bool {
    name.starts_with(PREFIX) && name != CLI_TOKEN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_services_own_variables_are_visible() {
        for (name, expected) in [
            ("OP_SERVICE_KEYS", true),
            ("OP_SERVICE_KEY", true),
            ("OP_SERVICE_ACCOUNT_TOKEN", false),
            ("OP_USERS_CLIENT_SECRET", false),
            ("OP_USERS_BASIC", false),
            ("XOP_SERVICE_KEYS", false),
            ("op_service_keys", false),
            ("PATH", false),
        ] {
            assert_eq!(is_visible(name), expected, "{name}");
        }
    }
}
