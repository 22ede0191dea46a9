//! Proxies: tunnels for `https`, forwarding for `http`, and proxies that refuse.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use host::{Effect, Error, ErrorCode, InstanceOptions, Network, RootCertStore};
use host_tests::{environment, first_page, instance};
use simulator::Simulator;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

use crate::{
    closed_port::ClosedPort,
    tls::{Authority, simulator, terminate},
};

/// A proxy that connects every client to one server, or answers it by itself.
pub(crate) struct FakeProxy {
    pub(crate) port: u16,
    /// Heads of the requests that began each connection.
    heads: Arc<Mutex<Vec<String>>>,
}

impl FakeProxy {
    /// Starts a proxy. After `allowed` connections it sends `refusal` and closes. It forwards one request per connection.
    pub(crate) async fn start(server: String, allowed: usize, refusal: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        let count = Arc::new(AtomicUsize::new(0));
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (seen, server, count) = (Arc::clone(&seen), server.clone(), Arc::clone(&count));
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                        let read = client.read_buf(&mut head).await.unwrap_or(0);
                        if read == 0 {
                            return;
                        }
                    }
                    let text = String::from_utf8_lossy(&head).into_owned();
                    let is_tunnel = text.starts_with("CONNECT ");
                    seen.lock().unwrap().push(text);
                    if count.fetch_add(1, Ordering::Relaxed) >= allowed {
                        client.write_all(refusal.as_bytes()).await.ok();
                        return;
                    }
                    let mut server = TcpStream::connect(server).await.unwrap();
                    if is_tunnel {
                        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    } else {
                        let end = head.windows(4).position(|end| end == b"\r\n\r\n");
                        let (head, body) = head.split_at(end.unwrap());
                        server.write_all(head).await.unwrap();
                        server.write_all(b"\r\nconnection: close").await.unwrap();
                        server.write_all(body).await.unwrap();
                    }
                    copy_bidirectional(&mut client, &mut server).await.ok();
                });
            }
        });
        Self { port, heads }
    }

    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

pub(crate) fn network(variables: &[(&str, String)]) -> Network {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    Network::from_variables(variables).unwrap()
}

/// Options of an instance for the simulator at another origin.
fn options(simulator: &Simulator, origin: &str, network: Network) -> InstanceOptions {
    let mut variables = environment(simulator);
    variables.retain(|(name, _)| name != "OP_USERS_BASE_URL");
    variables.push(("OP_USERS_BASE_URL".into(), origin.to_owned()));
    variables.push(("OP_USERS_DEADLINE_MS".into(), "2000".into()));
    InstanceOptions::new(variables).network(network)
}

async fn list(options: InstanceOptions) -> Result<usize, Error> {
    let (mut instance, _) = instance(options).await;
    let result = instance.list_users(&first_page()).await;
    let page = result.expect("the component does not trap");
    page.map(|page| page.users.len())
}

async fn suspend(simulator: &Simulator, options: InstanceOptions) -> Error {
    let id = simulator.users()[5].id.clone();
    let (mut instance, _) = instance(options).await;
    let result = instance.suspend_user(&id).await;
    result
        .expect("the component does not trap")
        .expect_err("the proxy refuses the change")
}

/// A simulator behind TLS: its origin, and the authority to trust.
pub(crate) async fn tls_server(simulator: &Simulator) -> (String, RootCertStore) {
    let authority = Authority::new("trusted");
    let acceptor = authority.acceptor("localhost", |_| ());
    let origin = terminate(Some(acceptor), simulator).await;
    (origin, authority.roots())
}

