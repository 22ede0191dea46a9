//! The end of a server: what is under way is answered, and nothing new is taken.

use std::{sync::Arc, time::Duration};

use simulator::{Action, Endpoint, Fault, State};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::yield_now,
    time::timeout,
};

use super::{
    deployment::{CONTAIN, Deployment},
    raw_client::{Ask, Reply},
};

/// Long enough for any machine; nothing waits for it unless it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A suspension that has reached the API, which takes its time; and who is suspended.
async fn under_way(deployment: &Deployment) -> (TcpStream, String) {
    let id = deployment.members()[0].id.clone();
    let slow = Action::Delay(Duration::from_millis(500));
    let fault = Fault::new(slow).on(Endpoint::Suspend);
    deployment.simulator.fault(fault);
    let stream = TcpStream::connect(deployment.server.address()).await;
    let mut stream = stream.expect("the server listens");
    let ask = Ask::post(&format!("/v1/users/{id}:suspend"), CONTAIN);
    stream.write_all(&ask.bytes()).await.expect("it is read");
    let reached = async {
        while deployment.simulator.pending_faults() > 0 {
            yield_now().await;
        }
    };
    timeout(PATIENCE, reached).await.expect("it gets there");
    (stream, id)
}

#[tokio::test]
async fn what_is_under_way_is_answered_and_the_port_is_closed() {
    let deployment = Deployment::new().await;
    let (mut stream, id) = under_way(&deployment).await;
    // Who has asked nothing is not waited for.
    let address = deployment.server.address();
    let _idle = TcpStream::connect(address).await.expect("it listens");
    let Deployment { simulator, server } = deployment;
    let stopped = timeout(PATIENCE, server.stop()).await;
    stopped.expect("it ends");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    assert_eq!(Reply::parse(&answer).value()["state"], "suspended");
    let state = simulator.user(&id).map(|user| user.state);
    assert_eq!(state, Some(State::Suspended));
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_change_whose_caller_has_gone_is_carried_out_to_its_end() {
    let deployment = Deployment::new().await;
    let (stream, id) = under_way(&deployment).await;
    drop(stream);
    let Deployment { simulator, server } = deployment;
    let simulator = Arc::new(simulator);
    timeout(PATIENCE, server.stop()).await.expect("it ends");
    let requests = simulator.requests();
    let suspend = requests
        .iter()
        .find(|request| request.endpoint == Endpoint::Suspend);
    assert_eq!(suspend.and_then(|request| request.status), Some(200));
    let state = simulator.user(&id).map(|user| user.state);
    assert_eq!(state, Some(State::Suspended));
}
