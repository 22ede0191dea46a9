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

/// Beginning of names that do not pass, in any letter case: the 1Password CLI reads the token of a service account from
/// `OP_SERVICE_ACCOUNT_TOKEN`, and `op run` passes it on to the host. No setting of the service begins so.
const CLI_PREFIX: &[u8] = b"OP_SERVICE_ACCOUNT";

/// Returns true if the component may read the variable.
fn is_visible(name: &str) -> bool {
    let beginning = name.as_bytes().get(..CLI_PREFIX.len());
    name.starts_with(PREFIX)
        && !beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(CLI_PREFIX))
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
            ("OP_SERVICE_Account_Token", false),
            ("OP_SERVICE_ACCOUNT_TOKEN ", false),
            ("OP_SERVICE_ACCOUNT_TOKEN_FILE", false),
            ("OP_SERVICE_ACCOUNT-TOKEN", false),
            ("OP_SERVICE_account", false),
            ("OP_SERVICE_ACC", true),
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
