//! The components and the module that this crate contains, built by its build script.

/// The plugin: world `plugin`, configured by its environment.
pub const COMPONENT: &[u8] = include_bytes!(env!("PLUGIN_WASM"));

/// The plugin for hosts without environments: world `configurable-plugin`, configured by a function call.
pub const CONFIGURABLE_COMPONENT: &[u8] = include_bytes!(env!("CONFIGURABLE_PLUGIN_WASM"));

/// The service, composed with the plugin: for any host that serves `wasi:http`.
pub const SERVICE: &[u8] = include_bytes!(env!("SERVICE_WASM"));

/// The client without I/O: a core module that imports nothing. `onepassword-users-protocol` describes its functions.
pub const STEPS: &[u8] = include_bytes!(env!("STEPS_WASM"));
