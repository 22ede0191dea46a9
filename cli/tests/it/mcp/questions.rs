//! Questions to the person of a client that opened a session.

use serde_json::{Value, json};
use simulator::{Simulator, State};

use super::{AgentProcess, USER, code};
use crate::process::simulator;

fn state(simulator: &Simulator) -> State {
    let users = simulator.users();
    users
        .into_iter()
        .find(|user| user.email == USER)
        .expect("the user")
        .state
}

/// An agent whose program can ask its person, with a plan.
async fn agent(simulator: &Simulator, capabilities: Value) -> (AgentProcess, Value) {
    let mut agent = AgentProcess::at(simulator, &["--allow-contain"]);
    agent.open(&capabilities).await;
    let arguments = agent.plan("suspend_users").await;
    (agent, arguments)
}

/// Calls `suspend_users`, and reads the question.
async fn question(agent: &mut AgentProcess, arguments: &Value) -> (u64, Value) {
    let id = agent.send(
        "tools/call",
        &json!({ "name": "suspend_users", "arguments": arguments }),
    );
    let question = agent.read().await;
    assert_eq!(question["method"], "elicitation/create", "{question}");
    (id, question)
}

fn answer(question: &Value, result: Value) -> String {
    json!({ "jsonrpc": "2.0", "id": question["id"], "result": result }).to_string()
}

#[tokio::test]
async fn a_change_waits_for_the_person() {
    for capabilities in [
        json!({ "elicitation": {} }),
        json!({ "elicitation": { "form": {} } }),
    ] {
        let simulator = simulator().await;
        let (mut agent, arguments) = agent(&simulator, capabilities).await;
        let (id, question) = question(&mut agent, &arguments).await;
        let params = &question["params"];
        assert!(
            params["message"]
                .as_str()
                .is_some_and(|text| text.contains(USER)),
            "{question}"
        );
        assert_eq!(
            params["requestedSchema"]["properties"]["approve"]["type"],
            "boolean"
        );
        // Other calls are answered meanwhile.
        assert_eq!(agent.ask("ping", &json!({})).await["result"], json!({}));
        assert_eq!(state(&simulator), State::Active);
        agent.write(&answer(
            &question,
            json!({ "action": "accept", "content": { "approve": true } }),
        ));
        let done = agent.read().await;
        assert_eq!(
            (&done["id"], &done["result"]["isError"]),
            (&json!(id), &json!(false)),
            "{done}"
        );
        assert_eq!(state(&simulator), State::Suspended);
        // The answer counts once.
        agent.write(&answer(
            &question,
            json!({ "action": "accept", "content": { "approve": true } }),
        ));
        assert_eq!(agent.ask("ping", &json!({})).await["result"], json!({}));
    }
}

#[tokio::test]
async fn a_person_who_does_not_approve_prevents_the_change() {
    for declined in [
        json!({ "result": { "action": "decline" } }),
        json!({ "result": { "action": "cancel" } }),
        json!({ "result": { "action": "accept", "content": { "approve": false } } }),
        json!({ "error": { "code": -32601, "message": "not known" } }),
    ] {
        let simulator = simulator().await;
        let (mut agent, arguments) = agent(&simulator, json!({ "elicitation": {} })).await;
        let (_, question) = question(&mut agent, &arguments).await;
        let mut message = json!({ "jsonrpc": "2.0", "id": question["id"] });
        for (field, value) in declined.as_object().expect("an object") {
            message[field] = value.clone();
        }
        agent.write(&message.to_string());
        let done = agent.read().await;
        assert_eq!(code(&done["result"]), "declined", "{done}");
        assert_eq!(
            code(&agent.call("suspend_users", &arguments).await),
            "plan-used"
        );
        assert_eq!(state(&simulator), State::Active);
    }
}

#[tokio::test]
async fn missing_answers_are_asked_for_again_and_then_count_as_no() {
    let simulator = simulator().await;
    let (mut agent, arguments) = agent(&simulator, json!({ "elicitation": {} })).await;
    let (_, first) = question(&mut agent, &arguments).await;
    agent.write(&answer(
        &first,
        json!({ "action": "accept", "content": {} }),
    ));
    let second = agent.read().await;
    assert_eq!(second["method"], "elicitation/create");
    assert_ne!(second["id"], first["id"]);
    agent.write(&answer(
        &second,
        json!({ "action": "accept", "content": { "approve": "yes" } }),
    ));
    assert_eq!(code(&agent.read().await["result"]), "declined");
    assert_eq!(state(&simulator), State::Active);
}

#[tokio::test]
async fn a_client_that_leaves_before_its_answer_changes_nothing() {
    let simulator = simulator().await;
    let (mut agent, arguments) = agent(&simulator, json!({ "elicitation": {} })).await;
    question(&mut agent, &arguments).await;
    let (status, messages, _) = agent.end().await;
    assert_eq!(status, 0);
    assert_eq!(code(&messages[0]["result"]), "declined");
    assert_eq!(state(&simulator), State::Active);
}

#[tokio::test]
async fn a_client_that_cannot_ask_is_not_asked() {
    for capabilities in [json!({}), json!({ "elicitation": { "url": {} } })] {
        let simulator = simulator().await;
        let (mut agent, arguments) = agent(&simulator, capabilities).await;
        let done = agent.call("suspend_users", &arguments).await;
        assert_eq!(done["isError"], false, "{done}");
        assert_eq!(state(&simulator), State::Suspended);
    }
}
