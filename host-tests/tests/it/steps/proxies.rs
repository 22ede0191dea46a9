//! TLS and proxies, and connections that are not made: nothing was sent then, and the error says so.

use std::ops::ControlFlow;

use host::{Effect, Error, ErrorCode, Network, RootCertStore, StepsClient, StepsOptions};
use host_tests::{by_id, environment, first_page, unguarded};
use rcgen::date_time_ymd;
use simulator::Simulator;

use super::runtime;
use crate::{
    closed_port::ClosedPort,
    proxy::{FakeProxy, network, tls_server},
    tls::{Authority, self_signed_acceptor, simulator, terminate},
};

/// A client of a simulator at another origin.
fn client(simulator: &Simulator, origin: &str, network: Network) -> StepsClient {
    let mut variables = environment(simulator);
    variables.retain(|(name, _)| name != "OP_USERS_BASE_URL");
    variables.push(("OP_USERS_BASE_URL".into(), origin.to_owned()));
    variables.push(("OP_USERS_DEADLINE_MS".into(), "2000".into()));
    let options = StepsOptions::new(variables).network(network);
    runtime().client(options).expect("a client starts")
}

async fn list(client: &StepsClient) -> Result<usize, Error> {
    let page = client.list_users(&first_page()).await;
    page.expect("the module does not trap")
        .map(|page| page.users.len())
}

fn trusting(roots: RootCertStore) -> Network {
    Network::default().root_certificates(roots)
}

#[tokio::test]
async fn a_valid_certificate_is_accepted_on_one_connection() {
    let simulator = simulator().await;
    let (origin, roots) = tls_server(&simulator).await;
    let client = client(&simulator, &origin, trusting(roots));
    assert_eq!(list(&client).await.unwrap(), 25);
    assert_eq!(list(&client).await.unwrap(), 25);
    assert_eq!(simulator.connections(), 1);
}

#[tokio::test]
async fn an_invalid_certificate_is_named_and_nothing_is_sent() {
    let simulator = simulator().await;
    let authority = Authority::new("trusted");
    let expired = authority.acceptor("localhost", |params| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    });
    for (acceptor, cause) in [
        (expired, "has expired"),
        (
            authority.acceptor("elsewhere.example", |_| ()),
            "is for another name",
        ),
        (
            Authority::new("unknown").acceptor("localhost", |_| ()),
            "comes from an authority that this host does not trust",
        ),
        (
            self_signed_acceptor(),
            "is self-signed or an authority's own, and as such not trusted for a server",
        ),
    ] {
        let origin = terminate(Some(acceptor), &simulator).await;
        let address = origin.trim_start_matches("https://").to_owned();
        let client = client(&simulator, &origin, trusting(authority.roots()));
        let error = list(&client).await.unwrap_err();
        let expected = format!("(the certificate of {address} {cause})");
        assert!(error.message.contains(&expected), "{}", error.message);
        assert_eq!(error.code, ErrorCode::ConnectionFailed);
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn a_handshake_that_stalls_is_not_possibly_applied() {
    let simulator = simulator().await;
    let id = simulator.users()[5].id.clone();
    let origin = terminate(None, &simulator).await;
    let client = client(&simulator, &origin, Network::default());
    let error = client.suspend_user(&id).await.unwrap().unwrap_err();
    assert_eq!(error.effect, Effect::NotApplied);
    let address = origin.trim_start_matches("https://");
    let cause = format!("no connection to {address} in time");
    assert!(error.message.contains(&cause), "{}", error.message);
}

#[tokio::test]
async fn a_closed_port_is_named_and_nothing_is_sent() {
    let simulator = simulator().await;
    let closed = ClosedPort::new();
    let client = client(&simulator, &closed.url, Network::default());
    let targets = [by_id(simulator.users()[5].id.clone())];
    let error = client
        .suspend_users(&targets, &unguarded(), |_, _| ControlFlow::Continue(()))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.effect, Effect::NotApplied);
    let address = closed.url.trim_start_matches("http://");
    let cause = format!("the server refused the connection ({address} cannot be connected to,");
    assert!(error.message.contains(&cause), "{}", error.message);
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
    ]);
    let client = client(&simulator, &origin, network.root_certificates(roots));
    assert_eq!(list(&client).await.unwrap(), 25);
    let [head] = <[String; 1]>::try_from(proxy.heads()).expect("one tunnel");
    let head = head.to_lowercase();
    assert!(head.starts_with(&format!("connect {address} http/1.1\r\n")));
    assert!(head.contains("proxy-authorization: basic qwxhzgrpbjpvcgvuihnlc2ftzq==\r\n"));
    assert!(!head.contains("\r\nauthorization:"), "{head}");
}

