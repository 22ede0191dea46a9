//! Every kind of fault, as a client meets it.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use simulator::{Action, Endpoint, Fault, Simulator, State};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{TestRequest, TestResponse, connect, start, token, until};

/// A simulator, a token, and the id of an active member.
async fn ready() -> (Simulator, String, String) {
    let sim = start().await;
    let access_token = token(&sim).await;
    sim.clear_requests();
    let id = sim.users()[2].id.clone();
    assert_eq!(sim.users()[2].state, State::Active);
    (sim, access_token, id)
}

#[tokio::test]
async fn a_status_answers_in_place_of_the_api() {
    let (sim, access_token, id) = ready().await;
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
async fn a_status_may_be_one_that_no_server_knows() {
    let (sim, access_token, _) = ready().await;
    sim.fault(Fault::new(Action::status(799)));
    sim.fault(Fault::new(Action::json(200, "{")));
    let request = TestRequest::list(&sim, &access_token, "");
    assert_eq!(request.send(&sim).await.status, 799);
    let response = request.send(&sim).await;
    assert_eq!((response.status, response.body.as_str()), (200, "{"));
    assert_eq!(response.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_delay_answers_late_but_properly() {
    let (sim, access_token, id) = ready().await;
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
    assert!(sim.requests().iter().all(|one| one.duration >= pause));
}

#[tokio::test]
async fn a_hang_never_answers() {
    let (sim, access_token, id) = ready().await;
    sim.fault(Fault::new(Action::Hang));
    let request = TestRequest::suspend(&sim, &access_token, &id);
    // It has come, and nothing comes back: who goes away first is the client.
    let arrived = async {
        while sim.requests().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = request.send_raw(&sim) => panic!("a hang answers"),
        () = arrived => {}
    }
    assert_eq!(sim.requests().len(), 1);
    assert_eq!(sim.requests()[0].status, None);
    assert_eq!(sim.user(&id).unwrap().state, State::Active);
}

#[tokio::test]
async fn a_reset_is_a_reset_before_the_head() {
    let (sim, access_token, id) = ready().await;
    sim.fault(Fault::new(Action::Reset));
    let request = TestRequest::suspend(&sim, &access_token, &id);
    let error = request.send_raw(&sim).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(sim.requests()[0].status, None);
    assert!(sim.requests()[0].duration > Duration::ZERO);
    assert_eq!(sim.user(&id).unwrap().state, State::Active);
}

#[tokio::test]
async fn a_cut_head_ends_within_the_head() {
    let (sim, access_token, id) = ready().await;
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
async fn a_cut_body_is_shorter_than_its_length_says() {
    let (sim, access_token, id) = ready().await;
    for after in [0, 10, 100_000] {
        sim.fault(Fault::new(Action::CutBody { after }));
        let request = TestRequest::suspend(&sim, &access_token, &id);
        let response = request.send(&sim).await;
        let promised: usize = response.header("content-length").unwrap().parse().unwrap();
        assert_eq!(response.status, 200);
        assert!(
            response.body.len() <= after && response.body.len() < promised,
            "{response:?}"
        );
    }
    assert!(sim.requests().iter().all(|one| one.status == Some(200)));
    assert_eq!(sim.user(&id).unwrap().state, State::Active);
}

#[tokio::test]
async fn a_cut_token_answer_issues_no_token() {
    let (sim, ..) = ready().await;
    sim.fault(Fault::new(Action::CutBody { after: 5 }).on(Endpoint::Token));
    let response = TestRequest::token(&sim).send(&sim).await;
    assert_eq!((response.status, response.body.as_str()), (200, "{\"acc"));
    assert_eq!(sim.tokens().len(), 1);
}

#[tokio::test]
async fn raw_bytes_are_sent_as_they_are() {
    let (sim, access_token, id) = ready().await;
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
async fn a_drip_is_the_whole_answer_a_byte_at_a_time() {
    let (sim, access_token, id) = ready().await;
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
async fn after_apply_the_change_is_made_and_the_answer_is_lost() {
    for action in [
        Action::Reset,
        Action::CutHead,
        Action::CutBody { after: 3 },
        Action::Raw(Vec::new()),
        Action::status(503),
        Action::after_apply(Action::status(504)),
    ] {
        let (sim, access_token, id) = ready().await;
        sim.fault(Fault::new(Action::after_apply(action.clone())));
        let request = TestRequest::suspend(&sim, &access_token, &id);
        let whole = request
            .send_raw(&sim)
            .await
            .ok()
            .and_then(|raw| TestResponse::parse(&raw));
        let confirmed = whole.is_some_and(|response| response.body.contains("SUSPENDED"));
        assert!(!confirmed, "{action:?}");
        assert_eq!(sim.user(&id).unwrap().state, State::Suspended, "{action:?}");
    }
}

#[tokio::test]
async fn a_hang_after_apply_leaves_the_change() {
    let (sim, access_token, id) = ready().await;
    sim.fault(Fault::new(Action::after_apply(Action::Hang)));
    let mut stream = connect(sim.url()).await.unwrap();
    let request = TestRequest::suspend(&sim, &access_token, &id);
    stream.write_all(&request.bytes()).await.unwrap();
    until(|| sim.user(&id).unwrap().state == State::Suspended).await;
    sim.stop().await;
    assert!(!matches!(stream.read(&mut [0; 1]).await, Ok(1..)));
}

#[tokio::test]
async fn a_script_goes_by_endpoint_and_by_turn() {
    let (sim, access_token, id) = ready().await;
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
async fn a_fault_for_ever_ends_when_it_is_cleared() {
    let (sim, access_token, _) = ready().await;
    sim.fault(Fault::new(Action::status(500)).always());
    let request = TestRequest::list(&sim, &access_token, "");
    for _ in 0..3 {
        assert_eq!(request.send(&sim).await.status, 500);
    }
    assert_eq!(sim.pending_faults(), 1);
    sim.clear_faults();
    assert_eq!(request.send(&sim).await.status, 200);
}
