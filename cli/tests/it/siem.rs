//! The requests of `docs/siem.md`, sent to the service as products send them.

use std::{fs, path::Path, process::Command, time::SystemTime};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{digest, hmac};
use serde_json::{Value, json};

use super::{
    process::{CommandOutput, run_with},
    serve::{Running, ask, serve},
};

const KEY: &str = "a key for the tests of this page";
const WEBHOOK_KEY: &[u8; 32] = b"a webhook secret for these tests";
/// Products that the page has a request for which is carried out.
const PRODUCTS: [&str; 10] = [
    "elastic",
    "sentinel",
    "sumo-logic",
    "splunk",
    "datadog",
    "crowdstrike",
    "okta-workflows",
    "bearer",
    "basic",
    "standard-webhooks",
];

/// A request of the page.
struct Example {
    name: String,
    /// Expected HTTP status.
    status: String,
    /// Head without its last, empty line.
    head: String,
    body: String,
}

/// Returns the requests of the page, each in a fenced block after a comment with its name and status.
fn examples() -> Vec<Example> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/siem.md");
    let page = fs::read_to_string(path).expect("the page");
    let mut examples = Vec::new();
    for part in page.split("<!-- request: ").skip(1) {
        let (comment, rest) = part.split_once(" -->\n```http\n").expect("a fenced block");
        let (name, status) = comment.split_once(' ').expect("a name and a status");
        let (block, _) = rest.split_once("\n```").expect("a closing fence");
        let (head, body) = block.split_once("\n\n").unwrap_or((block.trim_end(), ""));
        examples.push(Example {
            name: name.to_owned(),
            status: status.to_owned(),
            head: head.trim_end().to_owned(),
            body: body.to_owned(),
        });
    }
    examples
}

/// Returns a head with its placeholders filled in.
fn filled(head: &str, body: &str) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let time = now.expect("a time after 1970").as_secs().to_string();
    let mut filled = head.replace("TIME", &time);
    if let Some(id) = filled
        .lines()
        .find_map(|line| line.strip_prefix("webhook-id: "))
    {
        let content = format!("{id}.{time}.{body}");
        let key = hmac::Key::new(hmac::HMAC_SHA256, WEBHOOK_KEY);
        let signature = STANDARD.encode(hmac::sign(&key, content.as_bytes()));
        filled = filled.replace("SIGNATURE", &signature);
    }
    if let Some((before, rest)) = filled.split_once("BASE64(") {
        let (pair, after) = rest.split_once(')').expect("a closing bracket");
        let encoded = STANDARD.encode(pair.replace("KEY", KEY));
        filled = format!("{before}{encoded}{after}");
    }
    filled.replace("Bearer KEY", &format!("Bearer {KEY}"))
}

/// Sends a request with this framing of the body, and returns the response.
fn send(authority: &str, example: &Example, is_chunked: bool) -> String {
    let Example { head, body, .. } = example;
    let mut request = filled(head, body).replace('\n', "\r\n");
    request.push_str("\r\nConnection: close\r\n");
    if body.is_empty() {
        request.push_str("\r\n");
    } else if is_chunked {
        let (first, second) = body.split_at(body.len() / 2);
        request.push_str("Transfer-Encoding: chunked\r\n\r\n");
        for chunk in [first, second, ""] {
            request.push_str(&format!("{:x}\r\n{chunk}\r\n", chunk.len()));
        }
    } else {
        request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    }
    ask(authority, &request)
}

/// A simulated account's service with the key and the webhook secret of these tests.
fn service() -> (Running, String) {
    let digest = digest::digest(&digest::SHA256, KEY.as_bytes());
    let digest: String = digest.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    let mut command = serve(&["--simulator", "--json"]);
    command.env("OP_SERVICE_KEYS", format!("siem:contain:{digest}"));
    let secret = STANDARD.encode(WEBHOOK_KEY);
    command.env("OP_SERVICE_WEBHOOK_SECRETS", format!("siem:whsec_{secret}"));
    let mut running = Running::start(command);
    let line: Value = serde_json::from_str(&running.line()).expect("JSON");
    let url = line["url"].as_str().expect("a URL");
    let authority = url.trim_start_matches("http://").to_owned();
    (running, authority)
}

