//! The effects of each fault.

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use simulator::{Action, Endpoint, Fault, Simulator, State};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{TestRequest, TestResponse, connect, start, token, until};

/// Returns a simulator, an access token and the id of an active member.
async fn setup() -> (Simulator, String, String) {
    let sim = start().await;
    let access_token = token(&sim).await;
    sim.clear_requests();
    let id = sim.users()[2].id.clone();
    assert_eq!(sim.users()[2].state, State::Active);
    (sim, access_token, id)
}

#[tokio::test]
async fn status_replaces_the_response() {
    let (sim, access_token, id) = setup().await;
    sim.fault(Fault::new(Action::Status {
        status: 429,
        headers: vec![("Retry-After".to_owned(), "2".to_owned())],
        body: b"slow down".to_vec(),
    }));
    let request = TestRequest::suspend(&sim, &access_token, &id);
    let response = request.send(&sim).await;
    assert_eq!(
        (response.status, response.body.as_str()),
        (429, "slow down")
    );
    assert_eq!(response.header("retry-after"), Some("2"));
    assert_eq!(response.header("content-length"), Some("9"));
    assert_eq!(sim.user(&id).unwrap().state, State::Active);
    assert_eq!(sim.requests()[0].status, Some(429));
    assert_eq!(sim.pending_faults(), 0);
    assert_eq!(request.send(&sim).await.status, 200);
}

