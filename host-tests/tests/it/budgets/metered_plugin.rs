//! The plugin in a host that counts fuel and memory, and answers its requests at once.

use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use wasmtime::{
    Config, Engine, ResourceLimiter, Store,
    component::{Component, Instance, Linker, ResourceTable, Val, bindgen},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error as HttpError, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks,
    WasiHttpView,
};

use super::account::Account;

bindgen!({ world: "plugin", path: "../wit", exports: { default: async } });

pub(super) use self::exports::onepassword::users::{
    containment::UserList,
    types::{Error, ErrorCode, StateFilter, User},
    users::{ListOptions, UserPage},
};

const SETTINGS: [(&str, &str); 6] = [
    ("OP_USERS_ACCOUNT_ID", "ACCOUNT1"),
    ("OP_USERS_CLIENT_ID", "client-of-the-budgets"),
    ("OP_USERS_CLIENT_SECRET", "secret-of-the-budgets"),
    ("OP_USERS_BASE_URL", "https://api.example"),
    ("OP_USERS_API_VERSION", "v1beta1"),
    ("OP_USERS_DEADLINE_MS", "300000"),
];
/// Fuel of a store, of which none runs out.
const FUEL: u64 = u64::MAX;

/// Task that a host drives beside a response.
type Connection = Box<dyn Future<Output = Result<(), HttpError>> + Send>;

impl WasiHttpHooks for Account {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        _options: Option<RequestOptions>,
        _trailers: Connection,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Connection), HttpError>> + Send> {
        let body = self.response(request.uri());
        let response = Response::builder()
            .header("content-type", "application/json")
            .header("content-length", body.len())
            .body(
                Full::from(body)
                    .map_err(|never| match never {})
                    .boxed_unsync(),
            );
        let connection: Connection = Box::new(async { Ok(()) });
        Box::new(async { Ok((response.expect("a response"), connection)) })
    }
}

/// A host of one instance.
struct MeteringHost {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    account: Account,
    memory: usize,
}

impl WasiView for MeteringHost {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for MeteringHost {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.account,
        }
    }
}

impl ResourceLimiter for MeteringHost {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.memory += desired - current;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// An instance of the plugin, with a server that has users from 0 on.
pub(super) struct MeteredPlugin {
    store: Store<MeteringHost>,
    instance: Instance,
    plugin: Plugin,
}

impl MeteredPlugin {
    pub(super) async fn new(users: u32) -> Self {
        let mut config = Config::new();
        config.consume_fuel(true);
        let engine = Engine::new(&config).expect("an engine");
        let component = Component::new(&engine, host::COMPONENT).expect("the component is valid");
        let mut linker = Linker::<MeteringHost>::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).expect("WASI can be linked");
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)
            .expect("HTTP can be linked");
        let mut store = Store::new(
            &engine,
            MeteringHost {
                wasi: WasiCtx::builder().envs(&SETTINGS).build(),
                http: WasiHttpCtx::new(),
                table: ResourceTable::new(),
                account: Account { users },
                memory: 0,
            },
        );
        store.limiter(|host| host);
        store.set_fuel(FUEL).expect("fuel is counted");
        let instance = linker.instantiate_async(&mut store, &component).await;
        let instance = instance.expect("the component can be instantiated");
        Self {
            plugin: Plugin::new(&mut store, &instance).expect("the plugin's exports"),
            instance,
            store,
        }
    }

    /// Number of users of the account.
    pub(super) fn users(&self) -> u32 {
        self.store.data().account.users
    }

    /// Fuel that was used since the instance was made.
    pub(super) fn fuel(&self) -> u64 {
        FUEL - self.store.get_fuel().expect("fuel is counted")
    }

    /// Linear memory of the instance in bytes.
    pub(super) fn memory(&self) -> u64 {
        self.store.data().memory as u64
    }

    pub(super) async fn get_user(&mut self, id: &str) -> Result<User, Error> {
        let users = self.plugin.onepassword_users_users();
        let result = users.call_get_user(&mut self.store, id).await;
        result.expect("the component does not trap")
    }

    pub(super) async fn suspend_user(&mut self, id: &str) -> Result<User, Error> {
        let users = self.plugin.onepassword_users_users();
        let result = users.call_suspend_user(&mut self.store, id).await;
        result.expect("the component does not trap")
    }

    pub(super) async fn list_users(&mut self, options: &ListOptions) -> Result<UserPage, Error> {
        let users = self.plugin.onepassword_users_users();
        let result = users.call_list_users(&mut self.store, options).await;
        result.expect("the component does not trap")
    }

    pub(super) async fn find_user(&mut self, email: &str) -> Result<User, Error> {
        let containment = self.plugin.onepassword_users_containment();
        let result = containment
            .call_find_user(&mut self.store, email, None)
            .await;
        result.expect("the component does not trap")
    }

    pub(super) async fn list_all_users(&mut self, limit: u32) -> Result<UserList, Error> {
        let containment = self.plugin.onepassword_users_containment();
        let result = containment.call_list_all_users(&mut self.store, None, limit, None);
        result.await.expect("the component does not trap")
    }

    /// The same as a host without bindings calls it: each value is an object of its own.
    pub(super) async fn list_all_users_as_values(&mut self, limit: u32) -> Val {
        const INTERFACE: &str = "onepassword:users/containment@0.2.0";
        let store = &mut self.store;
        let interface = self.instance.get_export_index(&mut *store, None, INTERFACE);
        let name = "list-all-users";
        let function = self
            .instance
            .get_export_index(&mut *store, interface.as_ref(), name);
        let function = function.and_then(|index| self.instance.get_func(&mut *store, index));
        let arguments = [Val::Option(None), Val::U32(limit), Val::Option(None)];
        let mut results = [Val::Bool(false)];
        let function = function.expect("the function is exported");
        let called = function
            .call_async(&mut *store, &arguments, &mut results)
            .await;
        called.expect("the component does not trap");
        let [result] = results;
        result
    }
}
