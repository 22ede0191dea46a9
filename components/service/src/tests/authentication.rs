//! Who is let in, to what, and what the others are told.

use super::fake_plugin::*;
use crate::{request::Request, service::Service};

const EVERYTHING: [(&str, &str); 11] = [
    ("GET", "/openapi.json"),
    ("GET", "/v1/check"),
    ("GET", "/v1/users"),
    ("GET", "/v1/users:find?email=a@b"),
    ("GET", "/v1/users/A"),
    ("POST", "/v1/users/A:suspend"),
    ("POST", "/v1/users/A:reactivate"),
    ("POST", "/v1/contain"),
    ("POST", "/v1/restore"),
    ("POST", "/hooks/contain"),
    ("GET", "/nowhere"),
];

fn keyed(method: &str, path: &str, authorization: &str) -> Request {
    let mut request = request(method, path);
    request.headers = vec![("authorization".into(), authorization.into())];
    request
}

#[test]
fn with_nothing_configured_everything_but_health_refuses() {
    let plugin = Fake::default();
    let service = Service::new(Vec::new());
    for (method, path) in EVERYTHING {
        let answer = service.answer(&plugin, &request(method, path), "id");
        assert_eq!(answer.status, 401, "{path}");
    }
    let answer = service.answer(&plugin, &request("GET", "/healthz"), "id");
    assert_eq!(answer.status, 200);
    assert!(plugin.calls.borrow().is_empty());
}

#[test]
fn wrong_settings_refuse_everything_but_health_and_are_named() {
    let service = service_with(&[("OP_SERVICE_MAX_CHANGE", "5")]);
    for (method, path) in EVERYTHING {
        let answer = service.answer(&Fake::default(), &request(method, path), "id");
        assert_eq!(answer.status, 503, "{path}");
        assert!(
            answer
                .body
                .contains("OP_SERVICE_MAX_CHANGE is not a setting")
        );
    }
    let health = service.answer(&Fake::default(), &request("GET", "/healthz"), "id");
    assert_eq!(health.status, 200);
}

#[test]
fn whoever_has_no_key_learns_nothing_of_what_there_is() {
    for authorization in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer nobody",
        "Basic contain-key",
        "contain-key",
        "Bearercontain-key",
        "Bearer contain-key x",
        "Bearer contain-key\u{a0}",
        "Bearer\u{a0}contain-key",
        "Bearer contain-key, Bearer contain-key",
    ] {
        let bodies: Vec<_> = EVERYTHING
            .iter()
            .map(|(method, path)| {
                let answer = answer(&Fake::default(), &keyed(method, path, authorization));
                assert_eq!(answer.status, 401, "{path}");
                assert_eq!(header(&answer, "www-authenticate"), Some("Bearer"));
                answer.body
            })
            .collect();
        assert!(bodies.iter().all(|body| *body == bodies[0]));
    }
    // Nor by other methods, and not by two headers.
    for method in ["OPTIONS", "PUT", "HEAD"] {
        let answer = answer(&Fake::default(), &keyed(method, "/v1/users", ""));
        assert_eq!(answer.status, 401);
    }
    let mut twice = request("GET", "/v1/users");
    twice.headers.push(twice.headers[0].clone());
    assert_eq!(answer(&Fake::default(), &twice).status, 401);
    // One that is no UTF-8 comes as an empty one.
    twice.headers[1].1.clear();
    assert_eq!(answer(&Fake::default(), &twice).status, 401);
}

#[test]
fn a_key_to_read_reads_and_changes_nothing() {
    let plugin = Fake::default();
    for (method, path) in EVERYTHING {
        let answer = answer(&plugin, &keyed(method, path, "bearer read-key"));
        let expected = match (method, path) {
            (_, "/nowhere") => 404,
            (_, "/hooks/contain") => 401,
            ("GET", _) => 200,
            _ => 403,
        };
        assert_eq!(answer.status, expected, "{path}");
    }
    let calls = plugin.calls.borrow();
    assert!(!calls.iter().any(|call| call.contains("suspend")));
}

#[test]
fn other_methods_are_told_which_there_are() {
    for (method, path) in EVERYTHING {
        if path == "/nowhere" {
            continue;
        }
        let path = path.split('?').next().unwrap();
        let allow = match method {
            "GET" => "GET, HEAD, OPTIONS",
            _ => "POST, OPTIONS",
        };
        for wrong in ["PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
            let answer = answer(&Fake::default(), &request(wrong, path));
            assert_eq!(answer.status, 405, "{path}");
            assert_eq!(header(&answer, "allow"), Some(allow));
        }
        let options = answer(&Fake::default(), &request("OPTIONS", path));
        assert_eq!((options.status, options.body.as_str()), (204, ""));
        assert_eq!(header(&options, "allow"), Some(allow));
        assert_eq!(header(&options, "access-control-allow-origin"), None);
    }
    let answer = answer(&Fake::default(), &request("POST", "/healthz"));
    assert_eq!(answer.status, 405);
}

#[test]
fn head_is_get_without_a_body() {
    for path in ["/healthz", "/v1/users", "/v1/users/A", "/openapi.json"] {
        let head = answer(&Fake::default(), &request("HEAD", path));
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        assert_eq!(header(&head, "content-type"), Some("application/json"));
    }
    let answer = answer(&Fake::default(), &request("HEAD", "/v1/contain"));
    assert_eq!(answer.status, 405);
}
