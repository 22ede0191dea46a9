//! The contract, from the side of a caller.

#![allow(missing_docs, reason = "generated from wit/, which has the docs")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    path: ["../../wit", "wit"],
    world: "onepassword:users-service/service",
    generate_all,
    additional_derives: [PartialEq],
});

pub use onepassword::users::{connection, containment, types, users};
