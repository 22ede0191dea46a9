//! Bindings to the plugin's contract and to the activity, generated from `wit/`.

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
    world: "onepassword:users-activity/activity",
    generate_all,
    additional_derives: [PartialEq],
});

#[cfg(target_arch = "wasm32")]
use crate::activity::Activity;
#[cfg(target_arch = "wasm32")]
export!(Activity);