#[tokio::test]
async fn https_goes_through_one_tunnel_with_credentials() {
    let simulator = simulator().await;
    let (origin, roots) = tls_server(&simulator).await;
    let address = origin.trim_start_matches("https://").to_owned();
    let proxy = FakeProxy::start(address.clone(), usize::MAX, "").await;
    let url = format!("http://Aladdin:open%20sesame@127.0.0.1:{}", proxy.port);
    let network = network(&[
        ("HTTPS_PROXY", url),
        ("HTTP_PROXY", "http://127.0.0.1:9".into()),
    ])
    .root_certificates(roots);
    let listed = list(options(&simulator, &origin, network)).await;
    assert_eq!(listed.unwrap(), 25);
    let [head] = <[String; 1]>::try_from(proxy.heads()).expect("one tunnel");
    let head = head.to_lowercase();
    assert!(head.starts_with(&format!("connect {address} http/1.1\r\n")));
    assert!(head.contains("proxy-authorization: basic qwxhzgrpbjpvcgvuihnlc2ftzq==\r\n"));
    // The tunnel's request is the proxy's: it has none of the API's headers.
    assert!(!head.contains("\r\nauthorization:"), "{head}");
}

#[tokio::test]
async fn https_goes_through_a_proxy_behind_tls() {
    let simulator = simulator().await;
    let (origin, mut roots) = tls_server(&simulator).await;
    let address = origin.trim_start_matches("https://").to_owned();
    let proxy = FakeProxy::start(address, usize::MAX, "").await;
    // In front of the proxy.
    let authority = Authority::new("of the proxy");
    let acceptor = authority.acceptor("localhost", |_| ());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let behind = proxy.port;
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut client = acceptor.accept(client).await.unwrap();
                let mut server = TcpStream::connect(("127.0.0.1", behind)).await.unwrap();
                copy_bidirectional(&mut client, &mut server).await.ok();
            });
        }
    });
    roots.roots.extend(authority.roots().roots);
    let network =
        network(&[("https_proxy", format!("https://localhost:{port}"))]).root_certificates(roots);
    let listed = list(options(&simulator, &origin, network)).await;
    assert_eq!(listed.unwrap(), 25);
    assert_eq!(proxy.heads().len(), 1);
}

#[tokio::test]
async fn http_is_forwarded_in_absolute_form() {
    let simulator = simulator().await;
    let server = simulator.url().trim_start_matches("http://").to_owned();
    let proxy = FakeProxy::start(server, usize::MAX, "").await;
    let url = format!("http://a:b@127.0.0.1:{}", proxy.port);
    let through = network(&[("ALL_PROXY", url.clone())]);
    let listed = list(options(&simulator, simulator.url(), through)).await;
    assert_eq!(listed.unwrap(), 25);
    let heads = proxy.heads();
    assert_eq!(heads.len(), 2, "{heads:?}");
    assert!(heads[0].starts_with(&format!("POST {}/v1", simulator.url())));
    assert!(heads[1].starts_with(&format!("GET {}/v1", simulator.url())));
    let head = heads[1].to_lowercase();
    assert!(
        head.contains("proxy-authorization: basic ytpi\r\n"),
        "{head}"
    );

    let direct = network(&[("ALL_PROXY", url), ("NO_PROXY", "127.0.0.0/8".into())]);
    let listed = list(options(&simulator, simulator.url(), direct)).await;
    assert_eq!(listed.unwrap(), 25);
    assert_eq!(proxy.heads().len(), 2);
}

#[tokio::test]
async fn a_refused_tunnel_changes_nothing_and_names_the_proxy() {
    for (refusal, cause) in [
        (
            "HTTP/1.1 407 No\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n",
            "it does not accept the name and password (407)",
        ),
        (
            "HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n",
            "it did not connect to the server",
        ),
        (
            "HTTP/1.1 502 No\r\ncontent-length: 0\r\n\r\n",
            "it did not connect to the server",
        ),
        (
            "HTTP/1.1 302 No\r\nlocation: http://login.example\r\n\r\n",
            "it did not connect to the server",
        ),
        ("SSH-2.0-server\r\n", "it did not connect to the server"),
        ("", "it ended the connection or sent no valid HTTP"),
    ] {
        let simulator = simulator().await;
        let (origin, roots) = tls_server(&simulator).await;
        let address = origin.trim_start_matches("https://").to_owned();
        let proxy = FakeProxy::start(address, 0, refusal).await;
        let url = format!("http://user:s3cr3t@127.0.0.1:{}", proxy.port);
        let network = network(&[("HTTPS_PROXY", url)]).root_certificates(roots);
        let error = suspend(&simulator, options(&simulator, &origin, network)).await;
        assert_eq!(
            (error.code, error.effect),
            (ErrorCode::ConnectionFailed, Effect::NotApplied),
            "{refusal}: {error:?}"
        );
        let name = format!("the proxy 127.0.0.1:{} of HTTPS_PROXY: {cause}", proxy.port);
        assert!(error.message.contains(&name), "{}", error.message);
        assert!(!format!("{error:?}").contains("s3cr3t"), "{error:?}");
        assert!(simulator.requests().is_empty());
    }
}

