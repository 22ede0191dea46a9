//! The error of a component that could not be run.

/// Error of a component that could not be run, as opposed to the errors that the component returns.
pub use wasmtime::Error as HostError;

/// Result of running the component.
pub type Result<T, E = HostError> = std::result::Result<T, E>;
