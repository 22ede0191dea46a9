//! Signed webhooks.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::fake_plugin::*;
use crate::{
    bindings::{containment::Outcome, types::ErrorCode},
    request::{Body, Request},
};

const BODY: &str = r#"{"users":["A"]}"#;

/// A webhook with this id, signed at this time.
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
fn a_signed_webhook_contains_in_the_name_of_who_signed_it() {
    let plugin = Fake::default();
    let answer = answer(&plugin, &signed("msg_1", now(), BODY));
    assert_eq!(answer.status, 200);
    assert_eq!(*plugin.calls.borrow(), ["suspend A"]);
    assert_eq!(json(&answer)["audit"][0]["actor"]["app_name"], "siem");
}

#[test]
fn a_stale_or_changed_one_is_refused() {
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
        let plugin = Fake::default();
        assert_eq!(answer(&plugin, &request).status, 401);
        assert!(plugin.calls.borrow().is_empty());
    }
}

#[test]
fn a_key_is_no_signature() {
    let answer = answer(&Fake::default(), &post("/hooks/contain", BODY));
    assert_eq!(answer.status, 401);
}

#[test]
fn one_that_is_sent_again_is_not_carried_out_again() {
    let plugin = Fake::default();
    let service = service();
    for (id, repeated) in [("msg_1", false), ("msg_2", false), ("msg_1", true)] {
        let answer = service.answer(&plugin, &signed(id, now(), BODY), "id");
        assert_eq!(answer.status, 200);
        assert_eq!(json(&answer)["repeated"] == true, repeated);
    }
    assert_eq!(plugin.calls.borrow().len(), 2);
}

#[test]
fn one_that_failed_may_be_sent_again() {
    let service = service();
    let failing = Fake {
        error: Some(error(ErrorCode::Unavailable)),
        ..Fake::default()
    };
    let request = signed("msg_1", now(), BODY);
    assert_eq!(service.answer(&failing, &request, "id").status, 503);
    let plugin = Fake::default();
    assert_eq!(service.answer(&plugin, &request, "id").status, 200);
    assert_eq!(plugin.calls.borrow().len(), 1);
}

#[test]
fn one_that_left_somebody_uncontained_may_be_sent_again() {
    let service = service();
    let failing = Fake {
        outcomes: vec![Outcome::Failed(error(ErrorCode::RateLimited))],
        ..Fake::default()
    };
    let request = signed("msg_1", now(), BODY);
    assert_eq!(service.answer(&failing, &request, "id").status, 200);
    let plugin = Fake::default();
    let answer = service.answer(&plugin, &request, "id");
    assert_eq!(json(&answer)["outcomes"][0]["outcome"], "changed");
}

#[test]
fn one_that_did_not_come_whole_is_refused_before_its_signature_is_looked_at() {
    for (body, status) in [(Body::TooLarge, 413), (Body::Incomplete, 408)] {
        let mut request = signed("msg_1", now(), BODY);
        request.body = body;
        assert_eq!(answer(&Fake::default(), &request).status, status);
    }
}

#[test]
fn a_signed_body_must_still_be_what_it_should_be() {
    let answer = answer(
        &Fake::default(),
        &signed("msg_1", now(), r#"{"type":"alert"}"#),
    );
    assert_eq!(answer.status, 400);
}
