//! A request that is given up on is closed, so that the server need not go on with it.

use std::time::{Duration, Instant};

use host::{ErrorCode, InstanceOptions, RequestEnd};
use host_tests::{environment, instance};
use simulator::Simulator;
use tokio::{io::AsyncReadExt, net::TcpListener};

#[tokio::test]
async fn the_server_sees_the_end_when_the_deadline_runs_out() {
    let simulator = Simulator::builder().start().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let mut variables = environment(&simulator);
    variables.retain(|(name, _)| name != "OP_USERS_BASE_URL");
    variables.push(("OP_USERS_BASE_URL".into(), origin));
    variables.push(("OP_USERS_DEADLINE_MS".into(), "1000".into()));
    let (mut instance, wire) = instance(InstanceOptions::new(variables)).await;

    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        connection.read_to_end(&mut request).await.unwrap();
        (request.len(), Instant::now())
    });
    let begun = Instant::now();
    let error = instance.get_user("x").await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::TimedOut);
    // The instance lives on: it is the request that was dropped.
    let (received, ended) = server.await.unwrap();
    let waited = ended.duration_since(begun);
    assert!(received > 0);
    assert!(
        waited >= Duration::from_millis(995) && waited < Duration::from_secs(5),
        "{waited:?}"
    );
    assert_eq!(wire.lock().unwrap()[0].end, RequestEnd::Canceled);
    drop(instance);
}
