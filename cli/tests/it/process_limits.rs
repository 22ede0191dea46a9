//! Limits of the process: little address space, and no core dumps.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use super::process::{op_users, run};

/// A command in a shell whose address space is limited to 2 GB.
fn with_little_address_space(arguments: &str) -> Command {
    let inner = op_users(&[]);
    let mut command = Command::new("sh");
    let program = inner.get_program().to_str().expect("UTF-8");
    command
        .args([
            "-c",
            &format!("ulimit -v 2000000; exec '{program}' {arguments}"),
        ])
        .stdin(Stdio::null());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

#[tokio::test]
async fn little_address_space_suffices_for_commands() {
    for (arguments, output) in [
        ("--simulator list", "user0007@acme.example"),
        (
            "--simulator contain --yes user0007@acme.example",
            "1 changed",
        ),
    ] {
        let ended = run(with_little_address_space(arguments)).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        let shown = format!("{}{}", ended.stdout, ended.stderr);
        assert!(shown.contains(output), "{ended:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn serve_writes_no_core_dumps_and_needs_little_address_space() {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };

    let mut child = with_little_address_space("--simulator serve --listen 127.0.0.1:0")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut first_line = String::new();
    let stdout = child.stdout.take().expect("its output");
    BufReader::new(stdout)
        .read_line(&mut first_line)
        .expect("its address");
    let address = first_line.trim().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .expect("a request");
    let mut response = String::new();
    stream.read_to_string(&mut response).expect("a response");

    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).expect("its limits");
    child.kill().expect("it is ended");
    child.wait().expect("it ends");
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    let core = limits.lines().find(|line| line.contains("core file size"));
    let values: Vec<_> = core.expect("a limit").split_whitespace().collect();
    assert_eq!(values[4..6], ["0", "0"], "{limits}");
}
