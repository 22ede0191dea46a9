//! The build script's check of the target: a sentence, and no attempt to install it.

use std::path::Path;

use self::target::{TARGET, check_target};

#[path = "../../../host/build/target.rs"]
mod target;

#[test]
fn a_toolchain_without_the_target_is_told_to_add_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Commands that print nothing, or do not exist.
    for rustc in ["true", "no-such-rustc"] {
        let message = check_target(rustc, folder).unwrap_err();
        let command = format!("run `rustup target add {TARGET}`");
        assert!(message.contains(&command), "{message}");
    }
    assert_eq!(check_target("rustc", folder), Ok(()));
}

#[test]
fn the_build_script_starts_cargo_and_rustc_only() {
    let sources = [
        include_str!("../../../host/build.rs"),
        include_str!("../../../host/build/compose.rs"),
        include_str!("../../../host/build/target.rs"),
    ];
    for source in sources {
        let started = source.split("Command::new(").skip(1);
        for command in started {
            let program = command.split(')').next().unwrap_or_default();
            assert!(
                ["rustc", "variable(\"CARGO\""].contains(&program),
                "{program}"
            );
        }
    }
}
