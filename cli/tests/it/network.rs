//! Network settings in the environment: certificate authorities and proxies.

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use super::process::{op_users, op_users_at, run, simulator};

#[tokio::test]
async fn a_wrong_network_variable_is_refused_by_name() {
    let simulator = simulator().await;
    for (name, value, cause) in [
        (
            "SSL_CERT_FILE",
            "/nonexistent.pem",
            "the file cannot be read",
        ),
        (
            "SSL_CERT_FILE",
            "/dev/null",
            "it is a pipe or a device, not a regular file",
        ),
        ("SSL_CERT_FILE", "/", "it is a folder"),
        ("SSL_CERT_DIR", "/nonexistent", "the folder cannot be read"),
        (
            "HTTPS_PROXY",
            "http://u:s3cr3t@p:port",
            "is not the URL of a proxy",
        ),
        (
            "http_proxy",
            "http://u:s3cr3t@p/path",
            "is not the URL of a proxy",
        ),
        ("ALL_PROXY", "socks5://u:s3cr3t@p:1080", "SOCKS"),
    ] {
        for command in ["list", "serve"] {
            let mut command = op_users_at(&simulator, &[command]);
            command.env(name, value);
            let ended = run(command).await;
            assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
            let starts = format!("error: {name}");
            assert!(ended.stderr.starts_with(&starts), "{ended:?}");
            assert!(ended.stderr.contains(cause), "{ended:?}");
            assert!(!ended.stderr.contains("s3cr3t"), "{ended:?}");
        }
    }
    let mut command = op_users_at(&simulator, &["--json", "list"]);
    command.env("SSL_CERT_FILE", "/nonexistent.pem");
    let ended = run(command).await;
    let error: Value = serde_json::from_str(&ended.stderr).expect("JSON");
    let message = error["error"]["message"].as_str().expect("a message");
    assert!(message.starts_with("SSL_CERT_FILE: "), "{message}");
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn the_simulator_is_reached_whatever_the_network_settings() {
    let mut command = op_users(&["--simulator", "list"]);
    command
        .env("ALL_PROXY", "socks5://nowhere.invalid")
        .env("SSL_CERT_FILE", "/nonexistent.pem");
    let ended = run(command).await;
    assert_eq!(ended.status, 0, "{ended:?}");
}

#[tokio::test]
async fn requests_go_through_the_proxy_of_the_environment() {
    let simulator = simulator().await;
    let server = simulator.url().trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let proxy = format!("http://{}", listener.local_addr().expect("an address"));
    let (sender, mut connections) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (sender, server) = (sender.clone(), server.clone());
            tokio::spawn(async move {
                let mut start = [0; 64];
                let read = client.read(&mut start).await.expect("a request");
                sender.send(start).expect("the test waits");
                let mut server = TcpStream::connect(server).await.expect("the simulator");
                server.write_all(&start[..read]).await.expect("written");
                copy_bidirectional(&mut client, &mut server).await.ok();
            });
        }
    });
    let list = |no_proxy: &str| {
        let mut command = op_users_at(&simulator, &["list"]);
        command
            .env("http_proxy", &proxy)
            .env("NO_PROXY", no_proxy)
            .env_remove("no_proxy");
        run(command)
    };
    let ended = list("").await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let mut count = 0;
    while let Ok(start) = connections.try_recv() {
        let start = String::from_utf8_lossy(&start).into_owned();
        assert!(start.contains(" http://127.0.0.1:"), "{start}");
        count += 1;
    }
    assert_eq!(count, 1, "a token request and a list, on one connection");
    let ended = list("localhost,127.0.0.1").await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(connections.try_recv().is_err());
}

