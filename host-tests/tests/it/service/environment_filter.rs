//! The wall: whatever stands where requests are parsed sees the variables that are meant for it, and no secret.

use host::{COMPONENT, SERVICE};
use wasmtime::{
    Engine, Store,
    component::{Component, Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use self::compose::{Parts, compose};
use super::composed_file::Anatomy;

#[path = "../../../../host/build/compose.rs"]
mod compose;

const HANDLER: &str = "wasi:http/incoming-handler@0.2.4";
/// Stands in the place of the service, and answers with the environment that it can read.
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
/// Stands in the place of the wall, and lets everything through.
const GAP: &str = r#"(component
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
const VARIABLES: [(&str, &str); 6] = [
    ("OP_USERS_CLIENT_SECRET", "the-secret"),
    // With it, 1Password's CLI reads vaults.
    ("OP_SERVICE_ACCOUNT_TOKEN", "another-secret"),
    ("OP_SERVICE_KEYS", "the-keys"),
    ("PATH", "/bin"),
    ("op_service_x", "small letters"),
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

/// The wall of the composed file.
fn wall() -> &'static [u8] {
    let inside = Anatomy::of(SERVICE).inside;
    let mut walls = inside.into_iter().filter(|bytes| {
        Anatomy::of(bytes)
            .exports
            .contains("wasi:cli/environment@0.2.4")
    });
    walls.next().expect("there is a wall in the composed file")
}

/// The names of the variables that the probe reads, composed as the service is, with this in place of the wall.
async fn read(environment: &[u8]) -> Vec<String> {
    let probe = wat::parse_str(PROBE).expect("the probe is well formed");
    let composed = compose(&Parts {
        plugin: COMPONENT,
        environment,
        service: &probe,
    });
    let engine = Engine::default();
    let component = Component::new(&engine, composed.expect("it is composed")).unwrap();
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
    let instance = instance.expect("it is instantiated");
    let handler = instance.get_export_index(&mut store, None, HANDLER);
    let get = instance
        .get_export_index(&mut store, handler.as_ref(), "get-environment")
        .expect("the probe answers");
    let get = instance
        .get_typed_func::<(), (Vec<(String, String)>,)>(&mut store, get)
        .expect("with an environment");
    let (variables,) = get.call_async(&mut store, ()).await.expect("it runs");
    variables.into_iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn what_is_not_meant_for_the_service_cannot_be_read() {
    assert_eq!(read(wall()).await, ["OP_SERVICE_KEYS"]);
}

#[tokio::test]
async fn without_the_wall_it_could() {
    let gap = wat::parse_str(GAP).expect("the gap is well formed");
    assert_eq!(read(&gap).await, VARIABLES.map(|(name, _)| name));
}
