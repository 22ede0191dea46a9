//! Webhooks: signatures, and deliveries that are repeated.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::fake_plugin::*;
use crate::{
    bindings::{
        containment::Outcome,
        types::{Effect, ErrorCode},
    },
    json::code_name,
    problem::http_status,
    request::{Body, Request},
    service::HeadResponse,
};

const BODY: &str = r#"{"users":["A"]}"#;

/// Makes a webhook with this id, signed at this time in seconds since 1970.
fn signed(id: &str, seconds: u64, body: &str) -> Request {
    let mut mac = Hmac::<Sha256>::new_from_slice(WEBHOOK_KEY).unwrap();
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let mut request = post("/hooks/contain", body);
    request.headers.retain(|(name, _)| name != "authorization");
    for (name, value) in [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", format!("v1,{signature}")),
    ] {
        request.headers.push((name.to_owned(), value));
    }
    request
}

fn now() -> u64 {
    NOW_MS / 1000
}

#[test]
fn a_signed_webhook_contains_and_is_audited_as_its_sender() {
    let plugin = FakePlugin::default();
    let response = respond(&plugin, &signed("msg_1", now(), BODY));
    assert_eq!(response.status, 200);
    assert_eq!(*plugin.calls.borrow(), ["suspend A"]);
    assert_eq!(json(&response)["audit"][0]["actor"]["app_name"], "siem");
}

