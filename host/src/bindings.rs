//! The contract in Rust, from `wit/`.

#![allow(missing_docs, reason = "generated from wit/, which has the docs")]

use wasmtime::{
    AsContextMut,
    component::{Instance, InstancePre},
};

use crate::error::Result;

// The larger of the two worlds: both components share its types.
wasmtime::component::bindgen!({
    world: "configurable-plugin",
    path: "../wit",
    exports: { default: async },
    additional_derives: [PartialEq],
});

pub(crate) use self::exports::onepassword::users::{
    configuration, connection, containment, types, users,
};

/// Indices of the functions that both worlds export.
pub(crate) struct PluginIndices {
    users: users::GuestIndices,
    containment: containment::GuestIndices,
    connection: connection::GuestIndices,
}

/// Functions of an instance that both worlds export.
pub(crate) struct PluginFunctions {
    pub(crate) users: users::Guest,
    pub(crate) containment: containment::Guest,
    pub(crate) connection: connection::Guest,
}

impl PluginIndices {
    /// Finds the functions in a component. Fails if one is missing or has another type.
    pub(crate) fn new<T>(pre: &InstancePre<T>) -> Result<Self> {
        Ok(Self {
            users: users::GuestIndices::new(pre)?,
            containment: containment::GuestIndices::new(pre)?,
            connection: connection::GuestIndices::new(pre)?,
        })
    }

    /// Finds the functions in an instance of the component.
    pub(crate) fn load(
        &self,
        mut store: impl AsContextMut,
        instance: &Instance,
    ) -> Result<PluginFunctions> {
        Ok(PluginFunctions {
            users: self.users.load(&mut store, instance)?,
            containment: self.containment.load(&mut store, instance)?,
            connection: self.connection.load(&mut store, instance)?,
        })
    }
}
