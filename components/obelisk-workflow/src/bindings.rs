//! Bindings to the activities and to the workflow, generated from `wit/`.

#![allow(
    clippy::all,
    missing_docs,
    unreachable_pub,
    unsafe_code,
    unused_qualifications,
    reason = "generated from wit/, which has the docs"
)]

wit_bindgen::generate!({
    path: ["../../wit", "../obelisk/wit", "wit"],
    world: "onepassword:users-workflow/workflow",
    generate_all,
});

use crate::Workflow;
export!(Workflow);
