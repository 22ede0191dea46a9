//! Shutdown of the server: requests in progress finish, and new connections are refused.

use std::{sync::Arc, time::Duration};

use simulator::{Action, Endpoint, Fault, State};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::yield_now,
    time::timeout,
};

use super::{
    deployment::{CONTAIN_KEY, Deployment},
    raw_client::{RawRequest, RawResponse},
};

/// Maximum duration of a step of a test.
const TEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Starts a suspend request that has reached the API; returns its connection and the id of the user.
async fn start_suspension(deployment: &Deployment) -> (TcpStream, String) {
    let id = deployment.members()[0].id.clone();
    let slow = Action::Delay(Duration::from_millis(500));
    let fault = Fault::new(slow).on(Endpoint::Suspend);
    deployment.simulator.fault(fault);
    let stream = TcpStream::connect(deployment.server.address()).await;
    let mut stream = stream.expect("the server listens");
    let request = RawRequest::post(&format!("/v1/users/{id}:suspend"), CONTAIN_KEY);
    stream
        .write_all(&request.bytes())
        .await
        .expect("the request is sent");
    let reached = async {
        while deployment.simulator.pending_faults() > 0 {
            yield_now().await;
        }
    };
    timeout(TEST_TIMEOUT, reached)
        .await
        .expect("the request reaches the API");
    (stream, id)
}

#[tokio::test]
async fn stop_finishes_requests_and_closes_the_port() {
    let deployment = Deployment::new().await;
    let (mut stream, id) = start_suspension(&deployment).await;
    // An idle connection does not delay the stop.
    let address = deployment.server.address();
    let _idle = TcpStream::connect(address)
        .await
        .expect("the server listens");
    let Deployment { simulator, server } = deployment;
    let stopped = timeout(TEST_TIMEOUT, server.stop()).await;
    stopped.expect("the server stops");
    let mut response = Vec::new();
    stream
        .read_to_end(&mut response)
        .await
        .expect("the response is sent");
    assert_eq!(RawResponse::parse(&response).value()["state"], "suspended");
    let state = simulator.user(&id).map(|user| user.state);
    assert_eq!(state, Some(State::Suspended));
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_change_finishes_after_its_client_disconnects() {
    let deployment = Deployment::new().await;
    let (stream, id) = start_suspension(&deployment).await;
    drop(stream);
    let Deployment { simulator, server } = deployment;
    let simulator = Arc::new(simulator);
    timeout(TEST_TIMEOUT, server.stop())
        .await
        .expect("the server stops");
    let requests = simulator.requests();
    let suspend = requests
        .iter()
        .find(|request| request.endpoint == Endpoint::Suspend);
    assert_eq!(suspend.and_then(|request| request.status), Some(200));
    let state = simulator.user(&id).map(|user| user.state);
    assert_eq!(state, Some(State::Suspended));
}
