//! Bindings to the plugin's contract, generated from `wit/`.

#![allow(missing_docs, reason = "the docs are in wit/")]
#![allow(
    clippy::all,
    missing_docs,
    unreachable_pub,
    unsafe_code,
    unused_qualifications,
    reason = "generated"
)]

wit_bindgen::generate!({
    path: ["../../wit", "wit"],
    world: "onepassword:users-service/service",
    generate_all,
    additional_derives: [PartialEq],
});

pub(crate) use onepassword::users::{connection, containment, types, users};
