//! The contract: as a package of WIT in the binary format, and compared with that of the last release.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use wit_component::{WitPrinter, encode, semver_check};
use wit_parser::{PackageId, Resolve};

use crate::source::Source;

/// The contract of the last release, as text. There is none before the first.
const RELEASED: &str = "xtask/released/onepassword-users.wit";
/// End of the version under which the released contract is read beside the present one.
const RELEASED_VERSION: &str = "-released;";

/// Returns the package in a folder in the binary format, which registries take.
pub fn encoded(folder: &Path) -> Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(folder)?;
    encode(&resolve, package, false)
}

/// Compares the contract with that of the last release: every world must have what it had, in the same form.
pub fn check(source: &Source) -> Result<()> {
    let Ok(released) = fs::read_to_string(source.path(RELEASED)) else {
        println!(
            "no contract was released yet: version {} will be the first",
            source.version
        );
        return Ok(());
    };
    let broken = broken_worlds(&released, &source.path("wit"))?;
    if !broken.is_empty() {
        bail!(
            "the contract breaks what was released:\n{}",
            broken.join("\n")
        );
    }
    println!("the contract has everything that was released");
    Ok(())
}

/// Writes the present contract as the one that is released.
pub fn release(source: &Source) -> Result<()> {
    let file = source.path(RELEASED);
    fs::create_dir_all(file.parent().context("a folder")?)?;
    fs::write(&file, text(&source.path("wit"))?)?;
    println!("written: {RELEASED}");
    Ok(())
}

/// The package in a folder, in one text.
fn text(folder: &Path) -> Result<String> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(folder)?;
    let mut printer = WitPrinter::default();
    printer.print(&resolve, package, &[])?;
    Ok(printer.output.into())
}

/// Worlds of a released contract that the present one does not have in the same form, each with the cause.
fn broken_worlds(released: &str, present: &Path) -> Result<Vec<String>> {
    // Two packages of one name and version cannot be read together.
    let (head, rest) = released.split_once(';').context("no package")?;
    let released = format!("{head}{RELEASED_VERSION}{rest}");
    let read = || -> Result<(Resolve, PackageId, PackageId)> {
        let mut resolve = Resolve::default();
        let before = resolve.push_str("released.wit", &released)?;
        let (after, _) = resolve.push_dir(present)?;
        Ok((resolve, before, after))
    };
    let (resolve, before, _) = read()?;
    let worlds: Vec<_> = resolve.packages[before].worlds.keys().cloned().collect();
    let mut broken = Vec::new();
    for world in worlds {
        let (resolve, before, after) = read()?;
        let find = |package: PackageId| resolve.packages[package].worlds.get(&world).copied();
        let (Some(before), after) = (find(before), find(after)) else {
            continue;
        };
        let compared = match after {
            None => Err(anyhow::anyhow!("it is gone")),
            // The check is for worlds that a host offers: there, a later one may have fewer exports. Ours are offered by the
            // component, and the other way round.
            Some(after) => semver_check(resolve, after, before),
        };
        if let Err(cause) = compared {
            broken.push(format!("- world {world}: {cause:#}"));
        }
    }
    Ok(broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contract of this repository, with one text replaced in all of its files.
    fn changed(from: &str, to: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
        let mut replaced = 0;
        for entry in fs::read_dir(wit).expect("it is there") {
            let path = entry.expect("a file").path();
            let text = fs::read_to_string(&path).expect("UTF-8");
            replaced += text.matches(from).count();
            let name = path.file_name().expect("a name");
            fs::write(folder.path().join(name), text.replace(from, to)).expect("it is written");
        }
        assert!(from.is_empty() || replaced > 0, "{from}");
        folder
    }

    fn broken(from: &str, to: &str) -> Vec<String> {
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
        let released = text(&wit).expect("a contract");
        broken_worlds(&released, changed(from, to).path()).expect("both can be read")
    }

    #[test]
    fn additions_break_nothing() {
        assert_eq!(broken("package ", "package "), Vec::<String>::new());
        let added = "    revoke-token: func() -> result<_, error>;\n    added: func();";
        let before = "    revoke-token: func() -> result<_, error>;";
        assert_eq!(broken(before, added), Vec::<String>::new());
        assert_eq!(broken("@0.2.0", "@0.3.0"), Vec::<String>::new());
    }

    #[test]
    fn removals_and_other_types_break_worlds() {
        for (from, to) in [
            ("    revoke-token: func() -> result<_, error>;", ""),
            ("dry-run: bool,", "dry-run: option<bool>,"),
            ("dry-run: bool,", "dry-run: bool, more: bool,"),
            (
                "find-user: func(email: string,",
                "find-user: func(mail: string,",
            ),
        ] {
            let broken = broken(from, to);
            assert!(!broken.is_empty(), "{from} -> {to}");
        }
    }
}
