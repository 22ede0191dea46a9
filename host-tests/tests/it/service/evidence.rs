//! Lines of the composed service: audit events, and requests that were refused or failed.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use host::{ServerLimits, ServiceLog};
use serde_json::{Value, json};
use simulator::State;

use super::{
    deployment::{CONTAIN_KEY, Deployment, READ_KEY, webhook},
    raw_client::RawRequest,
    webhooks::now,
};

/// The lines of a service.
#[derive(Default)]
struct Lines {
    lines: Mutex<Vec<Value>>,
    is_full: AtomicBool,
}

impl ServiceLog for Lines {
    fn is_writable(&self) -> bool {
        !self.is_full.load(Ordering::Relaxed)
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        if self.is_full.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        assert!(line.is_ascii(), "{line}");
        let line = serde_json::from_str(line).expect("one JSON object");
        self.lines.lock().expect("no panic").push(line);
        Ok(())
    }
}

impl Lines {
    fn take(&self) -> Vec<Value> {
        std::mem::take(&mut self.lines.lock().expect("no panic"))
    }
}

async fn deployment(variables: &[(&str, &str)]) -> (Deployment, Arc<Lines>) {
    let lines = Arc::new(Lines::default());
    let log = Arc::clone(&lines) as Arc<dyn ServiceLog>;
    let limits = ServerLimits::default();
    let deployment = Deployment::with_limits(variables, limits, |options| options.log(log)).await;
    (deployment, lines)
}

#[tokio::test]
async fn a_containment_by_webhook_leaves_its_audit() {
    let (deployment, lines) = deployment(&[]).await;
    let id = deployment.members()[0].id.clone();
    let name = "Zo\u{eb} \u{202e}\n".repeat(150);
    deployment.simulator.set_email(&id, "zoë@acme.example");
    let body = json!({ "users": [id], "reason": name.chars().take(256).collect::<String>() });
    let report = deployment
        .send(&webhook(0, "msg_1", now(), &body))
        .await
        .report(200);
    let lines = lines.take();
    assert_eq!(json!(lines), report["audit"]);
    assert_eq!(lines[0]["actor"]["app_name"], "siem");
    assert_eq!(lines[0]["user"]["uid"], id);
}

#[tokio::test]
async fn each_refused_request_is_exactly_one_line() {
    let (deployment, lines) = deployment(&[("OP_SERVICE_PROTECT", "user0002@acme.example")]).await;
    let body = json!({ "users": ["user0002@acme.example"] });
    let contain = |key| RawRequest::json("/v1/contain", key, &body);
    for (request, status, caller, route) in [
        (contain("unknown-key"), 401, None, "/v1/contain"),
        (contain(READ_KEY), 403, Some("dashboard"), "/v1/contain"),
        (
            webhook(0, "msg_1", now() - 330, &body),
            401,
            None,
            "/hooks/contain",
        ),
        (
            webhook(0, "msg_1", now(), &body).body("{}"),
            401,
            None,
            "/hooks/contain",
        ),
        (
            RawRequest::new("GET", "/v1/users/SECRET"),
            401,
            None,
            "/v1/users/{id}",
        ),
    ] {
        assert_eq!(deployment.send(&request).await.status, status);
        let lines = lines.take();
        let [line] = &lines[..] else {
            panic!("{lines:?}");
        };
        assert_eq!(
            (&line["status"], &line["route"]),
            (&json!(status), &json!(route))
        );
        assert_eq!(line["caller"].as_str(), caller);
        let text = line.to_string();
        for secret in ["unknown-key", READ_KEY, "SECRET", "user0002"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    assert_eq!(deployment.send(&contain(CONTAIN_KEY)).await.status, 409);
    let lines = lines.take();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(
        (&lines[0]["class_uid"], &lines[1]["event"]),
        (&json!(3001), &json!("response"))
    );
    assert_eq!(lines[1]["summary"]["protected"], 1);
}

#[tokio::test]
async fn what_succeeds_without_a_change_is_no_line() {
    let (deployment, lines) = deployment(&[]).await;
    for request in [
        RawRequest::new("GET", "/healthz"),
        RawRequest::new("GET", "/readyz"),
        RawRequest::get("/v1/users", READ_KEY),
        RawRequest::get("/nowhere", READ_KEY),
        RawRequest::get("/v1/users/UNKNOWN", READ_KEY),
    ] {
        assert!(deployment.send(&request).await.status < 500);
    }
    assert_eq!(lines.take(), Vec::<Value>::new());
}

#[tokio::test]
async fn no_change_is_made_while_audits_cannot_be_written() {
    let (deployment, lines) = deployment(&[]).await;
    let id = deployment.members()[0].id.clone();
    lines.is_full.store(true, Ordering::Relaxed);
    let state = || deployment.simulator.user(&id).map(|user| user.state);
    let target = format!("/v1/users/{id}:suspend");
    for request in [
        RawRequest::post(&target, CONTAIN_KEY),
        RawRequest::json("/v1/contain", CONTAIN_KEY, &json!({ "users": [id] })),
        webhook(0, "msg_1", now(), &json!({ "users": [id] })),
    ] {
        let response = deployment.send(&request).await;
        response.problem(503, "audit-unavailable");
        assert_eq!(state(), Some(State::Active));
    }
    deployment.assert_serves().await;
    lines.is_full.store(false, Ordering::Relaxed);
    deployment.contain(&[&id]).await.report(200);
    assert_eq!(lines.take().len(), 1);
}
