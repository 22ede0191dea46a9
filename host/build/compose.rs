//! Composes the service from three components: the service itself, the plugin, and the filter between the service and the
//! host's environment.

use wac_graph::{CompositionGraph, EncodeOptions, NodeId, types::Package};

const ENVIRONMENT: &str = "wasi:cli/environment@0.2.4";
const HANDLER: &str = "wasi:http/incoming-handler@0.2.4";
/// Interfaces that the service imports from the plugin.
const CONTRACT: [&str; 4] = [
    "onepassword:users/types@0.2.0",
    "onepassword:users/users@0.2.0",
    "onepassword:users/containment@0.2.0",
    "onepassword:users/connection@0.2.0",
];

/// Components to compose.
pub(crate) struct Parts<'a> {
    /// The plugin, which reads the host's environment directly.
    pub(crate) plugin: &'a [u8],
    /// The filter, which passes on the variables meant for the service.
    pub(crate) environment: &'a [u8],
    /// The service, which answers requests.
    pub(crate) service: &'a [u8],
}

/// Composes the service.
pub(crate) fn compose(parts: &Parts<'_>) -> Result<Vec<u8>, String> {
    let mut graph = CompositionGraph::new();
    let plugin = instantiate(&mut graph, "plugin", parts.plugin)?;
    let environment = instantiate(&mut graph, "environment", parts.environment)?;
    let service = instantiate(&mut graph, "service", parts.service)?;
    for interface in CONTRACT {
        connect(&mut graph, plugin, service, interface)?;
    }
    connect(&mut graph, environment, service, ENVIRONMENT)?;
    let handler = graph
        .alias_instance_export(service, HANDLER)
        .map_err(|error| format!("the service does not export {HANDLER}: {error}"))?;
    graph
        .export(handler, HANDLER)
        .map_err(|error| format!("{HANDLER} could not be exported: {error}"))?;
    graph
        .encode(EncodeOptions::default())
        .map_err(|error| format!("the service could not be composed: {error}"))
}

/// Adds an instance of a component.
fn instantiate(graph: &mut CompositionGraph, name: &str, bytes: &[u8]) -> Result<NodeId, String> {
    let failed = |cause: String| format!("the {name} cannot be composed: {cause}");
    let package = Package::from_bytes(
        &format!("onepassword:{name}"),
        None,
        bytes,
        graph.types_mut(),
    )
    .map_err(|error| failed(format!("{error:#}")))?;
    let package = graph
        .register_package(package)
        .map_err(|error| failed(error.to_string()))?;
    Ok(graph.instantiate(package))
}

/// Passes an interface that one instance exports to another one that imports it.
fn connect(
    graph: &mut CompositionGraph,
    from: NodeId,
    to: NodeId,
    interface: &str,
) -> Result<(), String> {
    let export = graph
        .alias_instance_export(from, interface)
        .map_err(|error| format!("{interface} is not exported: {error}"))?;
    graph
        .set_instantiation_argument(to, interface, export)
        .map_err(|error| format!("{interface} does not fit the service: {error}"))
}
