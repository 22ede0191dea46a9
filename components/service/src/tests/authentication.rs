//! Keys, roles and methods: the requests that each caller may send.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::fake_plugin::*;
use crate::{
    request::Request,
    service::{HeadResponse, Service},
};

/// A request to every route that needs authentication, and to a missing path.
const REQUESTS: [(&str, &str); 11] = [
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

fn request_with_authorization(method: &str, path: &str, authorization: &str) -> Request {
    let mut request = request(method, path);
    request.headers = vec![("authorization".into(), authorization.into())];
    request
}

#[test]
fn without_settings_every_route_but_health_is_a_401() {
    let plugin = FakePlugin::default();
    let service = Service::new(Vec::new(), Box::new(FakeLog::default()));
    for (method, path) in REQUESTS {
        let response = service.respond(&plugin, &request(method, path), "id");
        assert_eq!(response.status, 401, "{path}");
    }
    let response = service.respond(&plugin, &request("GET", "/healthz"), "id");
    assert_eq!(response.status, 200);
    assert!(plugin.calls.borrow().is_empty());
}

#[test]
fn with_wrong_settings_every_route_but_health_is_a_503() {
    let service = service_with(&[("OP_SERVICE_MAX_CHANGE", "5")]);
    for (method, path) in REQUESTS {
        let response = service.respond(&FakePlugin::default(), &request(method, path), "id");
        assert_eq!(response.status, 503, "{path}");
        assert!(text(&response).contains("OP_SERVICE_MAX_CHANGE is not a setting"));
    }
    let health = service.respond(&FakePlugin::default(), &request("GET", "/healthz"), "id");
    assert_eq!(health.status, 200);
}

#[test]
fn without_a_key_every_path_gets_the_same_401() {
    for authorization in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer unknown-key",
        "Basic contain-key",
        "contain-key",
        "Bearercontain-key",
        "Bearer contain-key x",
        "Bearer contain-key\u{a0}",
        "Bearer\u{a0}contain-key",
        "Bearer contain-key, Bearer contain-key",
    ] {
        let bodies: Vec<_> = REQUESTS
            .iter()
            .map(|(method, path)| {
                let response = respond(
                    &FakePlugin::default(),
                    &request_with_authorization(method, path, authorization),
                );
                assert_eq!(response.status, 401, "{path}");
                assert_eq!(header(&response, "www-authenticate"), Some("Bearer"));
                text(&response)
            })
            .collect();
        assert!(bodies.iter().all(|body| *body == bodies[0]));
    }
    let response = respond(
        &FakePlugin::default(),
        &request_with_authorization("GET", "/v1/users", ""),
    );
    let challenges = response.headers.iter();
    let challenges: Vec<_> = challenges
        .filter(|(name, _)| *name == "www-authenticate")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(
        challenges,
        [
            "Bearer",
            "Basic realm=\"onepassword-users\", charset=\"UTF-8\""
        ]
    );
    // Other methods get it, too.
    for method in ["OPTIONS", "PUT", "HEAD"] {
        let response = respond(
            &FakePlugin::default(),
            &request_with_authorization(method, "/v1/users", ""),
        );
        assert_eq!(response.status, 401);
    }
    // So do requests with two headers.
    let mut twice = request("GET", "/v1/users");
    twice.headers.push(twice.headers[0].clone());
    assert_eq!(respond(&FakePlugin::default(), &twice).status, 401);
    // A value that is not UTF-8 arrives as an empty one, and counts as well.
    twice.headers[1].1.clear();
    assert_eq!(respond(&FakePlugin::default(), &twice).status, 401);
}

#[test]
fn the_role_read_allows_get_only() {
    let plugin = FakePlugin::default();
    for (method, path) in REQUESTS {
        let response = respond(
            &plugin,
            &request_with_authorization(method, path, "bearer read-key"),
        );
        let expected = match (method, path) {
            (_, "/nowhere") => 404,
            (_, "/hooks/contain") => 401,
            ("GET", _) => 200,
            _ => 403,
        };
        assert_eq!(response.status, expected, "{path}");
    }
    let calls = plugin.calls.borrow();
    assert!(!calls.iter().any(|call| call.contains("suspend")));
}

#[test]
fn a_wrong_method_is_a_405_with_allow() {
    for (method, path) in REQUESTS {
        if path == "/nowhere" {
            continue;
        }
        let path = path.split('?').next().unwrap();
        let allow = match method {
            "GET" => "GET, HEAD, OPTIONS",
            _ => "POST, OPTIONS",
        };
        for wrong in ["PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
            let response = respond(&FakePlugin::default(), &request(wrong, path));
            assert_eq!(response.status, 405, "{path}");
            assert_eq!(header(&response, "allow"), Some(allow));
        }
        let options = respond(&FakePlugin::default(), &request("OPTIONS", path));
        assert_eq!((options.status, text(&options).as_str()), (204, ""));
        assert_eq!(header(&options, "allow"), Some(allow));
        assert_eq!(header(&options, "access-control-allow-origin"), None);
    }
    let response = respond(&FakePlugin::default(), &request("POST", "/healthz"));
    assert_eq!(response.status, 405);
}

#[test]
fn head_is_get_without_a_body() {
    for path in ["/healthz", "/v1/users", "/v1/users/A", "/openapi.json"] {
        let head = respond(&FakePlugin::default(), &request("HEAD", path));
        assert_eq!((head.status, text(&head).as_str()), (200, ""));
        assert_eq!(header(&head, "content-type"), Some("application/json"));
    }
    let response = respond(&FakePlugin::default(), &request("HEAD", "/v1/contain"));
    assert_eq!(response.status, 405);
}

