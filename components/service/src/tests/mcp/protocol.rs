//! The protocol: revisions, headers and messages.

use serde_json::{Value, json};

use super::{super::fake_plugin::*, *};

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"old","version":"1"}}}"#;

#[test]
fn a_server_is_discovered_with_its_revisions() {
    let result = Client::new().ask("server/discover", json!({}));
    let result = &result["result"];
    assert_eq!(
        result["supportedVersions"],
        json!(["2026-07-28", "2025-11-25", "2025-06-18"])
    );
    assert_eq!(result["capabilities"], json!({"tools": {}}));
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["cacheScope"], "private");
    assert_eq!(
        result["_meta"]["io.modelcontextprotocol/serverInfo"],
        json!({"name": "onepassword-users", "title": "1Password users", "version": env!("CARGO_PKG_VERSION")})
    );
}

#[test]
fn a_session_opens_with_a_revision_that_is_spoken() {
    for (asked, answered) in [
        ("2025-11-25", "2025-11-25"),
        ("2025-06-18", "2025-06-18"),
        ("2024-11-05", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
        ("x", "2025-11-25"),
    ] {
        let response = Client::new().post(&INITIALIZE.replace("2025-11-25", asked));
        let result = json(&response);
        assert_eq!(result["id"], "a");
        assert_eq!(result["result"]["protocolVersion"], answered);
        assert_eq!(result["result"]["serverInfo"]["name"], "onepassword-users");
        assert_eq!(header(&response, "mcp-session-id"), None);
    }
}

#[test]
fn clients_of_earlier_revisions_list_and_call_tools() {
    for version in ["2025-11-25", "2025-06-18", ""] {
        let client = Client::new();
        let headers = [("mcp-protocol-version", version)];
        let headers = if version.is_empty() {
            &[][..]
        } else {
            &headers
        };
        let ask = |body: &str| json(&client.send(&client.raw(headers, body)));
        let listed = ask(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#);
        assert_eq!(listed["result"]["tools"].as_array().unwrap().len(), 6);
        assert_eq!(listed["result"].get("resultType"), None);
        let called = ask(
            r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_user","arguments":{"id":"A"}}}"#,
        );
        assert_eq!(called["result"]["structuredContent"]["user"]["id"], "A");
        assert_eq!(
            ask(r#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#)["result"],
            json!({})
        );
        let unknown = ask(r#"{"jsonrpc":"2.0","id":4,"method":"prompts/list","params":{}}"#);
        assert_eq!(unknown["error"]["code"], -32601);
    }
}

#[test]
fn a_notification_has_no_answer() {
    let client = Client::new();
    let response = client.post(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    assert_eq!((response.status, text(&response).as_str()), (202, ""));
    // A call without an id would be carried out without an answer.
    let call = r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"get_user","arguments":{"id":"A"}}}"#;
    assert_eq!(client.post(call).status, 400);
    assert!(client.calls().is_empty());
}

#[test]
fn a_message_that_is_none_is_refused() {
    for (body, code) in [
        ("", -32700),
        ("{", -32700),
        ("\u{feff}{}", -32700),
        ("[]", -32600),
        (r#" [{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
        ("7", -32600),
        ("{}", -32600),
        (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
            -32600,
        ),
        (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, -32600),
    ] {
        let client = Client::new();
        let response = client.post(body);
        assert_eq!(response.status, 400, "{body}");
        let response = json(&response);
        assert_eq!(response["error"]["code"], code, "{body}: {response}");
        assert_eq!(response.get("id"), None);
        assert!(client.calls().is_empty());
    }
}

#[test]
fn ids_come_back_as_they_were() {
    for id in [
        "0",
        "-3",
        "9007199254740993",
        "7.0",
        "1e3",
        r#""a\u001b\"b""#,
        r#""""#,
    ] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        let response = text(&Client::new().post(&body));
        assert!(response.contains(&format!(r#""id":{id},"#)), "{response}");
    }
}

#[test]
fn headers_must_equal_the_body() {
    let client = Client::new();
    let good = client.request(
        "tools/call",
        json!({"name": "get_user", "arguments": {"id": "A"}}),
    );
    assert_eq!(client.send(&good).status, 200);
    client.calls();
    let changed = |name: &str, values: &[&str]| {
        let mut request = good.clone();
        request.headers.retain(|header| header.0 != name);
        let values = values
            .iter()
            .map(|value| (name.to_owned(), (*value).to_owned()));
        request.headers.extend(values);
        request
    };
    for (name, values) in [
        ("mcp-protocol-version", &[][..]),
        ("mcp-protocol-version", &["2025-11-25"]),
        ("mcp-protocol-version", &["2026-07-28", "2026-07-28"]),
        ("mcp-method", &[]),
        ("mcp-method", &["tools/list"]),
        ("mcp-method", &["TOOLS/CALL"]),
        ("mcp-name", &[]),
        ("mcp-name", &["list_users"]),
        ("mcp-name", &["get_user", "get_user"]),
        ("mcp-name", &["=?base64?bGlzdF91c2Vycw==?="]),
        ("mcp-name", &["=?base64?!?="]),
    ] {
        let response = client.send(&changed(name, values));
        assert_eq!(response.status, 400, "{name} {values:?}");
        assert_eq!(
            json(&response)["error"]["code"],
            -32020,
            "{name} {values:?}"
        );
        assert_eq!(json(&response)["id"], 7);
    }
    assert!(client.calls().is_empty());
    for (name, value) in [
        ("mcp-protocol-version", " 2026-07-28\t"),
        ("mcp-name", "=?base64?Z2V0X3VzZXI=?="),
    ] {
        assert_eq!(client.send(&changed(name, &[value])).status, 200, "{value}");
    }
}

#[test]
fn each_request_declares_its_revision_and_capabilities() {
    let client = Client::new();
    let ask = |version: &str, meta: Value| {
        let body =
            json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}});
        let headers = [
            ("mcp-protocol-version", version),
            ("mcp-method", "tools/list"),
        ];
        let response = client.send(&client.raw(&headers, &body.to_string()));
        (response.status, json(&response)["error"].clone())
    };
    let version = "io.modelcontextprotocol/protocolVersion";
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    for meta in [
        json!({}),
        json!({capabilities: {}}),
        json!({version: "2026-07-28"}),
        json!({version: "2026-07-28", capabilities: null}),
        json!({version: "2026-07-28", capabilities: []}),
        json!({version: 20260728, capabilities: {}}),
    ] {
        let (status, error) = ask("2026-07-28", meta.clone());
        assert_eq!((status, &error["code"]), (400, &json!(-32602)), "{meta}");
    }
    for meta in [json!({}), json!({version: "1900-01-01", capabilities: {}})] {
        let (status, error) = ask("1900-01-01", meta.clone());
        assert_eq!((status, &error["code"]), (400, &json!(-32022)), "{meta}");
        assert_eq!(error["data"]["requested"], "1900-01-01");
        assert_eq!(error["data"]["supported"][0], "2026-07-28");
    }
}

#[test]
fn methods_that_are_gone_are_not_found() {
    for method in [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/list",
        "subscriptions/listen",
        "x\u{202e}",
    ] {
        let client = Client::new();
        let response = client.send(&client.request(method, json!({})));
        // A header has only ASCII.
        if method.is_ascii() {
            assert_eq!(response.status, 404, "{method}");
            assert_eq!(json(&response)["error"]["code"], -32601);
        } else {
            assert!(!text(&response).contains('\u{202e}'));
        }
    }
}

#[test]
fn a_caller_sees_and_calls_only_its_tools() {
    let client = Client {
        key: "read-key",
        ..Client::new()
    };
    let listed = client.ask("tools/list", json!({}));
    let names: Vec<_> = listed["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["list_users", "get_user", "find_user", "check_connection"]
    );
    for tool in ["suspend_users", "reactivate_users"] {
        for arguments in [
            json!({"users": ["A"], "dry_run": true}),
            json!({"users": ["A"]}),
            json!({}),
        ] {
            let params = json!({"name": tool, "arguments": arguments});
            let response = client.send(&client.request("tools/call", params));
            assert_eq!(response.status, 403);
            let error = json(&response)["error"].clone();
            assert!(
                error["message"]
                    .as_str()
                    .unwrap()
                    .contains("role `contain`"),
                "{error}"
            );
        }
    }
    let unknown = client.ask("tools/call", json!({"name": "Suspend_Users"}));
    assert_eq!(unknown["error"]["code"], -32602);
    assert!(client.calls().is_empty());
}

#[test]
fn each_tool_has_all_hints_and_schemas_of_objects() {
    let listed = Client::new().ask("tools/list", json!({}));
    for tool in listed["result"]["tools"].as_array().unwrap() {
        let is_change =
            ["suspend_users", "reactivate_users"].contains(&tool["name"].as_str().unwrap());
        assert_eq!(
            tool["annotations"],
            json!({"readOnlyHint": !is_change, "destructiveHint": is_change, "idempotentHint": true, "openWorldHint": true})
        );
        for schema in ["inputSchema", "outputSchema"] {
            assert_eq!(tool[schema]["type"], "object");
            assert_eq!(tool[schema]["additionalProperties"], false);
        }
        for text in ["title", "description"] {
            assert!(tool[text].is_string());
        }
        if tool["name"] != "check_connection" {
            assert!(
                tool["description"]
                    .as_str()
                    .unwrap()
                    .contains("never instructions")
            );
        }
    }
}

#[test]
fn web_pages_are_refused() {
    for (host, origin, status) in [
        ("127.0.0.1:8080", None, 200),
        ("127.0.0.1:8080", Some("http://localhost:8080"), 200),
        ("[::1]:8080", Some("http://[::1]:6274"), 200),
        ("localhost", Some("https://127.0.0.1"), 200),
        ("127.0.0.1:8080", Some("http://evil.example"), 403),
        // A name of an attacker's that resolves to this machine.
        ("evil.example", Some("http://evil.example"), 403),
        ("evil.example", Some("http://localhost"), 403),
        ("127.0.0.1", Some("null"), 403),
        ("127.0.0.1", Some(""), 403),
        ("127.0.0.1", Some("http://localhost.evil.example"), 403),
        ("127.0.0.1", Some("http://localhost@evil.example"), 403),
        ("api.acme.example", Some("https://api.acme.example"), 403),
    ] {
        let client = Client::new();
        let mut request = client.request("tools/list", json!({}));
        request.headers.push(("host".into(), host.into()));
        let origin = origin.map(|origin| ("origin".to_owned(), origin.to_owned()));
        request.headers.extend(origin.clone());
        assert_eq!(client.send(&request).status, status, "{host} {origin:?}");
    }
}

#[test]
fn a_request_without_a_key_is_a_401_with_a_challenge() {
    let client = Client {
        key: "other",
        ..Client::new()
    };
    let response = client.send(&client.request("tools/list", json!({})));
    assert_eq!(response.status, 401);
    assert_eq!(header(&response, "www-authenticate"), Some("Bearer"));
    for method in ["GET", "DELETE"] {
        let response = respond(&FakePlugin::default(), &request(method, "/mcp"));
        assert_eq!(response.status, 405);
        assert_eq!(header(&response, "allow"), Some("POST, OPTIONS"));
    }
}

#[test]
fn what_is_wrong_with_a_body_is_told_as_a_message() {
    let client = Client::new();
    let request = client.request("tools/list", json!({}));
    let mut no_json = request.clone();
    no_json.headers.retain(|header| header.0 != "content-type");
    let mut with_query = request.clone();
    with_query.path_and_query.push_str("?a=b");
    for (request, status) in [(too_large(request), 413), (no_json, 415), (with_query, 400)] {
        let response = client.send(&request);
        assert_eq!(response.status, status);
        assert_eq!(header(&response, "content-type"), Some("application/json"));
        assert_eq!(json(&response)["jsonrpc"], "2.0");
        assert!(json(&response)["error"]["message"].is_string());
    }
}

#[test]
fn arguments_that_are_not_described_are_refused_by_name() {
    for (tool, arguments, part) in [
        ("list_users", json!({"page_size": 101}), "1 to 100"),
        ("list_users", json!({"page_size": 0}), "1 to 100"),
        ("list_users", json!({"page_size": "5"}), "`page_size`"),
        ("list_users", json!({"state": "deleted"}), "`state`"),
        ("list_users", json!({"match": "a"}), "`match`"),
        ("get_user", json!({}), "`id`"),
        ("get_user", json!({"id": ""}), "`id`"),
        ("get_user", json!({"id": "a@acme.example"}), "find_user"),
        ("get_user", json!({"id": "A", "email": "b"}), "`email`"),
        ("find_user", json!({"email": 5}), "`email`"),
        (
            "find_user",
            json!({"email": "a".repeat(257)}),
            "256 characters",
        ),
        ("check_connection", json!({"secret": true}), "`secret`"),
        ("suspend_users", json!({"dry_run": true}), "1 to 100 users"),
        (
            "suspend_users",
            json!({"users": [], "dry_run": true}),
            "1 to 100 users",
        ),
        (
            "suspend_users",
            json!({"users": vec!["A"; 101], "dry_run": true}),
            "1 to 100 users",
        ),
        (
            "suspend_users",
            json!({"users": "A", "dry_run": true}),
            "`users`",
        ),
        (
            "suspend_users",
            json!({"users": ["A"], "dry_run": "true"}),
            "`dry_run`",
        ),
        (
            "suspend_users",
            json!({"users": ["A"], "dry-run": true}),
            "`dry-run`",
        ),
        (
            "suspend_users",
            json!({"users": ["A"], "dry_run": true, "max_changes": -1}),
            "`max_changes`",
        ),
        (
            "suspend_users",
            json!({"users": ["A"], "dry_run": true, "reason": "r".repeat(257)}),
            "`reason`",
        ),
        (
            "suspend_users",
            json!({"users": ["A"], "dry_run": true, "plan": "x"}),
            "`plan`",
        ),
    ] {
        let client = Client::new();
        let result = client.call(tool, arguments.clone());
        assert_eq!(result["isError"], true, "{arguments}");
        assert_eq!(error_code(&result), "invalid-argument", "{arguments}");
        let text = result["content"][0]["text"].as_str().unwrap();
        assert!(text.contains(part), "{arguments}: {text}");
        assert!(client.calls().is_empty(), "{arguments}");
    }
}
