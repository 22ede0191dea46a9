//! The release: a folder with components, packages, programs, what went into them, and their digests.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::{components::Built, packages, programs, sbom, source::Source};

const DIGESTS: &str = "SHA256SUMS";

/// Parts of a release.
pub struct Contents {
    /// True if it has no programs for this platform.
    pub without_programs: bool,
}

/// Makes the release in a folder, which is emptied first.
pub fn make(source: &Source, to: &Path, contents: &Contents) -> Result<()> {
    let to = empty_folder(source, to)?;
    let built = Built::new(source)?;
    built.write(source, &to)?;
    packages::make(source, &to)?;
    if !contents.without_programs {
        let programs = programs::build(source)?;
        built.compare(source, &programs.command())?;
        programs.copy(&to)?;
    }
    sbom::make(source, &to)?;
    write_digests(&to)?;
    print!("{}", fs::read_to_string(to.join(DIGESTS))?);
    Ok(())
}

fn empty_folder(source: &Source, to: &Path) -> Result<PathBuf> {
    let to = source.path(to);
    if to.exists() {
        fs::remove_dir_all(&to)?;
    }
    fs::create_dir_all(&to)?;
    Ok(to)
}

/// Writes the digests of all files, for `sha256sum --check`.
fn write_digests(folder: &Path) -> Result<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        names.push(name.into_string().ok().context("a name is not UTF-8")?);
    }
    names.sort();
    let mut digests = String::new();
    for name in names {
        let digest = Sha256::digest(fs::read(folder.join(&name))?);
        for byte in digest {
            write!(digests, "{byte:02x}")?;
        }
        writeln!(digests, "  {name}")?;
    }
    fs::write(folder.join(DIGESTS), digests)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_sha256sum() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in [("b", "abc"), ("a", "")] {
            fs::write(folder.path().join(name), content).expect("it is written");
        }
        write_digests(folder.path()).expect("they are written");
        let digests = fs::read_to_string(folder.path().join(DIGESTS)).expect("UTF-8");
        assert_eq!(
            digests,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b\n"
        );
    }
}
