//! Bills of materials in the form of CycloneDX 1.5: the libraries that a file of the release was built from.

use std::{env, fs::File, path::Path};

use anyhow::Result;
use cargo_metadata::Package;
use cyclonedx_bom::{
    external_models::{normalized_string::NormalizedString, uri::Purl},
    models::{
        bom::Bom,
        component::{Classification, Component, Components},
        dependency::{Dependencies, Dependency},
        license::{LicenseChoice, Licenses},
        metadata::Metadata,
    },
};

use crate::{
    libraries::{Libraries, TARGET},
    source::Source,
};

/// Files with a bill, and the packages that they are built from.
const BILLS: [(&str, &[&str]); 4] = [
    ("onepassword_users_plugin", &["onepassword-users-plugin"]),
    (
        "onepassword_users_service",
        &[
            "onepassword-users-service",
            "onepassword-users-environment",
            "onepassword-users-plugin",
        ],
    ),
    ("onepassword_users_steps", &["onepassword-users-steps"]),
    (PROGRAM, &["onepassword-users-cli"]),
];
/// File that runs on this platform.
const PROGRAM: &str = "op-users";

/// Writes the bills to the folder of a release.
pub fn make(source: &Source, to: &Path) -> Result<()> {
    for (file, roots) in BILLS {
        let platform = if file == PROGRAM {
            platform()
        } else {
            TARGET.to_owned()
        };
        let libraries = Libraries::of(source, roots, &platform)?;
        let bill = bill(source, file, roots, &libraries)?;
        bill.output_as_json_v1_5(&mut File::create(to.join(format!("{file}.cdx.json")))?)?;
    }
    Ok(())
}

/// Name of the platform that this program runs on.
fn platform() -> String {
    let vendor = match env::consts::OS {
        "macos" => "apple-darwin",
        "windows" => "pc-windows-msvc",
        _ => "unknown-linux-gnu",
    };
    format!("{}-{vendor}", env::consts::ARCH)
}

fn bill(source: &Source, name: &str, roots: &[&str], libraries: &Libraries) -> Result<Bom> {
    let mut components = Vec::new();
    let mut used = vec![Dependency {
        dependency_ref: name.to_owned(),
        dependencies: Vec::new(),
    }];
    for (package, direct) in libraries.packages() {
        let reference = url(package)?.to_string();
        if roots.contains(&package.name.as_str()) {
            used[0].dependencies.push(reference.clone());
        }
        used.push(Dependency {
            dependency_ref: reference,
            dependencies: direct
                .into_iter()
                .map(|package| Ok(url(package)?.to_string()))
                .collect::<Result<_>>()?,
        });
        components.push(component(package)?);
    }
    let mut subject = Component::new(
        Classification::Application,
        name,
        &source.version,
        Some(name.to_owned()),
    );
    subject.licenses = Some(licences("MIT OR Apache-2.0"));
    Ok(Bom {
        // A number of its own would be another one each time.
        serial_number: None,
        metadata: Some(Metadata {
            component: Some(subject),
            ..Metadata::default()
        }),
        components: Some(Components(components)),
        dependencies: Some(Dependencies(used)),
        ..Bom::default()
    })
}

fn component(package: &Package) -> Result<Component> {
    let url = url(package)?;
    let (name, version) = (package.name.as_str(), package.version.to_string());
    let mut component = Component::new(
        Classification::Library,
        name,
        &version,
        Some(url.to_string()),
    );
    component.purl = Some(url);
    component.licenses = package.license.as_deref().map(licences);
    component.description = package.description.as_deref().map(NormalizedString::new);
    Ok(component)
}

fn url(package: &Package) -> Result<Purl> {
    Ok(Purl::new(
        "cargo",
        package.name.as_str(),
        &package.version.to_string(),
    )?)
}

fn licences(expression: &str) -> Licenses {
    // Older packages separate alternatives by a slash.
    let expression = expression.replace('/', " OR ");
    Licenses(vec![LicenseChoice::expression(&expression)])
}
