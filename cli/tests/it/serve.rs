//! `op-users serve`, and the file that is deployed elsewhere.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::process::{op_users, op_users_at, run, simulator};

const SOMEBODY: &str = "user0007@acme.example";

/// A running command, killed when dropped.
struct Running {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let stdout = child.stdout.take().expect("it is piped");
        Self {
            child,
            stdout: BufReader::new(stdout),
        }
    }

    /// The next line on standard output.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("UTF-8");
        assert!(line.ends_with('\n'), "it ended: {line:?}, {}", self.said());
        line.trim_end().to_owned()
    }

    /// All that it says on standard error until its end.
    fn said(&mut self) -> String {
        let mut said = String::new();
        let mut stderr = self.child.stderr.take().expect("it is piped");
        stderr.read_to_string(&mut said).expect("UTF-8");
        said
    }

    /// Ends it as Ctrl-C does. The exit status, and what it has said.
    #[cfg(unix)]
    fn interrupt(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.expect("kill is there").success());
        let said = self.said();
        let status = self.child.wait().expect("it is waited for");
        (status.code(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended, or does now.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn serve(more: &[&str]) -> Command {
    let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
    arguments.extend(more);
    op_users(&arguments)
}

/// What the line for the shell prints; the same request by hand where there is no curl.
fn paste(line: &str) -> String {
    let is_there = Command::new("curl").arg("--version").output().is_ok();
    if is_there {
        let output = Command::new("sh").args(["-c", line]).output();
        let output = output.expect("there is a shell");
        assert!(output.status.success(), "{output:?}");
        return String::from_utf8(output.stdout).expect("UTF-8");
    }
    let quoted: Vec<_> = line.split('\'').collect();
    let url = quoted[0].split(' ').find(|word| word.starts_with("http"));
    let (authority, _) = url.expect("a URL")["http://".len()..]
        .split_once('/')
        .expect("a path");
    let (key, content_type, body) = (quoted[1], quoted[3], quoted[5]);
    ask(
        authority,
        &format!(
            "POST /v1/contain HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n{key}\r\n{content_type}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
}

/// What is answered to a request, its head too.
fn ask(authority: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(authority).expect("it listens");
    stream.write_all(request.as_bytes()).expect("it is taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn get(url: &str, path: &str) -> String {
    let authority = url.trim_start_matches("http://");
    ask(
        authority,
        &format!("GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n"),
    )
}

#[cfg(unix)]
#[test]
fn in_front_of_a_simulated_account_it_prints_a_line_that_contains_somebody() {
    let mut running = Running::start(serve(&["--simulator", "--verbose"]));
    let url = running.line();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert_eq!(running.line(), "");
    let key = running.line();
    let key = key.strip_prefix("key ").expect("a key").trim();
    assert_eq!(key.len(), 64, "{key}");
    let secret = running.line();
    assert!(secret.contains("whsec_"), "{secret}");
    assert_eq!(running.line(), "");
    let line = running.line();
    assert!(
        line.starts_with("curl ") && line.contains(SOMEBODY),
        "{line}"
    );
    assert!(line.contains(&url) && line.contains(key), "{line}");

    let answer = paste(&line);
    assert!(answer.contains(r#""outcome":"changed""#), "{answer}");
    assert!(answer.contains(SOMEBODY), "{answer}");
    let answer = get(&url, "/v1/users?page_size=1");
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");

    let (status, said) = running.interrupt();
    assert_eq!(status, Some(0), "{said}");
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].starts_with("POST /v1/contain  200  "), "{said}");
    assert!(lines[1].starts_with("GET  /v1/users  401  "), "{said}");
    assert!(!said.contains(key), "{said}");
}

#[test]
fn a_program_gets_an_object() {
    let mut running = Running::start(serve(&["--simulator", "--json"]));
    let object: Value = serde_json::from_str(&running.line()).expect("JSON");
    let text = |name: &str| object[name].as_str().expect(name).to_owned();
    let mut another = Running::start(serve(&["--simulator", "--json"]));
    let other: Value = serde_json::from_str(&another.line()).expect("JSON");
    for name in ["key", "webhook_secret"] {
        assert_ne!(text(name), other[name], "they are made anew each time");
    }
    let answer = paste(&text("curl"));
    assert!(answer.contains(SOMEBODY), "{answer}");
}

#[cfg(unix)]
#[tokio::test]
async fn without_keys_it_starts_and_says_that_it_will_refuse_and_how_to_make_one() {
    let simulator = simulator().await;
    let arguments = ["serve", "--listen", "127.0.0.1:0"];
    let mut running = Running::start(op_users_at(&simulator, &arguments));
    let url = running.line();
    assert!(get(&url, "/healthz").starts_with("HTTP/1.1 200 "));
    assert!(get(&url, "/v1/users").starts_with("HTTP/1.1 401 "));
    let (status, said) = running.interrupt();
    assert_eq!(status, Some(0));
    assert!(
        said.starts_with("warning: OP_SERVICE_KEYS is not set"),
        "{said}"
    );
    assert!(said.contains("`printf %s KEY | sha256sum`"), "{said}");
    assert!(simulator.requests().is_empty());
}

#[cfg(unix)]
#[test]
fn keys_of_the_environment_are_used_and_none_is_made() {
    // `printf %s secret | sha256sum`
    let digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    let mut command = serve(&["--simulator", "--json"]);
    command.env("OP_SERVICE_KEYS", format!("siem:read:{digest}"));
    // Another's, and no setting of the service.
    command.env("OP_SERVICE_ACCOUNT_TOKEN", "x");
    let mut running = Running::start(command);
    let object: Value = serde_json::from_str(&running.line()).expect("JSON");
    assert_eq!(object.as_object().map(|object| object.len()), Some(1));
    let url = object["url"].as_str().expect("a URL");
    let authority = url.trim_start_matches("http://");
    let request = format!(
        "GET /v1/users HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\nauthorization: Bearer secret\r\n\r\n"
    );
    let answer = ask(authority, &request);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(running.interrupt(), (Some(0), String::new()));
}

#[tokio::test]
async fn an_address_that_others_reach_is_refused_unless_that_is_said() {
    let ended = run(op_users(&["--simulator", "serve", "--listen", "0.0.0.0:0"])).await;
    assert_eq!((ended.status, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("--public"), "{ended:?}");

    let arguments = ["--simulator", "serve", "--listen", "0.0.0.0:0", "--public"];
    let mut running = Running::start(op_users(&arguments));
    let url = running.line();
    assert!(url.starts_with("http://0.0.0.0:"), "{url}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error_of_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let ended = run(op_users(&["--simulator", "serve", "--listen", &address])).await;
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""));
    let start = format!("error: {address} cannot be listened on: ");
    assert!(ended.stderr.starts_with(&start), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
}

#[tokio::test]
async fn the_files_that_are_deployed_are_the_ones_inside() {
    let directory = env!("CARGO_TARGET_TMPDIR");
    for (more, bytes) in [(None, host::COMPONENT), (Some("--service"), host::SERVICE)] {
        let file = format!("{directory}/written{}.wasm", more.unwrap_or_default());
        let mut arguments = vec!["component"];
        arguments.extend(more);
        arguments.push(&file);
        let ended = run(op_users(&arguments)).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (0, ""), "{ended:?}");
        assert!(fs::read(&file).expect("it is there") == bytes);
    }
    let ended = run(op_users(&["component", directory])).await;
    assert_eq!(ended.status, 1);
    assert!(ended.stderr.contains("could not be written"), "{ended:?}");
}

#[tokio::test]
async fn its_help_says_who_may_call_and_how_keys_are_made() {
    let ended = run(op_users(&["serve", "--help"])).await;
    assert_eq!(ended.status, 0);
    for part in ["OP_SERVICE_KEYS", "sha256sum", "--public", "/openapi.json"] {
        assert!(ended.stdout.contains(part), "{part}");
    }
}