#[test]
fn a_request_without_a_key_is_rejected_by_its_head() {
    let service = service();
    let status =
        |request: &Request| match service.respond_to_head(&FakePlugin::default(), request, "id") {
            HeadResponse::Response(response) => Some(response.status),
            HeadResponse::BodyNeeded { .. } => None,
        };
    let with_key = |method: &str, path: &str, key: &str| Request {
        headers: vec![("authorization".into(), format!("Bearer {key}"))],
        ..request(method, path)
    };
    for (request, expected) in [
        (with_key("POST", "/v1/contain", "unknown"), Some(401)),
        (with_key("GET", "/v1/users", ""), Some(401)),
        (with_key("POST", "/v1/contain", "read-key"), Some(403)),
        (with_key("POST", "/v1/contain", "contain-key"), None),
        (with_key("POST", "/nowhere", "contain-key"), Some(404)),
        (with_key("PUT", "/v1/contain", "contain-key"), Some(405)),
        (with_key("GET", "/healthz", ""), Some(200)),
        (with_key("POST", "/hooks/contain", "contain-key"), Some(401)),
    ] {
        assert_eq!(status(&request), expected, "{request:?}");
    }
}

/// Value of the header for Basic credentials.
fn basic(credentials: &str) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

#[test]
fn a_key_is_taken_as_the_password_of_any_basic_user() {
    for name in ["any", "", "responder", "reader", "é", "name with spaces"] {
        for scheme in ["Basic ", "basic ", "BASIC  "] {
            let value = basic(&format!("{name}:contain-key")).replace("Basic ", scheme);
            let request = request_with_authorization("POST", "/v1/users/A:suspend", &value);
            let response = respond(&FakePlugin::default(), &request);
            assert_eq!(response.status, 200, "{value}");
            let event = &json(&response)["audit"][0];
            assert_eq!(event["actor"]["app_name"], "responder", "not {name}");
        }
    }
    let reader = request_with_authorization("POST", "/v1/users/A:suspend", &basic("x:read-key"));
    assert_eq!(respond(&FakePlugin::default(), &reader).status, 403);
}

#[test]
fn malformed_basic_credentials_are_a_401() {
    let good = basic("a:contain-key");
    for value in [
        "Basic",
        "Basic ",
        "Basic :",
        "Basic any:contain-key",
        "Basic contain-key",
        &basic("contain-key"),
        &basic("any:"),
        &basic(":"),
        &basic("any:contain-key "),
        &basic("any: contain-key"),
        &basic("any:x:contain-key"),
        &basic("contain-key:any"),
        &basic("any:CONTAIN-KEY"),
        good.trim_end_matches('='),
        &good.replace("Basic", "Bearer"),
        &good.replace("Basic", "Digest"),
        &format!("{good} x"),
        &format!("{good}!"),
        &format!("{good}, {good}"),
        "Basic //////==",
    ] {
        let plugin = FakePlugin::default();
        let request = request_with_authorization("POST", "/v1/users/A:suspend", value);
        assert_eq!(respond(&plugin, &request).status, 401, "{value}");
        assert!(plugin.calls.borrow().is_empty());
    }
    for other in [good.as_str(), "Bearer contain-key", ""] {
        let mut twice = request_with_authorization("POST", "/v1/users/A:suspend", &good);
        twice.headers.push(("authorization".into(), other.into()));
        assert_eq!(respond(&FakePlugin::default(), &twice).status, 401);
    }
}

#[test]
fn a_basic_password_that_a_web_page_uses_is_a_401() {
    for (name, value, status) in [
        ("origin", "https://other.example", 401),
        ("origin", "null", 401),
        ("sec-fetch-site", "cross-site", 401),
        ("sec-fetch-site", "same-origin", 401),
        ("sec-fetch-site", "", 401),
        ("sec-fetch-site", "none", 200),
    ] {
        for (authorization, status) in [
            (basic("any:contain-key"), status),
            ("Bearer contain-key".to_owned(), 200),
        ] {
            let mut request =
                request_with_authorization("POST", "/v1/users/A:suspend", &authorization);
            request.headers.push((name.into(), value.into()));
            let response = respond(&FakePlugin::default(), &request);
            assert_eq!(response.status, status, "{authorization} {name} {value}");
        }
    }
}

#[test]
fn a_basic_password_does_not_replace_a_signature() {
    let mut request = post("/hooks/contain", r#"{"users":["A"]}"#);
    request.headers[0].1 = basic("any:contain-key");
    assert_eq!(respond(&FakePlugin::default(), &request).status, 401);
}

#[test]
fn a_caller_has_two_keys_while_one_is_replaced() {
    let keys = ["old-key", "new-key"].map(|key| format!("siem:contain:{}", digest(key)));
    let keys = keys.join(",");
    let service = service_with(&[("OP_SERVICE_KEYS", &keys)]);
    for key in ["old-key", "new-key"] {
        let value = format!("Bearer {key}");
        let request = request_with_authorization("POST", "/v1/users/A:suspend", &value);
        let response = service.respond(&FakePlugin::default(), &request, "id");
        assert_eq!(response.status, 200, "{key}");
        assert_eq!(json(&response)["audit"][0]["actor"]["app_name"], "siem");
    }
}
