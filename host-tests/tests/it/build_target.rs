//! The build script's target: installed if it is missing, and never in an offline build.

use std::{fs, path::Path};

use self::target::{TARGET, ensure_target};

#[path = "../../../host/build/target.rs"]
mod target;

#[test]
fn a_toolchain_without_the_target_is_told_to_add_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Commands that print nothing, or do not exist.
    for rustc in ["true", "no-such-rustc"] {
        for rustup in [None, Some("true"), Some("no-such-rustup")] {
            let message = ensure_target(rustc, rustup, folder).unwrap_err();
            let command = format!("run `rustup target add {TARGET}`");
            assert!(message.contains(&command), "{message}");
        }
    }
    assert_eq!(
        ensure_target("rustc", Some("no-such-rustup"), folder),
        Ok(())
    );
}

#[test]
fn an_offline_build_starts_no_rustup() {
    let source = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../host/build.rs"));
    let source = source.unwrap();
    assert!(source.contains("CARGO_NET_OFFLINE"));
    assert_eq!(source.matches("\"rustup\"").count(), 1);
}
