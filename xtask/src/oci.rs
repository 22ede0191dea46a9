//! Registries of containers: components and the contract as artifacts in the form of
//! <https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/>.

use std::{collections::BTreeMap, env, fs, path::Path};

use anyhow::{Context, Result, ensure};
use chrono::DateTime;
use oci_client::{
    Client, Reference,
    client::{ClientConfig, ClientProtocol},
    secrets::RegistryAuth,
};
use oci_wasm::{WasmClient, WasmConfig};
use sha2::{Digest, Sha256};

use crate::{
    components::{CONFIGURABLE_PLUGIN, CONTRACT, PLUGIN, SERVICE},
    source::Source,
};

/// Files of a release that go to a registry, with the names of their repositories.
const ARTIFACTS: [(&str, &str); 4] = [
    (PLUGIN, "onepassword-users"),
    (CONFIGURABLE_PLUGIN, "onepassword-users-configurable"),
    (SERVICE, "onepassword-users-service"),
    (CONTRACT, "onepassword-users-wit"),
];
/// Prefix of the annotations' names.
const PREFIX: &str = "org.opencontainers.image";

/// Pushes the components of a release to a registry, and prints their references with their digests.
pub fn push(source: &Source, from: &Path, registry: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for (file, name) in ARTIFACTS {
        let reference = format!("{registry}/{name}:{}", source.version);
        let binary = fs::read(source.path(from).join(file))
            .with_context(|| format!("{file} is missing: make the release first"))?;
        let digest = runtime.block_on(push_one(source, &reference, binary))?;
        println!("{reference}@{digest}");
    }
    Ok(())
}

async fn push_one(source: &Source, reference: &str, binary: Vec<u8>) -> Result<String> {
    let reference: Reference = reference.parse()?;
    let annotations = annotations(&binary)?;
    let (mut config, layer) = WasmConfig::from_raw_component(binary, None)?;
    // The library takes the present time: the same component would have another digest each time.
    config.created =
        DateTime::from_timestamp(source.epoch, 0).context("the time is out of range")?;
    if let Some(component) = &mut config.component {
        component.exports.sort();
        component.imports.sort();
    }
    let client = client(&reference);
    let pushed = WasmClient::new(client.clone())
        .push(&reference, &auth(), layer, config, Some(annotations))
        .await?;
    let digest = client.fetch_manifest_digest(&reference, &auth()).await?;
    ensure!(
        pushed.manifest_url.ends_with(&digest) || !pushed.manifest_url.contains("sha256:"),
        "the registry has another manifest under this name: {digest}"
    );
    Ok(digest)
}

/// Pulls a component into a file, and prints the digest of the file.
pub fn pull(reference: &str, to: &Path) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let reference: Reference = reference.parse()?;
    let client = WasmClient::new(client(&reference));
    let image = runtime.block_on(client.pull(&reference, &auth()))?;
    let [layer] = &image.layers[..] else {
        anyhow::bail!(
            "the artifact has {} layers, and not one",
            image.layers.len()
        );
    };
    fs::write(to, &layer.data)?;
    let digest = Sha256::digest(&layer.data);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    println!("{digest}  {}", to.display());
    Ok(())
}

/// A client that speaks plain HTTP with a registry on this machine only.
fn client(reference: &Reference) -> Client {
    let registry = reference.registry().to_owned();
    let host = registry
        .rsplit_once(':')
        .map_or(&*registry, |(host, _)| host);
    let protocol = if matches!(host, "localhost" | "127.0.0.1" | "[::1]") {
        ClientProtocol::HttpsExcept(vec![registry])
    } else {
        ClientProtocol::Https
    };
    Client::new(ClientConfig {
        protocol,
        ..ClientConfig::default()
    })
}

/// Credentials from the environment: `OCI_USERNAME` and `OCI_PASSWORD`.
fn auth() -> RegistryAuth {
    match (env::var("OCI_USERNAME"), env::var("OCI_PASSWORD")) {
        (Ok(name), Ok(password)) => RegistryAuth::Basic(name, password),
        _ => RegistryAuth::Anonymous,
    }
}

/// Annotations of an artifact: the metadata inside of it.
fn annotations(binary: &[u8]) -> Result<BTreeMap<String, String>> {
    let payload = wasm_metadata::Payload::from_binary(binary)?;
    let metadata = payload.metadata();
    let fields = [
        ("title", metadata.name.clone()),
        (
            "version",
            metadata.version.as_ref().map(ToString::to_string),
        ),
        (
            "description",
            metadata.description.as_ref().map(ToString::to_string),
        ),
        (
            "licenses",
            metadata.licenses.as_ref().map(ToString::to_string),
        ),
        ("source", metadata.source.as_ref().map(ToString::to_string)),
        (
            "revision",
            metadata.revision.as_ref().map(ToString::to_string),
        ),
        (
            "authors",
            metadata.authors.as_ref().map(ToString::to_string),
        ),
    ];
    let named = fields
        .into_iter()
        .filter_map(|(name, value)| Some((format!("{PREFIX}.{name}"), value?)));
    Ok(named.collect())
}