#[test]
fn every_documented_request_gets_its_documented_status() {
    let (_running, authority) = service();
    let examples = examples();
    for is_chunked in [false, true] {
        for example in &examples {
            let Example { name, status, .. } = example;
            let answer = send(&authority, example, is_chunked);
            let start = format!("HTTP/1.1 {status} ");
            assert!(answer.starts_with(&start), "{name}: {status}, {answer}");
            if status == "200" && !is_chunked {
                assert!(
                    answer.contains(r#""outcome":"changed""#),
                    "{name}: {answer}"
                );
            }
        }
    }
}

#[test]
fn every_product_has_a_request_that_is_carried_out() {
    let examples = examples();
    for product in PRODUCTS {
        let example = examples.iter().find(|example| example.name == product);
        assert_eq!(example.expect(product).status, "200", "{product}");
    }
    let mut users: Vec<_> = examples
        .iter()
        .filter(|example| example.status == "200")
        .map(|example| &example.body)
        .collect();
    users.sort_unstable();
    users.dedup();
    assert_eq!(users.len(), PRODUCTS.len(), "each names users of its own");
}

#[test]
fn documented_requests_with_a_wrong_key_get_a_401() {
    let (_running, authority) = service();
    for mut example in examples() {
        example.head = example.head.replace("KEY", "another key");
        example.head = example.head.replace("v1,SIGNATURE", "v1,AAAA");
        let answer = send(&authority, &example, false);
        let name = &example.name;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{name}: {answer}");
    }
}

/// Runs the custom alert action for Splunk with this alert.
async fn alert_action(alert: &Value) -> CommandOutput {
    let script = "../deploy/splunk/op_users/bin/op_users_contain.py";
    let mut command = Command::new("python3");
    command.env("PYTHONDONTWRITEBYTECODE", "1").args([
        Path::new(env!("CARGO_MANIFEST_DIR")).join(script),
        "--execute".into(),
    ]);
    run_with(command, &alert.to_string()).await
}

#[tokio::test]
async fn the_alert_action_for_splunk_tells_if_the_user_is_out() {
    let (_running, authority) = service();
    let folder = tempfile::tempdir().expect("a folder");
    let key = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("it is written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let (right, wrong) = (key("right", &format!("{KEY}\n")), key("wrong", "wrong"));
    let url = format!("http://{authority}/v1/contain");
    let no_one = "http://127.0.0.1:9/v1/contain";
    let plain = "http://op-users.acme.example/v1/contain";
    for (url, key, field, user, status, said) in [
        (
            &*url,
            &right,
            "user",
            "user0030@acme.example",
            0,
            "outcome changed",
        ),
        (
            &url,
            &right,
            "user",
            "user0030@acme.example",
            0,
            "outcome unchanged",
        ),
        (
            &url,
            &right,
            "user",
            "no.such@acme.example",
            1,
            "status 404",
        ),
        (
            &url,
            &right,
            "user",
            "user0000@acme.example",
            1,
            "status 409",
        ),
        (
            &url,
            &wrong,
            "user",
            "user0031@acme.example",
            1,
            "status 401",
        ),
        (&url, &right, "user", " ", 2, "nothing was sent"),
        (
            &url,
            &right,
            "src_user",
            "user0031@acme.example",
            2,
            "nothing was sent",
        ),
        (
            no_one,
            &right,
            "user",
            "user0031@acme.example",
            1,
            "may be suspended",
        ),
        (
            plain,
            &right,
            "user",
            "user0031@acme.example",
            2,
            "must begin with https",
        ),
    ] {
        let alert = json!({
            "app": "search", "sid": "scheduler_1", "search_name": "Spray",
            "configuration": { "url": url, "key_file": key, "field": field },
            "result": { "user": user },
        });
        let ended = alert_action(&alert).await;
        assert_eq!(ended.status, status, "{user} {said}: {ended:?}");
        assert!(ended.stderr.contains(said), "{user} {said}: {ended:?}");
        assert!(!ended.stderr.contains(KEY), "{ended:?}");
    }
    let mut alert = json!({
        "configuration": { "url": url, "key_file": right, "field": "user", "dry_run": "1" },
        "result": { "user": "user0032@acme.example" },
    });
    let ended = alert_action(&alert).await;
    assert!(ended.stderr.contains("would-change"), "{ended:?}");
    alert["result"] = json!([]);
    assert_eq!(alert_action(&alert).await.status, 2);
}