#[tokio::test]
async fn an_unreachable_proxy_is_named_in_check_and_list() {
    let simulator = simulator().await;
    // Bound and closed: nothing listens there.
    let closed = tokio::net::TcpSocket::new_v4().expect("a socket");
    closed.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let address = closed.local_addr().expect("an address");
    for (command, status) in [("list", 75), ("check", 1)] {
        let mut command = op_users_at(&simulator, &[command]);
        command.env("http_proxy", format!("http://user:s3cr3t@{address}"));
        let ended = run(command).await;
        assert_eq!(ended.status, status, "{ended:?}");
        let shown = format!("{}{}", ended.stdout, ended.stderr);
        let name = format!("the proxy {address} of http_proxy");
        assert!(shown.contains(&name), "{ended:?}");
        assert!(!shown.contains("s3cr3t"), "{ended:?}");
    }
    assert!(simulator.requests().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_as_a_file_of_certificates_is_refused_by_name() {
    let simulator = simulator().await;
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe.pem");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    for (name, value, cause) in [
        ("SSL_CERT_FILE", pipe.as_path(), "it is a pipe or a device"),
        ("SSL_CERT_DIR", pipe.as_path(), "the folder cannot be read"),
        (
            "SSL_CERT_DIR",
            folder.path(),
            "the folder contains no certificate",
        ),
    ] {
        let mut command = op_users_at(&simulator, &["list"]);
        command.env(name, value);
        let ended = run(command).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
        let starts = format!("error: {name}: {cause}");
        assert!(ended.stderr.starts_with(&starts), "{ended:?}");
    }
}

#[tokio::test]
async fn contradictory_network_variables_are_refused_by_name() {
    let simulator = simulator().await;
    let proxy = ("HTTPS_PROXY", "http://u:s3cr3t@p:1");
    for (variables, cause) in [
        (
            vec![proxy, ("https_proxy", "http://q:1")],
            "HTTPS_PROXY and https_proxy are both set, to different values",
        ),
        (
            vec![proxy, ("NO_PROXY", "a"), ("no_proxy", "b")],
            "NO_PROXY and no_proxy are both set, to different values",
        ),
        (
            vec![proxy, ("NO_PROXY", "http://localhost")],
            "NO_PROXY: \"http://localhost\" is no host, domain, address or range",
        ),
        (
            vec![proxy, ("no_proxy", "ok,localhost/")],
            "no_proxy: \"localhost/\" is no host",
        ),
        (
            vec![proxy, ("NO_PROXY", "\"localhost\"")],
            "is no host, domain, address or range",
        ),
        (
            vec![("ALL_PROXY", "p:1"), ("NO_PROXY", "localhost;x")],
            "NO_PROXY: \"localhost;x\" is no host",
        ),
    ] {
        let mut command = op_users_at(&simulator, &["list"]);
        command.envs(variables);
        let ended = run(command).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(ended.stderr.contains(cause), "{cause}: {ended:?}");
        assert!(!ended.stderr.contains("s3cr3t"), "{ended:?}");
    }
    assert!(simulator.requests().is_empty());
}

/// A variable twice in the environment, which only some programs can make.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_network_variable_that_is_set_twice_is_refused() {
    const SCRIPT: &str = "\
import ctypes, sys
program, *variables = sys.argv[1:]
texts = lambda items: (ctypes.c_char_p * (len(items) + 1))(*[item.encode() for item in items], None)
ctypes.CDLL(None).execve(program.encode(), texts([program, 'list']), texts(variables))
";
    let simulator = simulator().await;
    for (name, one, other) in [
        ("HTTPS_PROXY", "http://p:1", "http://q:1"),
        ("SSL_CERT_FILE", "/a.pem", "/b.pem"),
    ] {
        let there = op_users_at(&simulator, &["list"]);
        let mut command = std::process::Command::new("python3");
        command.args(["-c", SCRIPT]).arg(there.get_program());
        for (name, value) in there.get_envs() {
            if let (Some(name), Some(value)) = (name.to_str(), value.and_then(|it| it.to_str())) {
                command.arg(format!("{name}={value}"));
            }
        }
        command.args([format!("{name}={one}"), format!("{name}={other}")]);
        let ended = run(command).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
        let starts = format!("error: {name} is set more than once, to different values");
        assert!(ended.stderr.starts_with(&starts), "{ended:?}");
    }
}
