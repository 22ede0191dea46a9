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
        ("SSL_CERT_FILE", "/dev/null", "the file is empty"),
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
            assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{ended:?}");
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
    assert_eq!(count, 2, "a token request and a list");
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
    for command in ["list", "check"] {
        let mut command = op_users_at(&simulator, &[command]);
        command.env("http_proxy", format!("http://user:s3cr3t@{address}"));
        let ended = run(command).await;
        assert_eq!(ended.status, 1, "{ended:?}");
        let shown = format!("{}{}", ended.stdout, ended.stderr);
        let name = format!("the proxy {address} of http_proxy");
        assert!(shown.contains(&name), "{ended:?}");
        assert!(!shown.contains("s3cr3t"), "{ended:?}");
    }
    assert!(simulator.requests().is_empty());
}
