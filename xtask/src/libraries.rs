//! Libraries that a file of the release was built from.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Node, Package, PackageId};

use crate::source::Source;

/// Platform of the components.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Libraries of some packages, and themselves, in the order of their names and versions.
pub struct Libraries {
    metadata: Metadata,
    /// Ids of the libraries, with those that each uses.
    used: Vec<(PackageId, Vec<PackageId>)>,
}

impl Libraries {
    /// Finds what packages of the workspace use at run time on a platform.
    pub fn of(source: &Source, roots: &[&str], platform: &str) -> Result<Self> {
        let options = ["--locked", "--filter-platform", platform];
        let metadata = MetadataCommand::new()
            .manifest_path(source.path("Cargo.toml"))
            .other_options(options.map(str::to_owned))
            .exec()?;
        let resolve = metadata.resolve.as_ref().context("no dependencies")?;
        let nodes: BTreeMap<&PackageId, &Node> =
            resolve.nodes.iter().map(|node| (&node.id, node)).collect();
        let mut waiting = Vec::new();
        for root in roots {
            let packages = metadata.workspace_packages();
            let mut named = packages
                .iter()
                .filter(|package| package.name.as_str() == *root);
            waiting.push(
                named
                    .next()
                    .with_context(|| format!("no package {root}"))?
                    .id
                    .clone(),
            );
        }
        let mut found = BTreeSet::new();
        let mut used = Vec::new();
        while let Some(id) = waiting.pop() {
            if !found.insert(id.clone()) {
                continue;
            }
            let node = nodes.get(&id).context("a library is missing")?;
            let at_run_time = node.deps.iter().filter(|dependency| {
                let mut kinds = dependency.dep_kinds.iter();
                kinds.any(|kind| kind.kind == DependencyKind::Normal)
            });
            let direct: Vec<_> = at_run_time
                .map(|dependency| dependency.pkg.clone())
                .collect();
            waiting.extend(direct.clone());
            used.push((id, direct));
        }
        used.sort_by_key(|(id, _)| {
            let package = &metadata[id];
            (package.name.to_string(), package.version.clone())
        });
        Ok(Self { metadata, used })
    }

    /// The libraries, each with those that it uses.
    pub fn packages(&self) -> impl Iterator<Item = (&Package, Vec<&Package>)> {
        self.used.iter().map(|(id, direct)| {
            let direct = direct.iter().map(|id| &self.metadata[id]);
            (&self.metadata[id], direct.collect())
        })
    }
}
