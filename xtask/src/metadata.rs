//! Metadata inside of a component, as the annotations of registries name them
//! (<https://github.com/opencontainers/image-spec/blob/main/annotations.md>), and the libraries that it was built from, as
//! `cargo audit bin` reads them (<https://github.com/rust-secure-code/cargo-auditable>).

use std::{collections::BTreeMap, env};

use anyhow::Result;
use auditable_serde::{DependencyKind, Package as AuditedPackage, Source as Origin, VersionInfo};
use wasm_encoder::ComponentSection;
use wasm_metadata::{
    AddMetadata, AddMetadataField, Authors, Dependencies, Description, Licenses, Revision,
    Source as SourceUrl, Version,
};

use crate::{
    libraries::{Libraries, TARGET},
    source::Source,
};

const LICENCES: &str = "MIT OR Apache-2.0";
const AUTHORS: &str = "The onepassword-users developers";

/// A file of the release, with its purpose for people.
pub struct Described {
    pub file: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    /// Packages that it was built from.
    pub packages: &'static [&'static str],
}

/// Returns a component, or a module, with its metadata. The URL of the repository stands in it if it is known.
pub fn with_metadata(binary: &[u8], described: &Described, source: &Source) -> Result<Vec<u8>> {
    let mut metadata = AddMetadata::default();
    metadata.name = AddMetadataField::Set(described.name.to_owned());
    metadata.description =
        AddMetadataField::Set(Description::new(described.description.to_owned()));
    metadata.licenses = AddMetadataField::Set(Licenses::new(LICENCES)?);
    metadata.authors = AddMetadataField::Set(Authors::new(AUTHORS.to_owned()));
    metadata.version = AddMetadataField::Set(Version::new(source.version.clone()));
    metadata.revision = AddMetadataField::Set(Revision::new(source.revision.clone()));
    if let Some(url) = repository(source) {
        metadata.source = AddMetadataField::Set(SourceUrl::new(&url)?);
    }
    let mut binary = metadata.to_wasm(binary)?;
    if !described.packages.is_empty() {
        let libraries = Dependencies::new(audited(source, described.packages)?)?;
        libraries.append_to_component(&mut binary);
    }
    Ok(binary)
}

/// URL of the repository: `SOURCE_URL`, or that of the workspace.
fn repository(source: &Source) -> Option<String> {
    let packages = source.metadata.workspace_packages();
    let mut urls = packages
        .iter()
        .filter_map(|package| package.repository.clone());
    env::var("SOURCE_URL").ok().or_else(|| urls.next())
}

/// The libraries of some packages. The first package is the root.
fn audited(source: &Source, roots: &[&str]) -> Result<VersionInfo> {
    let libraries = Libraries::of(source, roots, TARGET)?;
    let indices: BTreeMap<_, _> = libraries
        .packages()
        .enumerate()
        .map(|(index, (package, _))| (package.id.clone(), index))
        .collect();
    let packages = libraries
        .packages()
        .map(|(package, direct)| AuditedPackage {
            name: package.name.to_string(),
            version: package.version.clone(),
            source: match &package.source {
                None => Origin::Local,
                Some(source) if source.is_crates_io() => Origin::CratesIo,
                Some(_) => Origin::Registry,
            },
            kind: DependencyKind::Runtime,
            dependencies: direct.iter().map(|package| indices[&package.id]).collect(),
            root: roots.first() == Some(&package.name.as_str()),
        });
    Ok(VersionInfo {
        packages: packages.collect(),
        format: 0,
    })
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{Component, Module};
    use wasm_metadata::Payload;

    use super::*;

    #[test]
    fn a_component_and_a_module_say_what_they_are() {
        let source = Source::of_repository(None).expect("a repository");
        let described = Described {
            file: "a.wasm",
            name: "a-name",
            description: "A description",
            packages: &["onepassword-users-plugin"],
        };
        for binary in [Component::new().finish(), Module::new().finish()] {
            let written = with_metadata(&binary, &described, &source).expect("it is written");
            let payload = Payload::from_binary(&written).expect("it is read");
            let metadata = payload.metadata();
            assert_eq!(metadata.name.as_deref(), Some("a-name"));
            for (field, value) in [
                (
                    metadata.version.as_ref().map(ToString::to_string),
                    source.version.as_str(),
                ),
                (
                    metadata.revision.as_ref().map(ToString::to_string),
                    &source.revision,
                ),
                (
                    metadata.licenses.as_ref().map(ToString::to_string),
                    LICENCES,
                ),
                (metadata.authors.as_ref().map(ToString::to_string), AUTHORS),
                (
                    metadata.description.as_ref().map(ToString::to_string),
                    "A description",
                ),
            ] {
                assert_eq!(field.as_deref(), Some(value));
            }
            let libraries = metadata.dependencies.as_ref().expect("libraries");
            let packages = &libraries.version_info().packages;
            let roots: Vec<_> = packages.iter().filter(|package| package.root).collect();
            assert_eq!(roots.len(), 1);
            assert_eq!(roots[0].name, "onepassword-users-plugin");
            assert!(packages.iter().any(|package| package.name == "serde_json"));
            // What is not built for the component is not among them.
            assert!(packages.iter().all(|package| package.name != "tokio"));
        }
    }
}