#[tokio::test]
async fn http_is_forwarded_unless_the_host_is_direct() {
    let simulator = simulator().await;
    let server = simulator.url().trim_start_matches("http://").to_owned();
    let proxy = FakeProxy::start(server, usize::MAX, "").await;
    let url = format!("http://a:b@127.0.0.1:{}", proxy.port);
    let through = network(&[("ALL_PROXY", url.clone())]);
    let through = client(&simulator, simulator.url(), through);
    assert_eq!(list(&through).await.unwrap(), 25);
    let head = proxy.heads().remove(0).to_lowercase();
    assert!(head.starts_with(&format!("post {}/v1", simulator.url())));
    assert!(head.contains("proxy-authorization: basic ytpi\r\n"));
    let connections = proxy.heads().len();

    let direct = network(&[("ALL_PROXY", url), ("NO_PROXY", "127.0.0.0/8".into())]);
    let direct = client(&simulator, simulator.url(), direct);
    assert_eq!(list(&direct).await.unwrap(), 25);
    assert_eq!(proxy.heads().len(), connections);
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
        ("", "it ended the connection or sent no valid HTTP"),
    ] {
        let simulator = simulator().await;
        let (origin, roots) = tls_server(&simulator).await;
        let address = origin.trim_start_matches("https://").to_owned();
        let proxy = FakeProxy::start(address, 0, refusal).await;
        let url = format!("http://user:s3cr3t@127.0.0.1:{}", proxy.port);
        let network = network(&[("HTTPS_PROXY", url)]).root_certificates(roots);
        let client = client(&simulator, &origin, network);
        let id = simulator.users()[5].id.clone();
        let error = client.suspend_user(&id).await.unwrap().unwrap_err();
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
async fn a_failure_in_a_tunnel_names_server_and_proxy() {
    let simulator = simulator().await;
    let (origin, _) = tls_server(&simulator).await;
    let address = origin.trim_start_matches("https://").to_owned();
    let proxy = FakeProxy::start(address.clone(), usize::MAX, "").await;
    let url = format!("http://127.0.0.1:{}", proxy.port);
    let roots = Authority::new("another").roots();
    let network = network(&[("HTTPS_PROXY", url)]).root_certificates(roots);
    let error = list(&client(&simulator, &origin, network))
        .await
        .unwrap_err();
    let cause = format!(
        "(through the proxy 127.0.0.1:{} of HTTPS_PROXY: the certificate of {address} comes from",
        proxy.port
    );
    assert!(error.message.contains(&cause), "{}", error.message);
}

#[tokio::test]
async fn a_forwarding_proxy_that_refuses_is_named() {
    for refusal in [
        "HTTP/1.1 407 No\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n",
        "SSH-2.0-server\r\n",
        "",
    ] {
        let simulator = simulator().await;
        let server = simulator.url().trim_start_matches("http://").to_owned();
        let proxy = FakeProxy::start(server, 0, refusal).await;
        let network = network(&[("http_proxy", format!("127.0.0.1:{}", proxy.port))]);
        let client = client(&simulator, simulator.url(), network);
        let error = list(&client).await.unwrap_err();
        let name = format!("the proxy 127.0.0.1:{} of http_proxy", proxy.port);
        assert!(error.message.contains(&name), "{}", error.message);
    }
}

#[tokio::test]
async fn a_proxy_that_cannot_be_reached_is_named() {
    let simulator = simulator().await;
    let closed = ClosedPort::new();
    for variable in ["HTTP_PROXY", "ALL_PROXY"] {
        let network = network(&[(variable, closed.url.clone())]);
        let client = client(&simulator, simulator.url(), network);
        let error = list(&client).await.unwrap_err();
        let address = closed.url.trim_start_matches("http://");
        let name = format!("the proxy {address} of {variable}: {address} cannot be connected to");
        assert!(error.message.contains(&name), "{}", error.message);
    }
    assert!(simulator.requests().is_empty());
}
