//! Bindings to the plugin's contract, generated from `wit/`.

#![allow(
    clippy::all,
    missing_docs,
    unreachable_pub,
    unsafe_code,
    unused_qualifications,
    reason = "generated from wit/, which has the docs"
)]

wit_bindgen::generate!({
    path: ["../../wit", "wit"],
    world: "onepassword:users-service/service",
    generate_all,
    additional_derives: [PartialEq],
});

pub(crate) use onepassword::users::{connection, containment, types, users};
