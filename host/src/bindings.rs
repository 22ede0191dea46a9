//! The contract in Rust, from `wit/`.

#![allow(missing_docs, reason = "generated from wit/, which has the docs")]

wasmtime::component::bindgen!({
    world: "plugin",
    path: "../wit",
    exports: { default: async },
    additional_derives: [PartialEq],
});

pub use self::exports::onepassword::users::{connection, containment, types, users};
