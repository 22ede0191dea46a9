//! Numbers of connections to the API, which are exact: one for calls in turn, and one for each request under way at once.

use std::time::Duration;

use host::{ChangeOptions, StepsOptions};
use host_tests::{Harness, by_id, environment, unguarded};
use simulator::{Action, Fault, Simulator};

use crate::steps;

/// Number of calls in turn.
const CALLS: usize = 1000;

#[tokio::test]
async fn a_thousand_calls_of_the_plugin_use_one_connection() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    for _ in 0..CALLS {
        harness.get(&id).await.unwrap();
    }
    assert_eq!(harness.simulator.accepted_connections(), 1);
    assert_eq!(harness.simulator.requests().len(), 1 + CALLS);
}

#[tokio::test]
async fn a_thousand_calls_of_the_module_use_one_connection() {
    let simulator = Simulator::builder().users(60).start().await.unwrap();
    let client = steps::runtime().client(StepsOptions::new(environment(&simulator)));
    let client = client.expect("the module can be instantiated");
    let id = simulator.owner().id;
    for _ in 0..CALLS {
        client.get_user(&id).await.unwrap().unwrap();
    }
    assert_eq!(simulator.accepted_connections(), 1);
}

#[tokio::test]
async fn a_bulk_change_uses_a_connection_for_each_worker() {
    for concurrency in [1, 4, 16] {
        let mut harness = Harness::with(|builder| builder.users(200), &[]).await;
        let delay = Action::Delay(Duration::from_millis(50));
        harness.simulator.fault(Fault::new(delay).always());
        let targets = harness.members(50).into_iter().map(|user| by_id(user.id));
        let targets: Vec<_> = targets.collect();
        let options = ChangeOptions {
            concurrency: Some(concurrency),
            ..unguarded()
        };
        harness.suspend_all(&targets, &options).await.unwrap();
        let connections = harness.simulator.accepted_connections();
        assert_eq!(connections, usize::from(concurrency));
    }
}
