//! The commands `serve` and `component`.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::process::{op_users, op_users_at, run, simulator};

const EXAMPLE_USER: &str = "user0007@acme.example";

/// A running command, killed when dropped.
pub(crate) struct Running {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
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
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("UTF-8");
        assert!(
            line.ends_with('\n'),
            "it ended: {line:?}, {}",
            self.stderr()
        );
        line.trim_end().to_owned()
    }

    /// Standard error until the end.
    fn stderr(&mut self) -> String {
        let mut text = String::new();
        let mut stderr = self.child.stderr.take().expect("it is piped");
        stderr.read_to_string(&mut text).expect("UTF-8");
        text
    }

    /// Sends SIGINT, as Ctrl-C does. Returns the exit status and standard error.
    #[cfg(unix)]
    pub(crate) fn interrupt(self) -> (Option<i32>, String) {
        self.end_by("-INT")
    }

    /// Sends a signal.
    #[cfg(unix)]
    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.expect("kill is there").success());
    }

    /// Sends a signal. Returns the exit status and standard error.
    #[cfg(unix)]
    fn end_by(self, signal: &str) -> (Option<i32>, String) {
        self.signal(signal);
        self.wait()
    }

    /// Waits for the end. Returns the exit status and standard error.
    fn wait(mut self) -> (Option<i32>, String) {
        let stderr = self.stderr();
        let status = self.child.wait().expect("it is waited for");
        (status.code(), stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails if the command has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

pub(crate) fn serve(more: &[&str]) -> Command {
    let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
    arguments.extend(more);
    op_users(&arguments)
}

/// Output of a curl command; without curl, the response to the same request.
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

/// Response to a request, including its head.
pub(crate) fn ask(authority: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(authority).expect("it listens");
    stream.write_all(request.as_bytes()).expect("it is taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

pub(crate) fn get(url: &str, path: &str) -> String {
    let authority = url.trim_start_matches("http://");
    ask(
        authority,
        &format!("GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n"),
    )
}

#[cfg(unix)]
#[test]
fn a_simulated_service_prints_a_working_curl_command() {
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
        line.starts_with("curl ") && line.contains(EXAMPLE_USER),
        "{line}"
    );
    assert!(line.contains(&url) && line.contains(key), "{line}");

    let answer = paste(&line);
    assert!(answer.contains(r#""outcome":"changed""#), "{answer}");
    assert!(answer.contains(EXAMPLE_USER), "{answer}");
    let answer = get(&url, "/v1/users?page_size=1");
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");

    let (status, stderr) = running.interrupt();
    assert_eq!(status, Some(0), "{stderr}");
    // The audit event, the request, the refusal, and its request.
    let lines: Vec<_> = stderr
        .lines()
        .filter(|line| !line.starts_with('{'))
        .collect();
    assert_eq!((lines.len(), stderr.lines().count()), (2, 4), "{stderr}");
    assert!(lines[0].starts_with("POST /v1/contain  200  "), "{stderr}");
    assert!(lines[1].starts_with("GET  /v1/users  401  "), "{stderr}");
    assert!(!stderr.contains(key), "{stderr}");
}

#[test]
fn json_prints_credentials_generated_for_each_run() {
    let mut running = Running::start(serve(&["--simulator", "--json"]));
    let object: Value = serde_json::from_str(&running.line()).expect("JSON");
    let text = |name: &str| object[name].as_str().expect(name).to_owned();
    let mut another = Running::start(serve(&["--simulator", "--json"]));
    let other: Value = serde_json::from_str(&another.line()).expect("JSON");
    for name in ["key", "webhook_secret"] {
        assert_ne!(text(name), other[name], "they are made anew each time");
    }
    let answer = paste(&text("curl"));
    assert!(answer.contains(EXAMPLE_USER), "{answer}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_service_without_keys_warns_and_explains_them() {
    let simulator = simulator().await;
    let arguments = ["serve", "--listen", "127.0.0.1:0"];
    let ended = run(op_users_at(&simulator, &arguments)).await;
    assert_eq!((ended.status, ended.stdout.as_str()), (2, ""));
    assert!(
        ended.stderr.contains("`printf %s KEY | sha256sum`"),
        "{ended:?}"
    );

    let mut command = op_users_at(&simulator, &arguments);
    let secret = "siem:whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    command.env("OP_SERVICE_WEBHOOK_SECRETS", secret);
    let mut running = Running::start(command);
    let url = running.line();
    assert!(get(&url, "/healthz").starts_with("HTTP/1.1 200 "));
    assert!(get(&url, "/v1/users").starts_with("HTTP/1.1 401 "));
    let (status, stderr) = running.interrupt();
    assert_eq!(status, Some(0));
    assert!(
        stderr.starts_with("warning: OP_SERVICE_KEYS is not set"),
        "{stderr}"
    );
    assert!(stderr.contains("`printf %s KEY | sha256sum`"), "{stderr}");
    assert!(simulator.requests().is_empty());
}

#[cfg(unix)]
#[test]
fn keys_in_the_environment_replace_the_generated_one() {
    // `printf %s secret | sha256sum`
    let digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    let mut command = serve(&["--simulator", "--json"]);
    command.env("OP_SERVICE_KEYS", format!("siem:read:{digest}"));
    // A variable of 1Password's CLI, and not a setting of the service.
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
async fn a_public_address_needs_the_option_public() {
    let ended = run(op_users(&["--simulator", "serve", "--listen", "0.0.0.0:0"])).await;
    assert_eq!((ended.status, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("--public"), "{ended:?}");

    let arguments = ["--simulator", "serve", "--listen", "0.0.0.0:0", "--public"];
    let mut running = Running::start(op_users(&arguments));
    let url = running.line();
    assert!(url.starts_with("http://0.0.0.0:"), "{url}");
}

#[tokio::test]
async fn a_port_in_use_is_an_error_of_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let ended = run(op_users(&["--simulator", "serve", "--listen", &address])).await;
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""));
    let start = format!("error: {address} cannot be listened on: ");
    assert!(ended.stderr.starts_with(&start), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
}

#[tokio::test]
async fn component_writes_the_embedded_components() {
    let directory = env!("CARGO_TARGET_TMPDIR");
    for (more, bytes) in [
        (None, host::COMPONENT),
        (Some("--service"), host::SERVICE),
        (Some("--steps"), host::STEPS),
    ] {
        let file = format!("{directory}/written{}.wasm", more.unwrap_or_default());
        let mut arguments = vec!["component"];
        arguments.extend(more);
        arguments.push(&file);
        let ended = run(op_users(&arguments)).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (0, ""), "{ended:?}");
        assert!(fs::read(&file).expect("it is there") == bytes);
    }
    let ended = run(op_users(&["component", directory])).await;
    assert_eq!(ended.status, 2);
    assert!(ended.stderr.contains("could not be written"), "{ended:?}");
    let ended = run(op_users(&[
        "component",
        "--service",
        "--steps",
        "unwritten",
    ]))
    .await;
    assert_eq!(ended.status, 2);
    assert!(ended.stderr.contains("cannot be used with"), "{ended:?}");
}

#[tokio::test]
async fn what_cannot_be_composed_is_named_and_not_written() {
    let directory = env!("CARGO_TARGET_TMPDIR");
    let [text, plugin, output] =
        ["text", "plugin", "composed"].map(|name| format!("{directory}/{name}-of-compose.wasm"));
    fs::write(&text, "no component").expect("it is writable");
    fs::write(&plugin, host::COMPONENT).expect("it is writable");
    for (file, cause) in [
        (&text, "the file is no component"),
        (
            &plugin,
            "it imports no interface of onepassword:users@0.2.0",
        ),
        (&format!("{directory}/nothing"), "No such file"),
    ] {
        let ended = run(op_users(&["component", "--with", file, &output])).await;
        assert_eq!(ended.status, 2, "{ended:?}");
        assert!(ended.stderr.contains(cause), "{ended:?}");
        assert!(!fs::exists(&output).expect("the folder is there"));
    }
}

#[tokio::test]
async fn serve_help_explains_keys_and_public_addresses() {
    let ended = run(op_users(&["help", "serve"])).await;
    assert_eq!(ended.status, 0);
    for part in ["OP_SERVICE_KEYS", "sha256sum", "--public", "/openapi.json"] {
        assert!(ended.stdout.contains(part), "{part}");
    }
}

/// Digest of the key `secret`, as a setting: `printf %s secret | sha256sum`.
const SECRET_KEY: &str =
    "siem:contain:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

/// A service in front of a simulator, and a request that suspends a user; its answer is late.
async fn pending_change() -> (simulator::Simulator, Running, TcpStream) {
    let simulator = simulator().await;
    let mut command = op_users_at(&simulator, &["serve", "--listen", "127.0.0.1:0"]);
    command.env("OP_SERVICE_KEYS", SECRET_KEY);
    let mut running = Running::start(command);
    let url = running.line();
    let authority = url.trim_start_matches("http://").to_owned();
    let held = simulator::Fault::new(simulator::Action::Hold).on(simulator::Endpoint::Suspend);
    simulator.fault(held);
    let users = simulator.users();
    let user = users.iter().find(|user| user.email == EXAMPLE_USER);
    let id = &user.expect("the example is a user").id;
    let mut stream = TcpStream::connect(&authority).expect("it listens");
    let request = format!(
        "POST /v1/users/{id}:suspend HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer secret\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("it is taken");
    simulator.held(1).await;
    (simulator, running, stream)
}

#[cfg(unix)]
#[tokio::test]
async fn every_ending_finishes_what_is_under_way() {
    for signal in ["-TERM", "-HUP", "-INT"] {
        let (simulator, running, mut stream) = pending_change().await;
        let address = stream.peer_addr().expect("an address");
        running.signal(signal);
        let refused = async {
            while TcpStream::connect(address).is_ok() {
                tokio::task::yield_now().await;
            }
        };
        let refused = tokio::time::timeout(std::time::Duration::from_secs(60), refused).await;
        refused.expect("nothing new is accepted");
        simulator.release();
        let ended = tokio::task::spawn_blocking(move || {
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("an answer");
            (answer, running.wait())
        });
        let (answer, (status, stderr)) = ended.await.expect("no panic");
        assert!(answer.starts_with("HTTP/1.1 200 "), "{signal}: {answer}");
        assert!(answer.contains(r#""audit":[{"#), "{answer}");
        assert_eq!(
            (status, stderr.lines().count()),
            (Some(0), 1),
            "{signal}: {stderr}"
        );
        assert!(stderr.contains(r#""class_uid":3001"#), "{stderr}");
    }
}

/// Returns true if this port of this machine has an open connection on the side of the server: established, or half closed.
#[cfg(target_os = "linux")]
fn is_open(port: u16) -> bool {
    let sockets = fs::read_to_string("/proc/net/tcp").expect("the kernel lists its sockets");
    sockets.lines().any(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        fields.len() > 3
            && fields[1].ends_with(&format!(":{port:04X}"))
            && ["01", "08"].contains(&fields[3])
    })
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_change_whose_caller_hung_up_is_logged() {
    let (simulator, running, stream) = pending_change().await;
    let port = stream.peer_addr().expect("an address").port();
    drop(stream);
    // The service notices it before the response of the API arrives.
    let noticed = async {
        while is_open(port) {
            tokio::task::yield_now().await;
        }
    };
    let noticed = tokio::time::timeout(std::time::Duration::from_secs(60), noticed).await;
    noticed.expect("the service closes the connection");
    running.signal("-TERM");
    simulator.release();
    let ended = tokio::task::spawn_blocking(move || running.wait()).await;
    let (status, stderr) = ended.expect("no panic");
    assert_eq!(status, Some(0), "{stderr}");
    assert!(
        stderr.contains("disconnected before the response (200)"),
        "{stderr}"
    );
    assert!(
        stderr.contains(EXAMPLE_USER) && stderr.contains("audit"),
        "{stderr}"
    );
}

#[cfg(unix)]
#[test]
fn an_address_is_printed_only_if_an_instance_runs() {
    let program = env!("CARGO_BIN_EXE_op-users");
    for limit in [2_000_000, 3_000_000] {
        let line =
            format!("ulimit -v {limit}; exec {program} --simulator serve --listen 127.0.0.1:0");
        let mut command = Command::new("sh");
        command.args(["-c", &line]);
        let mut running = Running::start(command);
        let mut first = String::new();
        running.stdout.read_line(&mut first).expect("UTF-8");
        if first.is_empty() {
            let (status, stderr) = running.wait();
            assert_ne!(status, Some(0), "{stderr}");
            assert!(!stderr.is_empty());
        } else {
            let answer = get(first.trim_end(), "/healthz");
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        }
    }
}
