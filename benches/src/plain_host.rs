//! A host of wasmtime's own parts: all of WASI 0.2, and wasmtime's sender, which opens a connection for each request. It runs the plugin
//! and components of other tools alike.

use wasmtime::{
    Config, Engine, PoolingAllocationConfig, Store,
    component::{Component, InstancePre, Linker, ResourceTable, bindgen},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::{Result, Settings};

bindgen!({ world: "rival", path: "rivals/wit", exports: { default: async } });

mod plugin {
    use wasmtime::component::bindgen;

    bindgen!({ world: "plugin", path: "../wit", exports: { default: async } });
}

/// State of an instance.
struct PlainState {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
}

impl WasiView for PlainState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for PlainState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: Default::default(),
        }
    }
}

/// A component in this host.
pub struct PlainHost {
    store: Store<PlainState>,
    component: Loaded,
}

enum Loaded {
    Plugin(plugin::Plugin),
    Rival(Rival),
}

impl PlainHost {
    /// Compiles a component, and makes an instance of it.
    ///
    /// # Errors
    ///
    /// Fails if it exports neither the contract nor the interface of the rivals.
    pub async fn new(component: &[u8], settings: &Settings) -> Result<Self> {
        let engine = Engine::default();
        let pre = prepare(&engine, component)?;
        let mut store = store(&engine, &settings.0);
        let instance = pre.instantiate_async(&mut store).await?;
        let component = match plugin::Plugin::new(&mut store, &instance) {
            Ok(plugin) => Loaded::Plugin(plugin),
            Err(_) => {
                let rival = Rival::new(&mut store, &instance)?;
                let origin = settings.get("OP_USERS_BASE_URL")?;
                let account = settings.get("OP_USERS_ACCOUNT_ID")?;
                let users = format!("{origin}/v1beta1/accounts/{account}/users");
                let token = settings.get("FLOOR_TOKEN")?;
                let interface = rival.benches_rival_users();
                interface.call_configure(&mut store, &users, token).await?;
                Loaded::Rival(rival)
            }
        };
        Ok(Self { store, component })
    }

    /// A component that is instantiated in memory that an engine has reserved.
    ///
    /// # Errors
    ///
    /// Fails if the component is not valid.
    pub fn pooled(component: &[u8]) -> Result<PooledComponent> {
        let mut pool = PoolingAllocationConfig::default();
        pool.total_component_instances(4).total_memories(16);
        let mut config = Config::new();
        config.allocation_strategy(pool);
        let engine = Engine::new(&config)?;
        Ok(PooledComponent {
            pre: prepare(&engine, component)?,
            engine,
        })
    }

    pub(crate) async fn get(&mut self, id: &str) -> Result<()> {
        match &self.component {
            Loaded::Plugin(plugin) => {
                let users = plugin.onepassword_users_users();
                let user = users.call_get_user(&mut self.store, id).await?;
                user.map_err(|error| error.message)?;
            }
            Loaded::Rival(rival) => {
                let users = rival.benches_rival_users();
                users.call_get_user(&mut self.store, id).await??;
            }
        }
        Ok(())
    }

    pub(crate) async fn list(&mut self) -> Result<()> {
        let count = match &self.component {
            Loaded::Plugin(plugin) => {
                let options = plugin::exports::onepassword::users::users::ListOptions {
                    filter: None,
                    max_page_size: Some(1000),
                    page_token: None,
                };
                let users = plugin.onepassword_users_users();
                let page = users.call_list_users(&mut self.store, &options).await?;
                page.map_err(|error| error.message)?.users.len()
            }
            Loaded::Rival(rival) => {
                let users = rival.benches_rival_users();
                usize::try_from(users.call_list_users(&mut self.store).await??)?
            }
        };
        if count == 1000 {
            Ok(())
        } else {
            Err(format!("{count} users").into())
        }
    }
}

/// A component whose instances stand in memory that was reserved.
pub struct PooledComponent {
    engine: Engine,
    pre: InstancePre<PlainState>,
}

impl PooledComponent {
    /// Makes an instance, and drops it.
    ///
    /// # Errors
    ///
    /// Fails if there is no room for it.
    pub async fn instantiate(&self) -> Result<()> {
        let mut store = store(&self.engine, &[]);
        self.pre.instantiate_async(&mut store).await?;
        Ok(())
    }
}

fn prepare(engine: &Engine, component: &[u8]) -> Result<InstancePre<PlainState>> {
    let component = Component::new(engine, component)?;
    let mut linker = Linker::<PlainState>::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    Ok(linker.instantiate_pre(&component)?)
}

fn store(engine: &Engine, variables: &[(String, String)]) -> Store<PlainState> {
    let state = PlainState {
        wasi: WasiCtx::builder().envs(variables).build(),
        http: WasiHttpCtx::new(),
        table: ResourceTable::new(),
    };
    Store::new(engine, state)
}
