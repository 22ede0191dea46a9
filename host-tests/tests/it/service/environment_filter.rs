//! Environment filter: the component that parses requests reads `OP_SERVICE_*` only, and no secret of the account.

use host::{COMPONENT, SERVICE};
use wasmtime::{
    Engine, Store,
    component::{Component, Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use self::compose::{Parts, compose};
use crate::component_parts::ComponentParts;

#[path = "../../../../host/build/compose.rs"]
mod compose;

const HANDLER: &str = "wasi:http/incoming-handler@0.2.4";
/// Component in place of the service, which exports the environment that it can read.
const PROBE: &str = r#"(component
    (import "wasi:cli/environment@0.2.4" (instance $environment
        (export "get-environment" (func (result (list (tuple string string)))))))
    (import "onepassword:users/types@0.2.0" (instance))
    (import "onepassword:users/users@0.2.0" (instance))
    (import "onepassword:users/containment@0.2.0" (instance))
    (import "onepassword:users/connection@0.2.0" (instance))
    (alias export $environment "get-environment" (func $get))
    (instance $handler (export "get-environment" (func $get)))
    (export "wasi:http/incoming-handler@0.2.4" (instance $handler)))"#;
/// Component in place of the filter, which passes all variables.
const OPEN_FILTER: &str = r#"(component
    (import "wasi:cli/environment@0.2.4" (instance $environment
        (export "get-environment" (func (result (list (tuple string string)))))))
    (alias export $environment "get-environment" (func $host))
    (core module $memory
        (memory (export "memory") 1)
        (global $free (mut i32) (i32.const 64))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
            (global.get $free)
            (global.set $free (i32.and (i32.const -8)
                (i32.add (i32.const 7) (i32.add (global.get $free) (local.get 3)))))))
    (core instance $memory (instantiate $memory))
    (core func $host (canon lower (func $host)
        (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (core module $through
        (import "host" "get" (func $get (param i32)))
        (func (export "get") (result i32) (call $get (i32.const 0)) (i32.const 0)))
    (core instance $through (instantiate $through
        (with "host" (instance (export "get" (func $host))))))
    (func $get (result (list (tuple string string))) (canon lift (core func $through "get")
        (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (instance $open (export "get-environment" (func $get)))
    (export "wasi:cli/environment@0.2.4" (instance $open)))"#;
const VARIABLES: [(&str, &str); 9] = [
    ("OP_USERS_CLIENT_SECRET", "the-secret"),
    // The CLI of 1Password reads vaults with this token.
    ("OP_SERVICE_ACCOUNT_TOKEN", "another-secret"),
    ("OP_SERVICE_Account_Token", "another-secret"),
    ("OP_SERVICE_ACCOUNT_TOKEN ", "another-secret"),
    ("OP_SERVICE_ACCOUNT_TOKEN_OLD", "another-secret"),
    ("OP_SERVICE_KEYS", "the-keys"),
    ("PATH", "/bin"),
    ("op_service_x", "lower case"),
    ("XOP_SERVICE_Y", "in the middle"),
];

struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: Default::default(),
        }
    }
}

/// Returns the environment filter inside the composed service.
fn filter() -> &'static [u8] {
    let inside = ComponentParts::of(SERVICE).inside;
    let mut filters = inside.into_iter().filter(|bytes| {
        ComponentParts::of(bytes)
            .exports
            .contains("wasi:cli/environment@0.2.4")
    });
    filters.next().expect("the composed service has a filter")
}

/// Composes the probe like the service with a filter, and returns the names of the variables that it reads.
async fn readable_variables(environment: &[u8]) -> Vec<String> {
    let probe = wat::parse_str(PROBE).expect("the probe is well-formed");
    let composed = compose(&Parts {
        plugin: COMPONENT,
        environment,
        service: &probe,
    });
    let engine = Engine::default();
    let component =
        Component::new(&engine, composed.expect("the components can be composed")).unwrap();
    let mut linker = Linker::<State>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).unwrap();
    let state = State {
        wasi: WasiCtx::builder().envs(&VARIABLES).build(),
        http: WasiHttpCtx::new(),
        table: ResourceTable::new(),
    };
    let mut store = Store::new(&engine, state);
    let instance = linker.instantiate_async(&mut store, &component).await;
    let instance = instance.expect("the component can be instantiated");
    let handler = instance.get_export_index(&mut store, None, HANDLER);
    let get = instance
        .get_export_index(&mut store, handler.as_ref(), "get-environment")
        .expect("the probe exports the function");
    let get = instance
        .get_typed_func::<(), (Vec<(String, String)>,)>(&mut store, get)
        .expect("the function has the expected type");
    let (variables,) = get
        .call_async(&mut store, ())
        .await
        .expect("the component does not trap");
    variables.into_iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn the_service_reads_only_its_own_variables() {
    assert_eq!(readable_variables(filter()).await, ["OP_SERVICE_KEYS"]);
}

#[tokio::test]
async fn the_service_would_read_everything_without_the_filter() {
    let open_filter = wat::parse_str(OPEN_FILTER).expect("the filter is well-formed");
    assert_eq!(
        readable_variables(&open_filter).await,
        VARIABLES.map(|(name, _)| name)
    );
}
