//! One instance of the component: the functions of the contract, for one account.

use std::sync::Arc;

use tokio_rustls::rustls::RootCertStore;
use wasmtime::Store;

use crate::{
    ChangeOptions, Error, Exchange, Finding, ListOptions, Report, Result, Settings, StateFilter,
    Target, User, UserList, UserPage, Watch,
    bindings::{Plugin, PluginPre},
    state::State,
    wire::Wire,
};

/// The most linear memory that an instance may take unless its options say otherwise, in bytes.
const MEMORY: usize = 64 << 20;

/// What an instance is given.
pub struct Options {
    environment: Vec<(String, String)>,
    memory: usize,
    wire: Wire,
}

impl Options {
    /// An environment, and nothing else of this process.
    pub fn new(environment: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            environment: environment.into_iter().collect(),
            memory: MEMORY,
            wire: Wire::default(),
        }
    }

    /// The most linear memory that the instance may take, in bytes: 64 MiB if this is not called, which is enough for the
    /// largest answer.
    #[must_use]
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// Hears of every request that went over the wire, when its head is answered or it failed.
    #[must_use]
    pub fn on_exchange(mut self, hear: impl Fn(&Exchange) + Send + Sync + 'static) -> Self {
        self.wire.tell(hear);
        self
    }

    /// Lets somebody watch the wire: hear of users and changes before the component does, and close it.
    #[must_use]
    pub fn watch(mut self, watch: Arc<dyn Watch>) -> Self {
        self.wire.watch(watch);
        self
    }

    /// Trusts servers that these authorities vouch for, in place of those that the machine trusts.
    #[must_use]
    pub fn trust(mut self, roots: RootCertStore) -> Self {
        self.wire.trust(roots);
        self
    }
}

/// An instance. Its calls run one after the other, as a component of WASI 0.2 does.
pub struct Instance {
    store: Store<State>,
    plugin: Plugin,
}

impl Instance {
    pub(crate) async fn new(pre: &PluginPre<State>, options: Options) -> Result<Self> {
        let environment = &options.environment;
        let mut store = State::store(pre.engine(), environment, options.memory, options.wire);
        let plugin = pre.instantiate_async(&mut store).await?;
        Ok(Self { store, plugin })
    }

    /// `users.list-users`
    pub async fn list_users(&mut self, options: &ListOptions) -> Result<Result<UserPage, Error>> {
        let users = self.plugin.onepassword_users_users();
        users.call_list_users(&mut self.store, options).await
    }

    /// `users.get-user`
    pub async fn get_user(&mut self, id: &str) -> Result<Result<User, Error>> {
        let users = self.plugin.onepassword_users_users();
        users.call_get_user(&mut self.store, id).await
    }

    /// `users.suspend-user`
    pub async fn suspend_user(&mut self, id: &str) -> Result<Result<User, Error>> {
        let users = self.plugin.onepassword_users_users();
        users.call_suspend_user(&mut self.store, id).await
    }

    /// `users.reactivate-user`
    pub async fn reactivate_user(&mut self, id: &str) -> Result<Result<User, Error>> {
        let users = self.plugin.onepassword_users_users();
        users.call_reactivate_user(&mut self.store, id).await
    }

    /// `containment.find-user`
    pub async fn find_user(&mut self, email: &str) -> Result<Result<User, Error>> {
        let containment = self.plugin.onepassword_users_containment();
        containment.call_find_user(&mut self.store, email).await
    }

    /// `containment.list-all-users`
    pub async fn list_all_users(
        &mut self,
        filter: Option<StateFilter>,
        limit: u32,
    ) -> Result<Result<UserList, Error>> {
        let containment = self.plugin.onepassword_users_containment();
        containment
            .call_list_all_users(&mut self.store, filter, limit)
            .await
    }

    /// `containment.suspend-users`
    pub async fn suspend_users(
        &mut self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<Result<Report, Error>> {
        let containment = self.plugin.onepassword_users_containment();
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
        let containment = self.plugin.onepassword_users_containment();
        containment
            .call_reactivate_users(&mut self.store, targets, options)
            .await
    }

    /// `connection.configure`
    pub async fn configure(&mut self, settings: &Settings) -> Result<Result<(), Error>> {
        let connection = self.plugin.onepassword_users_connection();
        let settings = settings.into();
        connection.call_configure(&mut self.store, &settings).await
    }

    /// `connection.check`
    pub async fn check(&mut self) -> Result<Vec<Finding>> {
        let connection = self.plugin.onepassword_users_connection();
        connection.call_check(&mut self.store).await
    }

    /// `connection.revoke-token`
    pub async fn revoke_token(&mut self) -> Result<Result<(), Error>> {
        let connection = self.plugin.onepassword_users_connection();
        connection.call_revoke_token(&mut self.store).await
    }
}