#[tokio::test]
async fn status_accepts_undefined_codes_and_invalid_json() {
    let (sim, access_token, _) = setup().await;
    sim.fault(Fault::new(Action::status(799)));
    sim.fault(Fault::new(Action::json(200, "{")));
    let request = TestRequest::list(&sim, &access_token, "");
    assert_eq!(request.send(&sim).await.status, 799);
    let response = request.send(&sim).await;
    assert_eq!((response.status, response.body.as_str()), (200, "{"));
    assert_eq!(response.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn delay_sends_the_normal_response_later() {
    let (sim, access_token, id) = setup().await;
    let pause = Duration::from_millis(20);
    for fault in [
        Action::Delay(pause),
        Action::after_apply(Action::Delay(pause)),
    ] {
        sim.fault(Fault::new(fault));
        let started = Instant::now();
        let response = TestRequest::suspend(&sim, &access_token, &id)
            .send(&sim)
            .await;
        assert!(started.elapsed() >= pause);
        assert_eq!(response.json()["state"], "SUSPENDED");
    }
    assert!(
        sim.requests()
            .iter()
            .all(|recorded| recorded.duration >= pause)
    );
}

#[tokio::test]
async fn hang_sends_no_response() {
    let (sim, access_token, id) = setup().await;
    sim.fault(Fault::new(Action::Hang));
    let request = TestRequest::suspend(&sim, &access_token, &id);
    tokio::select! {
        _ = request.send_raw(&sim) => panic!("the simulator closed the connection"),
        () = until(|| !sim.requests().is_empty()) => {}
    }
    assert_eq!(sim.requests().len(), 1);
    assert_eq!(sim.requests()[0].status, None);
    assert_eq!(sim.user(&id).unwrap().state, State::Active);
}

#[tokio::test]
async fn reset_resets_the_connection_before_the_head() {
    let (sim, access_token, id) = setup().await;
    sim.fault(Fault::new(Action::Reset));
    let request = TestRequest::suspend(&sim, &access_token, &id);
    let error = request.send_raw(&sim).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(sim.requests()[0].status, None);
    assert!(sim.requests()[0].duration > Duration::ZERO);
    assert_eq!(sim.user(&id).unwrap().state, State::Active);
}

#[tokio::test]
async fn cut_head_closes_within_the_head() {
    let (sim, access_token, id) = setup().await;
    sim.fault(Fault::new(Action::CutHead));
    let raw = TestRequest::suspend(&sim, &access_token, &id)
        .send_raw(&sim)
        .await
        .unwrap();
    let text = String::from_utf8(raw).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(!text.contains("\r\n\r\n"), "{text}");
    assert_eq!(sim.requests()[0].status, None);
    assert_eq!(sim.user(&id).unwrap().state, State::Active);
}

#[tokio::test]
async fn cut_body_sends_less_than_the_content_length() {
    let (sim, access_token, id) = setup().await;
    for after in [0, 10, 100_000] {
        sim.fault(Fault::new(Action::CutBody { after }));
        let request = TestRequest::suspend(&sim, &access_token, &id);
        let response = request.send(&sim).await;
        let declared: usize = response.header("content-length").unwrap().parse().unwrap();
        assert_eq!(response.status, 200);
        assert!(
            response.body.len() <= after && response.body.len() < declared,
            "{response:?}"
        );
    }
    assert!(
        sim.requests()
            .iter()
            .all(|recorded| recorded.status == Some(200))
    );
    assert_eq!(sim.user(&id).unwrap().state, State::Active);
}

#[tokio::test]
async fn cut_body_on_a_token_request_issues_no_token() {
    let (sim, ..) = setup().await;
    sim.fault(Fault::new(Action::CutBody { after: 5 }).on(Endpoint::Token));
    let response = TestRequest::token(&sim).send(&sim).await;
    assert_eq!((response.status, response.body.as_str()), (200, "{\"acc"));
    assert_eq!(sim.tokens().len(), 1);
}

#[tokio::test]
async fn raw_sends_exactly_its_bytes() {
    let (sim, access_token, id) = setup().await;
    for bytes in [&b"SSH-2.0-OpenSSH\r\n\xff\0"[..], b""] {
        sim.fault(Fault::new(Action::Raw(bytes.to_vec())));
        let raw = TestRequest::suspend(&sim, &access_token, &id)
            .send_raw(&sim)
            .await
            .unwrap();
        assert_eq!(raw, bytes);
    }
    assert_eq!(sim.requests()[0].status, None);
    assert_eq!(sim.user(&id).unwrap().state, State::Active);
}

#[tokio::test]
async fn drip_sends_the_response_byte_by_byte() {
    let (sim, access_token, id) = setup().await;
    let every = Duration::from_micros(50);
    sim.fault(Fault::new(Action::Drip { every }));
    let started = Instant::now();
    let response = TestRequest::suspend(&sim, &access_token, &id)
        .send(&sim)
        .await;
    assert_eq!(response.json()["state"], "SUSPENDED");
    assert!(started.elapsed() >= every * response.body.len() as u32);
    assert_eq!(sim.user(&id).unwrap().state, State::Suspended);
}

#[tokio::test]
async fn after_apply_changes_the_state_and_loses_the_response() {
    for action in [
        Action::Reset,
        Action::CutHead,
        Action::CutBody { after: 3 },
        Action::Raw(Vec::new()),
        Action::status(503),
        Action::after_apply(Action::status(504)),
    ] {
        let (sim, access_token, id) = setup().await;
        sim.fault(Fault::new(Action::after_apply(action.clone())));
        let request = TestRequest::suspend(&sim, &access_token, &id);
        let response = request
            .send_raw(&sim)
            .await
            .ok()
            .and_then(|raw| TestResponse::parse(&raw));
        let is_confirmed = response.is_some_and(|response| response.body.contains("SUSPENDED"));
        assert!(!is_confirmed, "{action:?}");
        assert_eq!(sim.user(&id).unwrap().state, State::Suspended, "{action:?}");
    }
}

#[tokio::test]
async fn hang_after_apply_changes_the_state() {
    let (sim, access_token, id) = setup().await;
    sim.fault(Fault::new(Action::after_apply(Action::Hang)));
    let mut stream = connect(sim.url()).await.unwrap();
    let request = TestRequest::suspend(&sim, &access_token, &id);
    stream.write_all(&request.bytes()).await.unwrap();
    until(|| sim.user(&id).unwrap().state == State::Suspended).await;
    sim.stop().await;
    assert!(!matches!(stream.read(&mut [0; 1]).await, Ok(1..)));
}

#[tokio::test]
async fn a_fault_counts_requests_to_its_endpoint_only() {
    let (sim, access_token, id) = setup().await;
    sim.fault(
        Fault::new(Action::status(503))
            .on(Endpoint::Get)
            .skip(1)
            .times(2),
    );
    let (get, list) = (
        TestRequest::get(&sim, &access_token, &id),
        TestRequest::list(&sim, &access_token, ""),
    );
    let mut statuses = Vec::new();
    for request in [&get, &list, &get, &list, &get, &get] {
        statuses.push(request.send(&sim).await.status);
    }
    assert_eq!(statuses, [200, 200, 503, 200, 503, 200]);
}

#[tokio::test]
async fn a_fault_that_applies_always_ends_when_cleared() {
    let (sim, access_token, _) = setup().await;
    sim.fault(Fault::new(Action::status(500)).always());
    let request = TestRequest::list(&sim, &access_token, "");
    for _ in 0..3 {
        assert_eq!(request.send(&sim).await.status, 500);
    }
    assert_eq!(sim.pending_faults(), 1);
    sim.clear_faults();
    assert_eq!(request.send(&sim).await.status, 200);
}

#[tokio::test]
async fn hold_waits_until_the_release() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let id = sim.users()[2].id.clone();
    let held = Fault::new(Action::Hold).on(Endpoint::Suspend).times(2);
    sim.fault(held);
    sim.fault(Fault::new(Action::after_apply(Action::Hold)).on(Endpoint::Reactivate));
    let request = TestRequest::suspend(&sim, &access_token, &id);
    let meanwhile = async {
        sim.held(2).await;
        assert_eq!(sim.user(&id).unwrap().state, State::Active);
        sim.release();
    };
    let (first, second, ()) = tokio::join!(request.send(&sim), request.send(&sim), meanwhile);
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(sim.user(&id).unwrap().state, State::Suspended);

    let request = TestRequest::reactivate(&sim, &access_token, &id);
    let meanwhile = async {
        sim.held(1).await;
        assert_eq!(sim.user(&id).unwrap().state, State::Active);
        sim.release();
    };
    let (response, ()) = tokio::join!(request.send(&sim), meanwhile);
    assert_eq!(response.status, 200);
}

#[tokio::test]
async fn a_request_given_up_by_its_client_is_not_held() {
    let sim = start().await;
    let access_token = token(&sim).await;
    sim.fault(Fault::new(Action::Hold).on(Endpoint::List).times(2));
    let request = TestRequest::list(&sim, &access_token, "");
    tokio::select! {
        _ = request.send_raw(&sim) => panic!("the held request got a response"),
        () = sim.held(1) => {}
    }
    until(|| sim.connections() == 0).await;
    let meanwhile = async {
        // The first request is gone, so the held one is the second.
        sim.held(1).await;
        sim.release();
    };
    let (response, ()) = tokio::join!(request.send(&sim), meanwhile);
    assert_eq!(response.status, 200);
}

#[tokio::test]
async fn a_fault_for_one_user_ignores_other_requests() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let users = sim.users();
    let fault = Fault::new(Action::status(503)).of_user(&users[2].id);
    sim.fault(fault.always());
    for (request, status) in [
        (TestRequest::get(&sim, &access_token, &users[2].id), 503),
        (TestRequest::suspend(&sim, &access_token, &users[2].id), 503),
        (TestRequest::get(&sim, &access_token, &users[3].id), 200),
        (TestRequest::list(&sim, &access_token, ""), 200),
        (TestRequest::token(&sim), 200),
    ] {
        assert_eq!(request.send(&sim).await.status, status);
    }
}

#[tokio::test]
async fn keep_state_answers_a_change_with_the_old_state() {
    let (sim, token, id) = setup().await;
    sim.fault(Fault::new(Action::KeepState).on(Endpoint::Suspend).always());
    let response = TestRequest::suspend(&sim, &token, &id).send(&sim).await;
    assert_eq!(response.status, 200);
    assert_eq!(response.json()["state"], "ACTIVE");
    assert_eq!(response.json()["id"], id.as_str());
    assert_eq!(sim.user(&id).unwrap().state, State::Active);
    let unknown = TestRequest::suspend(&sim, &token, "X").send(&sim).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn another_region_refuses_every_token_request() {
    for status in [400, 401] {
        let sim = start().await;
        sim.fault(Fault::wrong_region(status));
        for _ in 0..2 {
            let response = TestRequest::token(&sim).send(&sim).await;
            assert_eq!(response.status, status);
            assert_eq!(response.json()["error"], "invalid_client");
        }
    }
}
