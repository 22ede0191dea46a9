//! Export of `wasi:cli/environment`, with the filtered variables of the host.

use alloc::{string::String, vec::Vec};

use self::bindings::{exports::wasi::cli::environment::Guest, wasi::cli::environment};
use crate::is_visible;

mod bindings {
    #![allow(
        clippy::all,
        missing_docs,
        unreachable_pub,
        unsafe_code,
        unused_qualifications,
        reason = "generated"
    )]

    wit_bindgen::generate!({ world: "onepassword:users-environment/wall", path: "wit", generate_all });

    use super::FilteredEnvironment;
    export!(FilteredEnvironment);
}

struct FilteredEnvironment;

impl Guest for FilteredEnvironment {
    fn get_environment() -> Vec<(String, String)> {
        let mut variables = environment::get_environment();
        variables.retain(|(name, _)| is_visible(name));
        variables
    }

    fn get_arguments() -> Vec<String> {
        Vec::new()
    }

    fn initial_cwd() -> Option<String> {
        None
    }
}
