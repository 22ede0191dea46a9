//! Budgets of the module in fuel, the unit in which wasmtime counts its instructions: exact for a build of it.

use serde_json::{Value, json};

use super::raw_module::RawModule;

/// An event without a piece of a body.
fn event(name: &str, value: Value) -> String {
    json!({ name: value }).to_string()
}

/// The event of a complete response.
fn answer(request: &Value, body: &Value) -> String {
    let head = json!({"now": 2, "request": request, "status": 200, "more": false});
    format!("{}\n{body}", event("answer", head))
}

fn user(id: &str, state: &str) -> Value {
    json!({
        "id": id,
        "email": format!("{}@acme.example", id.to_lowercase()),
        "display_name": "Wendy Appleseed",
        "state": state,
        "create_time": "2023-03-01T10:00:00Z",
        "path": format!("accounts/ACCOUNT1/users/{id}"),
    })
}

/// A configured module with a token.
fn module() -> RawModule {
    let mut module = RawModule::new();
    let settings = json!({
        "accountId": "ACCOUNT1",
        "credentials": {"client": {"clientId": "client-1", "clientSecret": "correct-horse-battery"}},
        "apiVersion": "v1beta1",
    });
    module.tell(&event(
        "configure",
        json!({"now": 0, "from": {"settings": settings}}),
    ));
    call(&mut module, &json!({"get-user": {"id": "FIRST"}}));
    module
}

/// Makes a call against a server of users that are active until they are suspended. Returns its result, and the fuel it took.
fn call(module: &mut RawModule, operation: &Value) -> (Value, u64) {
    let before = module.fuel();
    let start = json!({"now": 1, "call": 1, "operation": operation});
    let mut told = vec![module.tell(&event("start", start))];
    while let Some(actions) = told.pop() {
        let actions: Value = serde_json::from_str(&actions).expect("JSON");
        for request in actions["send"].as_array().into_iter().flatten() {
            let body = response(request);
            told.push(module.tell(&answer(&request["id"], &body)));
        }
        if let Some(done) = actions["done"].get(0) {
            assert!(told.is_empty(), "requests after the end");
            return (done["result"].clone(), module.fuel() - before);
        }
    }
    panic!("the call did not end");
}

fn response(request: &Value) -> Value {
    let id = request["user"].as_str().unwrap_or_default();
    match request["purpose"].as_str() {
        Some("token") => {
            json!({"access_token": "token-of-the-test", "token_type": "Bearer", "expires_in": 900})
        }
        Some("get") => user(id, "ACTIVE"),
        Some("suspend") => user(id, "SUSPENDED"),
        Some("list") => {
            let users = (0..1000).map(|number| user(&format!("U{number}"), "ACTIVE"));
            json!({"results": users.collect::<Vec<_>>()})
        }
        _ => panic!("an unexpected request: {request}"),
    }
}

fn assert_within(fuel: u64, budget: u64) {
    let over = fuel.saturating_sub(budget);
    assert!(over == 0, "{fuel}: {over} more than the budget of {budget}");
}

#[test]
fn a_get_keeps_to_its_budget_of_fuel() {
    let mut module = module();
    let (result, fuel) = call(&mut module, &json!({"get-user": {"id": "U1"}}));
    assert_eq!(result["user"]["id"], "U1");
    assert_within(fuel, 90_000);
}

#[test]
fn a_page_keeps_to_its_budget_of_fuel() {
    let mut module = module();
    let (result, fuel) = call(&mut module, &json!({"list-users": {}}));
    assert_eq!(
        result["page"]["users"].as_array().expect("users").len(),
        1000
    );
    assert_within(fuel, 21_000_000);
}

#[test]
fn a_target_costs_the_same_among_many_as_among_few() {
    let per_target = |count: u32| {
        let mut module = module();
        let targets = (0..count).map(|number| json!({"who": {"id": format!("U{number}")}}));
        let targets: Vec<_> = targets.collect();
        let operation = json!({"suspend-users": {"targets": targets, "options": {}}});
        let (result, fuel) = call(&mut module, &operation);
        let targets = result["report"]["targets"].as_array().expect("targets");
        assert!(targets.iter().all(|target| target["outcome"] == "changed"));
        fuel / u64::from(count)
    };
    let (few, many) = (per_target(500), per_target(5000));
    assert!(
        many < few + few / 10,
        "{few} for each of 500, {many} for each of 5,000"
    );
}