#[test]
fn a_stale_or_changed_webhook_is_a_401() {
    let mut changed = signed("msg_1", now(), BODY);
    changed.body = Body::Whole(br#"{"users":["B"]}"#.to_vec());
    let mut unsigned = signed("msg_1", now(), BODY);
    unsigned
        .headers
        .retain(|(name, _)| name != "webhook-signature");
    for request in [
        changed,
        unsigned,
        signed("msg_1", now() - 301, BODY),
        signed("msg_1", now() + 301, BODY),
    ] {
        let plugin = FakePlugin::default();
        assert_eq!(respond(&plugin, &request).status, 401);
        assert!(plugin.calls.borrow().is_empty());
    }
}

#[test]
fn an_api_key_does_not_replace_the_signature() {
    let response = respond(&FakePlugin::default(), &post("/hooks/contain", BODY));
    assert_eq!(response.status, 401);
}

#[test]
fn a_repeated_webhook_is_not_carried_out_again() {
    let plugin = FakePlugin::default();
    let service = service();
    for (id, is_repeated) in [("msg_1", false), ("msg_2", false), ("msg_1", true)] {
        let response = service.respond(&plugin, &signed(id, now(), BODY), "id");
        assert_eq!(response.status, 200);
        assert_eq!(json(&response)["repeated"] == true, is_repeated);
    }
    assert_eq!(plugin.calls.borrow().len(), 2);
}

#[test]
fn a_webhook_that_failed_is_carried_out_again() {
    let service = service();
    let failing = FakePlugin {
        error: Some(error(ErrorCode::Unavailable)),
        ..FakePlugin::default()
    };
    let request = signed("msg_1", now(), BODY);
    assert_eq!(service.respond(&failing, &request, "id").status, 503);
    let plugin = FakePlugin::default();
    assert_eq!(service.respond(&plugin, &request, "id").status, 200);
    assert_eq!(plugin.calls.borrow().len(), 1);
}

#[test]
fn a_webhook_with_a_failed_target_is_carried_out_again() {
    let service = service();
    let failing = FakePlugin {
        outcomes: vec![Outcome::Failed(error(ErrorCode::RateLimited))],
        ..FakePlugin::default()
    };
    let request = signed("msg_1", now(), BODY);
    assert_eq!(service.respond(&failing, &request, "id").status, 503);
    let plugin = FakePlugin::default();
    let response = service.respond(&plugin, &request, "id");
    assert_eq!(json(&response)["outcomes"][0]["outcome"], "changed");
}

#[test]
fn an_incomplete_webhook_is_rejected_before_its_signature() {
    for (body, status) in [(Body::TooLarge, 413), (Body::Incomplete, 408)] {
        let mut request = signed("msg_1", now(), BODY);
        request.body = body;
        assert_eq!(respond(&FakePlugin::default(), &request).status, status);
    }
}

#[test]
fn a_signed_body_of_another_format_is_a_400() {
    let response = respond(
        &FakePlugin::default(),
        &signed("msg_1", now(), r#"{"type":"alert"}"#),
    );
    assert_eq!(response.status, 400);
}

#[test]
fn a_webhook_is_rejected_by_its_head_alone() {
    let good = signed("msg_1", now(), BODY);
    let mut unsigned = vec![
        signed("msg_1", now() - 301, BODY),
        signed("msg_1", now() + 301, BODY),
    ];
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut request = good.clone();
        request.headers.retain(|(found, _)| found != name);
        unsigned.push(request);
    }
    let service = service();
    for request in unsigned {
        let head = service.respond_to_head(&FakePlugin::default(), &request, "id");
        assert!(matches!(head, HeadResponse::Response(response) if response.status == 401));
    }
    let head = service.respond_to_head(&FakePlugin::default(), &good, "id");
    assert!(matches!(head, HeadResponse::BodyNeeded { is_known: false }));
    let without_senders = service_with(&[("OP_SERVICE_WEBHOOK_SECRETS", "")]);
    let head = without_senders.respond_to_head(&FakePlugin::default(), &good, "id");
    assert!(matches!(head, HeadResponse::Response(response) if response.status == 401));
}

#[test]
fn the_reason_of_a_401_is_shown_only_on_request() {
    let stale = signed("msg_1", now() - 301, BODY);
    let plugin = FakePlugin::default();
    let silent = respond(&plugin, &stale);
    assert_eq!(header(&silent, "op-users-reason"), None);
    let telling = service_with(&[("OP_SERVICE_REASON_HEADER", "true")]);
    let response = telling.respond(&plugin, &stale, "generated-id");
    let reason = header(&response, "op-users-reason").unwrap();
    assert!(reason.contains("five minutes"), "{reason}");
    assert_eq!(text(&response), text(&silent));
}

#[test]
fn a_known_id_with_another_body_is_a_422() {
    let service = service();
    let plugin = FakePlugin::default();
    for (body, status) in [(BODY, 200), (r#"{"users":["B"]}"#, 422), (BODY, 200)] {
        let response = service.respond(&plugin, &signed("msg_1", now(), body), "id");
        assert_eq!(response.status, status, "{body}");
    }
    assert_eq!(*plugin.calls.borrow(), ["suspend A"]);
}

#[test]
fn a_dry_run_is_not_remembered() {
    let service = service();
    let plugin = FakePlugin::default();
    let dry = r#"{"users":["A"],"dry_run":true}"#;
    for body in [dry, dry, BODY] {
        let response = json(&service.respond(&plugin, &signed("msg_1", now(), body), "id"));
        assert_eq!(response["operation"], "contain", "{body}");
    }
    let after = service.respond(&plugin, &signed("msg_1", now(), dry), "id");
    assert_eq!(after.status, 422);
    assert_eq!(plugin.calls.borrow().len(), 3);
}

#[test]
fn a_failure_that_cannot_pass_settles_a_webhook() {
    for (code, effect, is_settled) in [
        (ErrorCode::InvalidArgument, Effect::NotApplied, true),
        (ErrorCode::Ambiguous, Effect::NotApplied, true),
        (ErrorCode::ExternallyManaged, Effect::NotApplied, true),
        (ErrorCode::NotFound, Effect::NotApplied, false),
        (ErrorCode::Protected, Effect::NotApplied, true),
        (ErrorCode::PreconditionFailed, Effect::NotApplied, true),
        (ErrorCode::LastOwner, Effect::NotApplied, true),
        (ErrorCode::LastOwner, Effect::PossiblyApplied, false),
        (ErrorCode::Unavailable, Effect::NotApplied, false),
        (ErrorCode::PermissionDenied, Effect::NotApplied, false),
    ] {
        let service = service();
        let mut failed = error(code);
        failed.effect = effect;
        let plugin = FakePlugin {
            outcomes: vec![Outcome::Failed(failed)],
            ..FakePlugin::default()
        };
        let statuses = [(); 2].map(|()| {
            let response = service.respond(&plugin, &signed("msg_1", now(), BODY), "id");
            assert_eq!(json(&response)["code"], code_name(code));
            response.status
        });
        assert_eq!(statuses, [http_status(code); 2], "{code:?}");
        let calls = plugin.calls.borrow().len();
        assert_eq!(calls == 1, is_settled, "{code:?} {effect:?}");
    }
}

#[test]
fn a_repeated_webhook_is_carried_out_for_the_rest_only() {
    let not_found = || Outcome::Failed(error(ErrorCode::NotFound));
    let service = service();
    let request = signed("msg_1", now(), r#"{"users":["A","B","C","B"]}"#);
    for (outcomes, call, rest) in [
        (
            vec![
                Outcome::Changed,
                not_found(),
                Outcome::Unchanged,
                not_found(),
            ],
            "suspend A B C B",
            4,
        ),
        (vec![not_found(), not_found()], "suspend B B", 2),
        (vec![not_found(), Outcome::Changed], "suspend B B", 2),
        (vec![Outcome::Changed], "suspend B", 1),
    ] {
        let plugin = FakePlugin {
            outcomes,
            ..FakePlugin::default()
        };
        let report = json(&service.respond(&plugin, &request, "id"));
        assert_eq!(*plugin.calls.borrow(), [call]);
        assert_eq!(report["outcomes"].as_array().unwrap().len(), rest);
        assert_eq!(report["outcomes"][rest - 1]["who"], &call[call.len() - 1..]);
    }
    let plugin = FakePlugin::default();
    let repeated = json(&service.respond(&plugin, &request, "id"));
    assert_eq!(repeated["repeated"], true);
    assert_eq!(repeated["summary"]["changed"], 3);
    assert!(plugin.calls.borrow().is_empty());
    let other = signed("msg_1", now(), r#"{"users":["B"]}"#);
    assert_eq!(service.respond(&plugin, &other, "id").status, 422);
}

#[test]
fn a_refused_webhook_is_carried_out_again() {
    let service = service();
    let refused = FakePlugin {
        outcomes: vec![Outcome::WouldChange],
        refused: Some(error(ErrorCode::PreconditionFailed)),
        ..FakePlugin::default()
    };
    let request = signed("msg_1", now(), BODY);
    assert_eq!(service.respond(&refused, &request, "id").status, 409);
    let plugin = FakePlugin::default();
    assert_eq!(service.respond(&plugin, &request, "id").status, 200);
    assert_eq!(plugin.calls.borrow().len(), 1);
}

#[test]
fn a_signature_covers_the_byte_order_mark() {
    let body = format!("\u{feff}{BODY}");
    let plugin = FakePlugin::default();
    assert_eq!(respond(&plugin, &signed("msg_1", now(), &body)).status, 200);
    let mut stripped = signed("msg_1", now(), &body);
    stripped.body = Body::Whole(BODY.into());
    assert_eq!(respond(&plugin, &stripped).status, 401);
}

#[test]
fn a_repeated_webhook_has_the_status_that_it_had() {
    let failed = |code| Outcome::Failed(error(code));
    for (outcomes, status, code) in [
        (vec![Outcome::Changed, Outcome::Unchanged], 200, None),
        (
            vec![
                failed(ErrorCode::Protected),
                failed(ErrorCode::InvalidArgument),
            ],
            409,
            Some("protected"),
        ),
        (
            vec![Outcome::Changed, failed(ErrorCode::LastOwner)],
            207,
            None,
        ),
    ] {
        let service = service();
        let plugin = FakePlugin {
            outcomes,
            ..FakePlugin::default()
        };
        let request = signed("msg_1", now(), r#"{"users":["A","B"]}"#);
        let first = service.respond(&plugin, &request, "id");
        assert_eq!(first.status, status);
        let first = json(&first);
        let summary = first
            .pointer("/report/summary")
            .unwrap_or(&first["summary"]);
        for _ in 0..2 {
            let response = service.respond(&plugin, &request, "id");
            assert_eq!(response.status, status);
            let is_problem = header(&response, "content-type") == Some("application/problem+json");
            assert_eq!(is_problem, code.is_some());
            let again = json(&response);
            assert_eq!(again["repeated"], true);
            assert_eq!(again["code"].as_str(), code);
            assert_eq!(again["summary"], *summary);
        }
        assert_eq!(plugin.calls.borrow().len(), 1);
    }
}

#[test]
fn the_rest_of_a_webhook_does_not_hide_its_failures() {
    let failed = |code| Outcome::Failed(error(code));
    // The outcomes of A and B at the first delivery, of B at the second one; the status of each delivery.
    for (a, b, later, statuses) in [
        (
            failed(ErrorCode::Protected),
            failed(ErrorCode::NotFound),
            Outcome::Changed,
            [409, 207],
        ),
        (
            failed(ErrorCode::Protected),
            failed(ErrorCode::NotFound),
            failed(ErrorCode::NotFound),
            [409, 409],
        ),
        (
            failed(ErrorCode::InvalidArgument),
            failed(ErrorCode::Unavailable),
            failed(ErrorCode::NotFound),
            [503, 404],
        ),
        (
            Outcome::Changed,
            failed(ErrorCode::Unavailable),
            failed(ErrorCode::Unavailable),
            [207, 207],
        ),
        (
            Outcome::Changed,
            failed(ErrorCode::NotFound),
            Outcome::Unchanged,
            [207, 200],
        ),
    ] {
        let service = service();
        let request = signed("msg_1", now(), r#"{"users":["A","B"]}"#);
        let deliver = |outcomes| {
            let plugin = FakePlugin {
                outcomes,
                ..FakePlugin::default()
            };
            let response = service.respond(&plugin, &request, "id");
            (response.status, json(&response))
        };
        let (first, _) = deliver(vec![a, b]);
        let (second, body) = deliver(vec![later]);
        assert_eq!([first, second], statuses, "{body}");
        let report = body.get("report").unwrap_or(&body);
        assert_eq!(report["outcomes"][0]["who"], "B", "{body}");
        assert_eq!(report["outcomes"].as_array().map(Vec::len), Some(1));
    }
}
