//! Components that run longer than their deadline.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use host::{Effect, ServiceOptions, ServiceRuntime, UnfinishedCall};
use http::Request;
use http_body_util::Empty;
use tokio::time::sleep;

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

    let unfinished = error.downcast_ref::<UnfinishedCall>();
    let effect = unfinished.expect("an unfinished call").effect;
    assert_eq!(effect, Effect::NotApplied);
    let message = format!("{error:#}");
    assert!(message.contains("was interrupted"), "{message}");
    assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
    assert!(turns.load(Ordering::Relaxed) > 10);
}
