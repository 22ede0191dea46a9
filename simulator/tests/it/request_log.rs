//! The log of requests.

use std::time::Duration;

use simulator::{Action, Endpoint, Fault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{TestRequest, basic, connect, start, token, until};

#[tokio::test]
async fn requests_are_logged_in_order_as_sent() {
    let sim = start().await;
    let access_token = token(&sim).await;
    TestRequest::list(&sim, &access_token, "?filter=user.isActive%28%29&x")
        .send(&sim)
        .await;
    TestRequest::suspend(&sim, &access_token, "a/b")
        .send(&sim)
        .await;
    let log = sim.requests();
    let seen: Vec<_> = log
        .iter()
        .map(|recorded| {
            (
                recorded.endpoint,
                recorded.method.as_str(),
                recorded.status,
                recorded.body_length,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (Endpoint::Token, "POST", Some(200), 42),
            (Endpoint::List, "GET", Some(200), 0),
            (Endpoint::Suspend, "POST", Some(404), 0),
        ]
    );
    assert_eq!(log[1].query, "filter=user.isActive%28%29&x");
    assert_eq!(
        log[2].path,
        format!("/v1beta1/accounts/{}/users/a%2Fb:suspend", sim.account_id())
    );
    assert_eq!(log[1].header("user-agent"), Some("Acme-Tests/1.0"));
    assert!(
        log.iter()
            .all(|recorded| recorded.duration > Duration::ZERO)
    );
}

#[tokio::test]
async fn the_log_contains_no_secret_and_no_token() {
    let sim = start().await;
    let access_token = token(&sim).await;
    TestRequest::list(&sim, &access_token, "").send(&sim).await;
    TestRequest::revoke(&sim, &access_token).send(&sim).await;
    let bare = TestRequest::list(&sim, "", "").without("authorization");
    bare.clone()
        .with("authorization", &access_token)
        .send(&sim)
        .await;
    bare.with("cookie", &access_token).send(&sim).await;
    let shown: Vec<_> = sim
        .requests()
        .iter()
        .map(|recorded| recorded.header("authorization").map(str::to_owned))
        .collect();
    let expected = [
        "Basic [redacted]",
        "Bearer [redacted]",
        "Basic [redacted]",
        "[redacted]",
    ];
    assert_eq!(shown[..4], expected.map(|value| Some(value.to_owned())));
    assert_eq!(shown[4], None);
    let debug = format!("{:?} {sim:?}", sim.requests());
    let credentials = basic(sim.client_id(), &sim.client_secret());
    for secret in [&sim.client_secret(), &access_token, &credentials[6..]] {
        assert!(!debug.contains(secret), "{debug}");
    }
}

#[tokio::test]
async fn a_cleared_log_records_later_requests() {
    let sim = start().await;
    token(&sim).await;
    sim.clear_requests();
    assert!(sim.requests().is_empty());
    assert_eq!(sim.max_in_flight(), 0);
    token(&sim).await;
    assert_eq!(sim.requests().len(), 1);
    assert_eq!(sim.max_in_flight(), 1);
}

#[tokio::test]
async fn a_request_cleared_in_flight_is_not_logged_again() {
    let sim = start().await;
    sim.fault(Fault::new(Action::Hang));
    let mut stream = connect(sim.url()).await.unwrap();
    stream
        .write_all(&TestRequest::token(&sim).bytes())
        .await
        .unwrap();
    until(|| !sim.requests().is_empty()).await;
    sim.clear_requests();
    drop(stream);
    assert_eq!(TestRequest::token(&sim).send(&sim).await.status, 200);
    assert_eq!(sim.requests().len(), 1);
}

#[tokio::test]
async fn the_maximum_in_flight_counts_concurrent_requests() {
    let sim = start().await;
    sim.fault(Fault::new(Action::Hang).times(5));
    let mut streams = Vec::new();
    for _ in 0..5 {
        let mut stream = connect(sim.url()).await.unwrap();
        stream
            .write_all(&TestRequest::token(&sim).bytes())
            .await
            .unwrap();
        streams.push(stream);
    }
    until(|| sim.requests().len() == 5).await;
    assert_eq!(sim.max_in_flight(), 5);
    drop(streams);
    for _ in 0..5 {
        token(&sim).await;
    }
}

#[tokio::test]
async fn sequential_requests_are_never_in_flight_together() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let fault = Fault::new(Action::Drip {
        every: Duration::ZERO,
    })
    .on(Endpoint::Get);
    sim.fault(fault.always());
    for request in [
        TestRequest::list(&sim, &access_token, ""),
        TestRequest::get(&sim, &access_token, &sim.owner().id),
    ] {
        for _ in 0..3 {
            assert_eq!(request.send(&sim).await.status, 200);
        }
    }
    assert_eq!(sim.max_in_flight(), 1);
}

#[tokio::test]
async fn a_request_given_up_by_its_client_has_no_status() {
    let sim = start().await;
    sim.fault(Fault::new(Action::Hang));
    let mut stream = connect(sim.url()).await.unwrap();
    stream
        .write_all(&TestRequest::token(&sim).bytes())
        .await
        .unwrap();
    until(|| !sim.requests().is_empty()).await;
    assert_eq!(sim.requests()[0].duration, Duration::ZERO);
    stream.shutdown().await.unwrap();
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
    until(|| sim.requests()[0].duration > Duration::ZERO).await;
    assert_eq!(sim.requests()[0].status, None);
}

#[tokio::test]
async fn requests_are_logged_with_their_time_of_arrival() {
    let sim = start().await;
    let access_token = token(&sim).await;
    TestRequest::list(&sim, &access_token, "").send(&sim).await;
    let log = sim.requests();
    assert!(log[1].arrived.duration_since(log[0].arrived) >= log[0].duration);
}