#[tokio::test]
async fn a_forwarding_proxys_refusal_proves_nothing() {
    for refusal in [
        "HTTP/1.1 407 No\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 502 No\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 504 No\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 403 No\r\ncontent-length: 4\r\n\r\n<p>\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n<p>\n",
        "SSH-2.0-server\r\n",
        "",
    ] {
        let simulator = simulator().await;
        let server = simulator.url().trim_start_matches("http://").to_owned();
        let proxy = FakeProxy::start(server, 1, refusal).await;
        let network = network(&[("http_proxy", format!("127.0.0.1:{}", proxy.port))]);
        let error = suspend(&simulator, options(&simulator, simulator.url(), network)).await;
        assert_eq!(error.effect, Effect::PossiblyApplied, "{error:?}");
        let name = format!("the proxy 127.0.0.1:{} of http_proxy", proxy.port);
        assert!(
            error.message.contains(&name),
            "{refusal}: {}",
            error.message
        );
    }
}

#[tokio::test]
async fn a_failure_in_a_tunnel_names_the_proxy() {
    let simulator = simulator().await;
    let (origin, roots) = tls_server(&simulator).await;
    let address = origin.trim_start_matches("https://").to_owned();
    let other = Authority::new("of the proxy").acceptor("localhost", |_| ());
    let other = terminate(Some(other), &simulator).await;
    let other = other.trim_start_matches("https://").to_owned();
    // Each proxy sets up a tunnel: to its end, to plain HTTP, to a server with the proxy's own certificate.
    let ended = "HTTP/1.1 200 OK\r\n\r\n";
    let plain = "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
    for (server, allowed, refusal, cause) in [
        (&address, 0, ended, "ended during the TLS handshake"),
        (&address, 0, plain, "ended during the TLS handshake"),
        (&other, usize::MAX, "", "comes from an authority"),
    ] {
        let proxy = FakeProxy::start(server.clone(), allowed, refusal).await;
        let url = format!("http://user:s3cr3t@127.0.0.1:{}", proxy.port);
        let network = network(&[("HTTPS_PROXY", url)]).root_certificates(roots.clone());
        let error = list(options(&simulator, &origin, network))
            .await
            .unwrap_err();
        assert_eq!(
            (error.code, error.effect),
            (ErrorCode::ConnectionFailed, Effect::NotApplied),
            "{error:?}"
        );
        let name = format!("(through the proxy 127.0.0.1:{} of HTTPS_PROXY", proxy.port);
        assert!(error.message.contains(&name), "{}", error.message);
        assert!(error.message.contains(cause), "{cause}: {}", error.message);
        assert!(!format!("{error:?}").contains("s3cr3t"), "{error:?}");
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn a_proxy_that_cannot_be_reached_is_named() {
    let simulator = simulator().await;
    let closed = ClosedPort::new();
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let network = network(&[(variable, closed.url.clone())]);
        let error = list(options(&simulator, simulator.url(), network))
            .await
            .unwrap_err();
        assert_eq!(
            (error.code, error.effect),
            (ErrorCode::ConnectionFailed, Effect::NotApplied)
        );
        let address = closed.url.trim_start_matches("http://");
        let name = format!("the proxy {address} of {variable}");
        assert!(error.message.contains(&name), "{}", error.message);
    }
    assert!(simulator.requests().is_empty());
}
