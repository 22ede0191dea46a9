//! An instance of the plugin: the functions of the contract, for one account.

use std::time::Duration;

use wasmtime::{Store, component::InstancePre};
use wasmtime_wasi::WasiCtx;

use super::{explain::Explain, options::InstanceOptions};
use crate::{
    bindings::{
        PluginFunctions, PluginIndices,
        connection::Finding,
        containment::{ChangeOptions, Report, Target, UserList},
        types::{Error, StateFilter, User},
        users::{ListOptions, UserPage},
    },
    call::Call,
    deadline,
    error::Result,
    state::State,
};

/// An instance of the plugin. Its calls run one after the other, since a component of WASI 0.2 runs one call at a time.
///
/// A call that runs 5 seconds longer than its deadline is interrupted. After a call that fails with a
/// [`HostError`](crate::HostError), or whose future is dropped, create another instance.
pub struct Instance {
    pub(super) store: Store<State>,
    /// Deadline of calls that take none.
    pub(super) deadline: Duration,
    functions: PluginFunctions,
}

impl Instance {
    /// Creates an instance. Returns it with wasmtime's view of it, for further exports.
    pub(super) async fn new(
        pre: &InstancePre<State>,
        indices: &PluginIndices,
        options: InstanceOptions,
    ) -> Result<(Self, wasmtime::component::Instance)> {
        let deadline = options.deadline();
        let mut store = State::store(
            pre.engine(),
            WasiCtx::builder().envs(&options.environment).build(),
            options.max_memory,
            options.http,
        );
        let component_instance = pre.instantiate_async(&mut store).await?;
        let functions = indices.load(&mut store, &component_instance)?;
        let instance = Self {
            store,
            deadline,
            functions,
        };
        Ok((instance, component_instance))
    }

    /// Begins a call with a deadline in milliseconds, or with that of the settings.
    fn begin(&mut self, deadline_ms: Option<u32>) -> Call {
        let deadline = match deadline_ms {
            Some(_) => deadline::from_ms(deadline_ms),
            None => self.deadline,
        };
        Call::begin(&mut self.store, deadline)
    }

    /// Adds what the host knows about the errors of the call that ended last.
    fn explained<T: Explain>(&self, mut result: T) -> T {
        result.explain(&self.store.data().call_log().causes());
        result
    }

    /// `users.list-users`
    pub async fn list_users(&mut self, options: &ListOptions) -> Result<Result<UserPage, Error>> {
        let call = self.begin(None);
        let users = &self.functions.users;
        let result = users.call_list_users(&mut self.store, options);
        let result = call.end(result).await?;
        Ok(self.explained(result))
    }

    /// `users.get-user`
    pub async fn get_user(&mut self, id: &str) -> Result<Result<User, Error>> {
        let call = self.begin(None);
        let users = &self.functions.users;
        let result = users.call_get_user(&mut self.store, id);
        let result = call.end(result).await?;
        Ok(self.explained(result))
    }

    /// `users.suspend-user`
    pub async fn suspend_user(&mut self, id: &str) -> Result<Result<User, Error>> {
        let call = self.begin(None);
        let users = &self.functions.users;
        let result = users.call_suspend_user(&mut self.store, id);
        let result = call.end(result).await?;
        Ok(self.explained(result))
    }

    /// `users.reactivate-user`
    pub async fn reactivate_user(&mut self, id: &str) -> Result<Result<User, Error>> {
        let call = self.begin(None);
        let users = &self.functions.users;
        let result = users.call_reactivate_user(&mut self.store, id);
        let result = call.end(result).await?;
        Ok(self.explained(result))
    }

    /// `containment.find-user`
    pub async fn find_user(
        &mut self,
        email: &str,
        deadline_ms: Option<u32>,
    ) -> Result<Result<User, Error>> {
        let call = self.begin(deadline_ms);
        let containment = &self.functions.containment;
        let result = containment.call_find_user(&mut self.store, email, deadline_ms);
        let result = call.end(result).await?;
        Ok(self.explained(result))
    }

    /// `containment.list-all-users`
    pub async fn list_all_users(
        &mut self,
        filter: Option<StateFilter>,
        limit: u32,
        deadline_ms: Option<u32>,
    ) -> Result<Result<UserList, Error>> {
        let call = self.begin(deadline_ms);
        let containment = &self.functions.containment;
        let result = containment.call_list_all_users(&mut self.store, filter, limit, deadline_ms);
        let result = call.end(result).await?;
        Ok(self.explained(result))
    }

    /// `containment.suspend-users`
    pub async fn suspend_users(
        &mut self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Result<Report, Error>> {
        let call = self.begin(options.deadline_ms);
        let containment = &self.functions.containment;
        let result = containment.call_suspend_users(&mut self.store, targets, options);
        let result = call.end(result).await?;
        Ok(self.explained(result))
    }

    /// `containment.reactivate-users`
    pub async fn reactivate_users(
        &mut self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Result<Report, Error>> {
        let call = self.begin(options.deadline_ms);
        let containment = &self.functions.containment;
        let result = containment.call_reactivate_users(&mut self.store, targets, options);
        let result = call.end(result).await?;
        Ok(self.explained(result))
    }

    /// `connection.check`
    pub async fn check(&mut self) -> Result<Vec<Finding>> {
        let call = self.begin(None);
        let connection = &self.functions.connection;
        let result = connection.call_check(&mut self.store);
        let result = call.end(result).await?;
        Ok(self.explained(result))
    }

    /// `connection.revoke-token`
    pub async fn revoke_token(&mut self) -> Result<Result<(), Error>> {
        let call = self.begin(None);
        let connection = &self.functions.connection;
        let result = connection.call_revoke_token(&mut self.store);
        let result = call.end(result).await?;
        Ok(self.explained(result))
    }
}
