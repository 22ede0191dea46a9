//! Components that run longer than their deadline.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use host::{
    ApiOperation, Effect, HostError, InstanceOptions, Runtime, ServiceOptions, ServiceRuntime,
    UnfinishedCall,
};
use host_tests::{environment, runtime};
use http::Request;
use http_body_util::Empty;
use simulator::{Endpoint, Simulator};
use tokio::time::sleep;
use wac_graph::{CompositionGraph, EncodeOptions, types::Package};

/// A service that runs for ever once it is called.
const SPINNING: &str = r#"(component
    (import "wasi:http/types@0.2.4" (instance $types
        (export "incoming-request" (type (sub resource)))
        (export "response-outparam" (type (sub resource)))))
    (alias export $types "incoming-request" (type $request))
    (alias export $types "response-outparam" (type $out))
    (core module $spin (func (export "handle") (param i32 i32) (loop (br 0))))
    (core instance $spin (instantiate $spin))
    (func $handle (param "request" (own $request)) (param "response-out" (own $out))
        (canon lift (core func $spin "handle")))
    (instance $handler (export "handle" (func $handle)))
    (export "wasi:http/incoming-handler@0.2.4" (instance $handler)))"#;
/// An environment that is never returned.
const SPINNING_ENVIRONMENT: &str = r#"(component
    (core module $spin
        (memory (export "memory") 1)
        (func (export "get") (result i32) (loop (br 0)) (unreachable)))
    (core instance $spin (instantiate $spin))
    (func $get (result (list (tuple string string)))
        (canon lift (core func $spin "get") (memory (core memory $spin "memory"))))
    (instance $environment (export "get-environment" (func $get)))
    (export "wasi:cli/environment@0.2.4" (instance $environment)))"#;
/// Interfaces of the plugin.
const CONTRACT: [&str; 4] = [
    "onepassword:users/types@0.2.0",
    "onepassword:users/users@0.2.0",
    "onepassword:users/containment@0.2.0",
    "onepassword:users/connection@0.2.0",
];

/// The plugin with an environment that runs for ever once it is read.
fn spinning_plugin() -> Vec<u8> {
    let environment = wat::parse_str(SPINNING_ENVIRONMENT).expect("valid text");
    let mut graph = CompositionGraph::new();
    let [plugin, environment] =
        [("plugin", host::COMPONENT), ("environment", &environment)].map(|(name, bytes)| {
            let name = format!("test:{name}");
            let package = Package::from_bytes(&name, None, bytes, graph.types_mut());
            let package = graph.register_package(package.expect("a component"));
            graph.instantiate(package.expect("one of this name"))
        });
    const ENVIRONMENT: &str = "wasi:cli/environment@0.2.4";
    let variables = graph.alias_instance_export(environment, ENVIRONMENT);
    graph
        .set_instantiation_argument(plugin, ENVIRONMENT, variables.expect("an export"))
        .expect("the plugin imports it");
    for interface in CONTRACT {
        let exported = graph.alias_instance_export(plugin, interface);
        graph
            .export(exported.expect("an export"), interface)
            .expect("one of this name");
    }
    graph.encode(EncodeOptions::default()).expect("it is valid")
}

/// Asserts that a call was interrupted. Returns its effect.
fn interrupted_effect(error: &HostError) -> Effect {
    let message = format!("{error:#}");
    assert!(message.contains("was interrupted"), "{message}");
    let unfinished = error.downcast_ref::<UnfinishedCall>();
    unfinished.expect("an unfinished call").effect
}

#[tokio::test]
async fn a_plugin_that_spins_is_interrupted() {
    let runtime = Runtime::with_component(&spinning_plugin()).expect("it is compiled");
    let deadline = ("OP_USERS_DEADLINE_MS".to_owned(), "10".to_owned());
    let mut instance = runtime
        .instance(InstanceOptions::new([deadline]))
        .await
        .expect("an instance");
    let start = Instant::now();
    let error = instance.suspend_user("x").await.expect_err("no answer");
    assert_eq!(interrupted_effect(&error), Effect::NotApplied);
    assert!(start.elapsed() < Duration::from_secs(20));
}

/// The host is stopped while a response arrives, until the call may be interrupted.
#[tokio::test]
async fn a_call_interrupted_after_its_change_is_possibly_applied() {
    const STOPPED: Duration = Duration::from_secs(8);
    let simulator = Simulator::builder().users(60).seed(1).start().await;
    let simulator = simulator.expect("a simulator starts");
    let user = simulator.users().remove(5);
    for is_after_change in [false, true] {
        let mut variables = environment(&simulator);
        variables.push(("OP_USERS_DEADLINE_MS".to_owned(), "2000".to_owned()));
        let options = InstanceOptions::new(variables).on_request(move |request| {
            let is_change = matches!(request.operation, Some(ApiOperation::Suspend(_)));
            if is_change == is_after_change {
                std::thread::sleep(STOPPED);
            }
        });
        let mut instance = runtime().instance(options).await.expect("an instance");
        simulator.clear_requests();
        let error = instance
            .suspend_user(&user.id)
            .await
            .expect_err("no answer");
        let requests = simulator.requests();
        let mut changes = requests.iter().map(|request| request.endpoint);
        let is_sent = changes.any(|endpoint| endpoint == Endpoint::Suspend);
        assert_eq!(is_sent, is_after_change);
        let effect = interrupted_effect(&error);
        assert_eq!(effect == Effect::PossiblyApplied, is_after_change);
    }
}

/// On one thread: the component must let other tasks run.
#[tokio::test]
async fn a_component_that_spins_is_interrupted() {
    let component = wat::parse_str(SPINNING).expect("valid text");
    let runtime = ServiceRuntime::with_component(&component).expect("it is compiled");
    let deadline = ("OP_USERS_DEADLINE_MS".to_owned(), "10".to_owned());
    let service = runtime.service(ServiceOptions::new([deadline]));
    let turns = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&turns);
    let other_task = tokio::spawn(async move {
        loop {
            sleep(Duration::from_millis(1)).await;
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });

    let start = Instant::now();
    let request = Request::get("http://localhost/healthz");
    let request = request.body(Empty::new()).expect("a request");
    let error = service.handle(request).await.expect_err("no response");
    let elapsed = start.elapsed();
    other_task.abort();

    assert_eq!(interrupted_effect(&error), Effect::NotApplied);
    assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
    assert!(turns.load(Ordering::Relaxed) > 10);
}
