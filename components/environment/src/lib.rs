//! The wall between a face and the secrets: a `wasi:cli/environment` that holds the service's own variables, whose names begin
//! with `OP_SERVICE_`, and nothing else of the host's.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg_attr(
    not(any(target_arch = "wasm32", test)),
    allow(dead_code, reason = "only the component has a wall, which asks it")
)]

#[cfg(target_arch = "wasm32")]
extern crate alloc;
#[cfg(target_arch = "wasm32")]
extern crate onepassword_users_guest_runtime as _;

#[cfg(target_arch = "wasm32")]
mod wall;

/// What the names of the variables begin with that are let through.
const PREFIX: &str = "OP_SERVICE_";

/// What begins like that and is another's: the token of a service account, with which 1Password's CLI reads vaults. Whoever starts
/// the host with `op run` may have it there.
const ANOTHERS: &str = "OP_SERVICE_ACCOUNT_TOKEN";

/// Whether a component may see a variable of this name.
fn is_let_through(name: &str) -> bool {
    name.starts_with(PREFIX) && name != ANOTHERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_own_variables_are_let_through_and_no_secret_of_others() {
        for (name, is_let) in [
            ("OP_SERVICE_KEYS", true),
            ("OP_SERVICE_KEY", true),
            ("OP_SERVICE_ACCOUNT_TOKEN", false),
            ("OP_USERS_CLIENT_SECRET", false),
            ("OP_USERS_BASIC", false),
            ("XOP_SERVICE_KEYS", false),
            ("op_service_keys", false),
            ("PATH", false),
        ] {
            assert_eq!(is_let_through(name), is_let, "{name}");
        }
    }
}
