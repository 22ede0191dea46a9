//! Messages, in both kinds of revision, and what is none.

use serde_json::{Value, json};

use super::{AgentProcess, USER, code};
use crate::process::{op_users, run_with, simulator};

/// Parameters of the revision 2026-07-28.
fn stateless(mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    params
}

fn names(listed: &Value) -> Vec<&str> {
    let tools = listed["result"]["tools"].as_array().expect("tools");
    tools
        .iter()
        .filter_map(|tool| tool["name"].as_str())
        .collect()
}

#[tokio::test]
async fn an_agent_reads_in_a_session_and_without_one() {
    let simulator = simulator().await;
    let mut agent = AgentProcess::at(&simulator, &[]);
    agent.open(&json!({})).await;
    let tools = agent.ask("tools/list", &json!({})).await;
    assert_eq!(
        names(&tools),
        ["list_users", "get_user", "find_user", "check_connection"]
    );
    let found = agent.call("find_user", &json!({ "email": USER })).await;
    assert_eq!(found["structuredContent"]["user"]["email"], USER);
    assert_eq!(found.get("resultType"), None);
    assert_eq!(agent.ask("ping", &json!({})).await["result"], json!({}));

    let discovered = agent.ask("server/discover", &stateless(json!({}))).await;
    assert_eq!(discovered["result"]["supportedVersions"][0], "2026-07-28");
    let params = stateless(json!({ "name": "get_user", "arguments": { "id": "UNKNOWN" } }));
    let missing = agent.ask("tools/call", &params).await;
    assert_eq!(missing["result"]["resultType"], "complete");
    assert_eq!(code(&missing["result"]), "not-found");
    // There are no headers that could differ from the message.
    let params = stateless(json!({ "name": "gét_user", "arguments": {} }));
    let unknown = agent.ask("tools/call", &params).await;
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");

    let (status, messages, stderr) = agent.end().await;
    assert_eq!((status, messages), (0, Vec::new()));
    let lines: Vec<Value> = stderr
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let tools: Vec<_> = lines
        .iter()
        .map(|line| (&line["event"], &line["tool"], &line["caller"]))
        .collect();
    let (event, caller) = (&json!("tool"), &json!("mcp"));
    assert_eq!(
        tools,
        [
            (event, &json!("find_user"), caller),
            (event, &json!("get_user"), caller)
        ]
    );
}

#[tokio::test]
async fn a_reader_cannot_contain() {
    let simulator = simulator().await;
    let mut agent = AgentProcess::at(&simulator, &[]);
    for arguments in [
        json!({ "users": [USER], "dry_run": true }),
        json!({ "users": [USER] }),
    ] {
        let params = json!({ "name": "suspend_users", "arguments": arguments });
        let answer = agent.ask("tools/call", &params).await;
        assert!(
            answer["error"]["message"]
                .as_str()
                .is_some_and(|text| text.contains("role `contain`")),
            "{answer}"
        );
    }
    assert!(simulator.requests().is_empty());
    assert_eq!(agent.end().await.0, 0);
}

#[tokio::test]
async fn what_is_no_message_is_told_and_the_next_one_answered() {
    let simulator = simulator().await;
    let mut agent = AgentProcess::at(&simulator, &[]);
    for (line, code) in [
        ("nonsense", -32700),
        ("{", -32700),
        ("[]", -32600),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":"not-asked","result":{}}"#, -32600),
    ] {
        agent.write(line);
        assert_eq!(agent.read().await["error"]["code"], code, "{line}");
    }
    // White space between messages, and a line break of Windows.
    agent.write("\r");
    agent.write("  ");
    agent.write("{\"jsonrpc\":\"2.0\",\"id\":\"é\",\"method\":\"ping\"}\r");
    assert_eq!(
        agent.read().await,
        json!({ "jsonrpc": "2.0", "id": "é", "result": {} })
    );

    // More than the service takes, with an id, and more than is read, without one.
    let email = "a".repeat(100_000);
    let large = agent
        .ask(
            "tools/call",
            &json!({ "name": "find_user", "arguments": { "email": email } }),
        )
        .await;
    assert!(
        large["error"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("64 KiB")),
        "{large}"
    );
    agent.write(&"x".repeat(3 << 20));
    let larger = agent.read().await;
    assert_eq!(
        (larger.get("id"), &larger["error"]["code"]),
        (None, &json!(-32600))
    );
    assert_eq!(agent.ask("ping", &json!({})).await["result"], json!({}));
    assert!(simulator.requests().is_empty());
    assert_eq!(agent.end().await.0, 0);
}

#[tokio::test]
async fn requests_at_once_are_all_answered() {
    let simulator = simulator().await;
    let mut agent = AgentProcess::at(&simulator, &[]);
    let ids: Vec<_> = (0..100)
        .map(|_| {
            agent.send(
                "tools/call",
                &json!({ "name": "list_users", "arguments": { "page_size": 1 } }),
            )
        })
        .collect();
    let mut answered = Vec::new();
    for _ in &ids {
        let answer = agent.read().await;
        assert_eq!(answer["result"]["isError"], false, "{answer}");
        answered.push(answer["id"].as_u64().expect("a number"));
    }
    answered.sort_unstable();
    assert_eq!(answered, ids);
}

#[tokio::test]
async fn a_pipe_gets_its_answers_before_the_end() {
    let lines = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"list_users\"}}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}";
    let ended = run_with(op_users(&["--simulator", "mcp"]), lines).await;
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert_eq!(ended.stdout.lines().count(), 2, "{}", ended.stdout);
    assert!(ended.stdout.contains("user0001@acme.example"));
}
