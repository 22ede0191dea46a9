//! The environment that the component exports: the host's, filtered.

use alloc::{string::String, vec::Vec};

use self::bindings::{exports::wasi::cli::environment::Guest, wasi::cli::environment};
use crate::is_let_through;

mod bindings {
    wit_bindgen::generate!({ world: "onepassword:users-environment/wall", path: "wit", generate_all });

    use super::Wall;
    export!(Wall);
}

struct Wall;

impl Guest for Wall {
    fn get_environment() -> Vec<(String, String)> {
        let mut variables = environment::get_environment();
        variables.retain(|(name, _)| is_let_through(name));
        variables
    }

    fn get_arguments() -> Vec<String> {
        Vec::new()
    }

    fn initial_cwd() -> Option<String> {
        None
    }
}
