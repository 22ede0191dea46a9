//! The lines that `serve` writes for its operator.

use serde_json::Value;
use tokio::net::TcpSocket;

use super::serve::{Running, ask, serve};

#[cfg(unix)]
#[tokio::test]
async fn verbose_output_tells_the_reason_of_a_401() {
    let mut running = Running::start(serve(&["--simulator", "--verbose", "--json"]));
    let object: Value = serde_json::from_str(&running.line()).expect("JSON");
    let url = object["url"].as_str().expect("a URL").to_owned();
    let authority = url.trim_start_matches("http://");
    let request =
        format!("POST /hooks/contain HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n");
    let stale = "webhook-id: a\r\nwebhook-signature: v1,AAAA\r\nwebhook-timestamp: 1\r\n";
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let wrong = format!(
        "webhook-id: a\r\nwebhook-signature: v1,AAAA\r\nwebhook-timestamp: {}\r\n",
        now.expect("a time after 1970").as_secs()
    );
    let mut bodies = Vec::new();
    for headers in ["", stale, &wrong] {
        let answer = ask(authority, &format!("{request}{headers}\r\n"));
        let body = answer.split_once("\r\n\r\n").expect("a body").1;
        // The id of the request is the only difference.
        let mut body: Value = serde_json::from_str(body).expect("JSON");
        body.as_object_mut()
            .expect("an object")
            .remove("request_id");
        bodies.push(body);
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
        assert!(
            !answer.contains("reason") && !answer.contains("clock"),
            "{answer}"
        );
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    let (_, stderr) = running.interrupt();
    let lines: Vec<_> = stderr
        .lines()
        .filter(|line| !line.starts_with('{'))
        .collect();
    assert!(
        lines[0].contains("not exactly one header webhook-id"),
        "{stderr}"
    );
    assert!(lines[1].contains("from this host's clock"), "{stderr}");
    assert!(lines[2].contains("no secret matches"), "{stderr}");
}

#[tokio::test]
async fn verbose_output_tells_the_cause_of_a_failed_connection() {
    // `printf %s key | sha256sum`
    const DIGEST: &str = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683";
    // Bound, and nothing listens there.
    let closed = TcpSocket::new_v4().expect("a socket");
    closed.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let address = closed.local_addr().expect("an address");
    for is_proxy in [false, true] {
        let base = if is_proxy {
            "http://127.0.0.1:9".to_owned()
        } else {
            format!("http://{address}")
        };
        let mut command = serve(&["--verbose", "--json"]);
        command
            .env("OP_USERS_BASE_URL", base)
            .env("OP_USERS_ACCOUNT_ID", "A")
            .env("OP_USERS_CLIENT_ID", "id")
            .env("OP_USERS_CLIENT_SECRET", "secret")
            .env("OP_USERS_DEADLINE_MS", "1000")
            .env("OP_SERVICE_KEYS", format!("reader:read:{DIGEST}"));
        if is_proxy {
            command.env("HTTP_PROXY", format!("http://u:s3cr3t@{address}"));
        }
        let stderr = tokio::task::spawn_blocking(move || {
            let mut running = Running::start(command);
            let object: Value = serde_json::from_str(&running.line()).expect("JSON");
            let url = object["url"].as_str().expect("a URL").to_owned();
            let authority = url.trim_start_matches("http://");
            let answer = ask(
                authority,
                &format!(
                    "GET /v1/users HTTP/1.1\r\nhost: {authority}\r\nauthorization: Bearer key\r\nconnection: close\r\n\r\n"
                ),
            );
            assert!(answer.contains("connection-failed"), "{answer}");
            assert!(!answer.contains("cannot be connected to"), "{answer}");
            running.interrupt().1
        });
        let stderr = stderr.await.expect("it is served");
        let cause = format!("{address} cannot be connected to, ");
        assert!(stderr.contains(&cause), "{stderr}");
        let proxy = format!("the proxy {address} of HTTP_PROXY: ");
        assert_eq!(stderr.contains(&proxy), is_proxy, "{stderr}");
        assert!(!stderr.contains("s3cr3t"), "{stderr}");
    }
}
