//! An instance of the plugin: the functions of the contract, for one account.

use wasmtime::{Store, component::InstancePre};

use super::options::InstanceOptions;
use crate::{
    bindings::{
        PluginFunctions, PluginIndices,
        connection::Finding,
        containment::{ChangeOptions, Report, Target, UserList},
        types::{Error, StateFilter, User},
        users::{ListOptions, UserPage},
    },
    error::Result,
    state::State,
};

/// An instance of the plugin. Its calls run one after the other, since a component of WASI 0.2 runs one call at a time.
pub struct Instance {
    pub(super) store: Store<State>,
    functions: PluginFunctions,
}

impl Instance {
    /// Creates an instance. Returns it with wasmtime's view of it, for further exports.
    pub(super) async fn new(
        pre: &InstancePre<State>,
        indices: &PluginIndices,
        options: InstanceOptions,
    ) -> Result<(Self, wasmtime::component::Instance)> {
        let mut store = State::store(
            pre.engine(),
            &options.environment,
            options.max_memory,
            options.http,
        );
        let component_instance = pre.instantiate_async(&mut store).await?;
        let functions = indices.load(&mut store, &component_instance)?;
        Ok((Self { store, functions }, component_instance))
    }

    /// `users.list-users`
    pub async fn list_users(&mut self, options: &ListOptions) -> Result<Result<UserPage, Error>> {
        let users = &self.functions.users;
        users.call_list_users(&mut self.store, options).await
    }

    /// `users.get-user`
    pub async fn get_user(&mut self, id: &str) -> Result<Result<User, Error>> {
        let users = &self.functions.users;
        users.call_get_user(&mut self.store, id).await
    }

    /// `users.suspend-user`
    pub async fn suspend_user(&mut self, id: &str) -> Result<Result<User, Error>> {
        let users = &self.functions.users;
        users.call_suspend_user(&mut self.store, id).await
    }

    /// `users.reactivate-user`
    pub async fn reactivate_user(&mut self, id: &str) -> Result<Result<User, Error>> {
        let users = &self.functions.users;
        users.call_reactivate_user(&mut self.store, id).await
    }

    /// `containment.find-user`
    pub async fn find_user(
        &mut self,
        email: &str,
        deadline_ms: Option<u32>,
    ) -> Result<Result<User, Error>> {
        let containment = &self.functions.containment;
        containment
            .call_find_user(&mut self.store, email, deadline_ms)
            .await
    }

    /// `containment.list-all-users`
    pub async fn list_all_users(
        &mut self,
        filter: Option<StateFilter>,
        limit: u32,
        deadline_ms: Option<u32>,
    ) -> Result<Result<UserList, Error>> {
        let containment = &self.functions.containment;
        containment
            .call_list_all_users(&mut self.store, filter, limit, deadline_ms)
            .await
    }

    /// `containment.suspend-users`
    pub async fn suspend_users(
        &mut self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Result<Report, Error>> {
        let containment = &self.functions.containment;
        containment
            .call_suspend_users(&mut self.store, targets, options)
            .await
    }

    /// `containment.reactivate-users`
    pub async fn reactivate_users(
        &mut self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Result<Report, Error>> {
        let containment = &self.functions.containment;
        containment
            .call_reactivate_users(&mut self.store, targets, options)
            .await
    }

    /// `connection.check`
    pub async fn check(&mut self) -> Result<Vec<Finding>> {
        let connection = &self.functions.connection;
        connection.call_check(&mut self.store).await
    }

    /// `connection.revoke-token`
    pub async fn revoke_token(&mut self) -> Result<Result<(), Error>> {
        let connection = &self.functions.connection;
        connection.call_revoke_token(&mut self.store).await
    }
}
