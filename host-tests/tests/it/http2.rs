//! HTTP/2: spoken with a server that offers it, with all requests on one connection.

use std::{
    io,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use host::{
    Effect, ErrorCode, InstanceOptions, Network, Outcome, Report, RootCertStore, StepsOptions,
};
use host_tests::{Environment, by_id, environment, first_page, instance, unguarded};
use http::{Request, Response, Version, header::HOST};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Bytes, Incoming},
    client::conn::http1,
    server::conn::http2,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use simulator::{Simulator, State};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use crate::{
    steps,
    tls::{Authority, simulator},
};

/// A server of HTTP/2 over TLS in front of a simulator.
struct Http2Server {
    origin: String,
    authority: Authority,
    connections: Arc<AtomicUsize>,
}

/// Answer of the server to changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Changes {
    Answered,
    /// Carried out, and then the stream is reset.
    CarriedOutAndReset,
}

impl Http2Server {
    async fn start(simulator: &Simulator, changes: Changes) -> Self {
        let authority = Authority::new("trusted");
        let mut config =
            ServerConfig::clone(authority.acceptor("localhost", |_| ()).config().as_ref());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let upstream = simulator.url().trim_start_matches("http://").to_owned();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let (acceptor, upstream) = (acceptor.clone(), upstream.clone());
                tokio::spawn(async move {
                    let client = acceptor.accept(client).await.unwrap();
                    let service = service_fn(move |request| {
                        let upstream = upstream.clone();
                        async move { answer(request, &upstream, changes).await }
                    });
                    let connection = http2::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(client), service);
                    // Fails if the client closes the connection.
                    connection.await.ok();
                });
            }
        });
        Self {
            origin: format!("https://localhost:{port}"),
            authority,
            connections,
        }
    }

    fn roots(&self) -> RootCertStore {
        self.authority.roots()
    }

    /// Environment of a client that calls this server.
    fn environment(&self, simulator: &Simulator) -> Environment {
        let mut variables = environment(simulator);
        variables.retain(|(name, _)| name != "OP_USERS_BASE_URL");
        variables.push(("OP_USERS_BASE_URL".into(), self.origin.clone()));
        variables.push(("OP_USERS_DEADLINE_MS".into(), "2000".into()));
        variables
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// Forwards a request to the simulator over HTTP/1.1.
async fn answer(
    request: Request<Incoming>,
    upstream: &str,
    changes: Changes,
) -> io::Result<Response<Full<Bytes>>> {
    assert_eq!(request.version(), Version::HTTP_2);
    let stream = TcpStream::connect(upstream).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let (mut parts, body) = request.into_parts();
    parts.version = Version::HTTP_11;
    let authority = parts.uri.authority().map(ToString::to_string);
    parts
        .headers
        .insert(HOST, authority.unwrap_or_default().parse().unwrap());
    parts.uri = parts
        .uri
        .path_and_query()
        .unwrap()
        .to_string()
        .parse()
        .unwrap();
    let is_change = parts.uri.path().contains(':');
    let body = Full::new(body.collect().await.unwrap().to_bytes());
    let response = sender
        .send_request(Request::from_parts(parts, body))
        .await
        .unwrap();
    let (mut parts, body) = response.into_parts();
    parts.headers.remove("connection");
    let body = body.collect().await.unwrap().to_bytes();
    if is_change && changes == Changes::CarriedOutAndReset {
        return Err(io::Error::other("the stream is reset"));
    }
    Ok(Response::from_parts(parts, Full::new(body)))
}

fn members(simulator: &Simulator) -> Vec<String> {
    let mut users = simulator.users();
    users.retain(|user| user.role == simulator::Role::Member && user.state == State::Active);
    users.into_iter().map(|user| user.id).take(12).collect()
}

fn assert_changed(simulator: &Simulator, ids: &[String], report: &Report) {
    assert_eq!(report.targets.len(), 12);
    for (target, id) in report.targets.iter().zip(ids) {
        assert_eq!(target.outcome, Outcome::Changed, "{target:?}");
        assert_eq!(simulator.user(id).unwrap().state, State::Suspended);
    }
}

#[tokio::test]
async fn the_plugin_sends_all_requests_on_one_connection() {
    let simulator = simulator().await;
    let server = Http2Server::start(&simulator, Changes::Answered).await;
    let options = InstanceOptions::new(server.environment(&simulator));
    let (mut instance, _) = instance(options.root_certificates(server.roots())).await;
    let page = instance.list_users(&first_page()).await.unwrap().unwrap();
    assert_eq!(page.users.len(), 25);
    let ids = members(&simulator);
    let targets: Vec<_> = ids.iter().map(by_id).collect();
    let report = instance.suspend_users(&targets, &unguarded()).await;
    assert_changed(&simulator, &ids, &report.unwrap().unwrap());
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn the_steps_client_sends_all_requests_on_one_connection() {
    let simulator = simulator().await;
    let server = Http2Server::start(&simulator, Changes::Answered).await;
    let network = Network::default().root_certificates(server.roots());
    let options = StepsOptions::new(server.environment(&simulator)).network(network);
    let client = steps::runtime().client(options).unwrap();
    let page = client.list_users(&first_page()).await.unwrap().unwrap();
    assert_eq!(page.users.len(), 25);
    let ids = members(&simulator);
    let targets: Vec<_> = ids.iter().map(by_id).collect();
    let report = client
        .suspend_users(&targets, &unguarded(), |_, _| ControlFlow::Continue(()))
        .await;
    assert_changed(&simulator, &ids, &report.unwrap().unwrap());
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_change_whose_stream_is_reset_may_have_been_made() {
    let simulator = simulator().await;
    let server = Http2Server::start(&simulator, Changes::CarriedOutAndReset).await;
    let id = members(&simulator).remove(0);
    let options = InstanceOptions::new(server.environment(&simulator));
    let (mut instance, _) = instance(options.root_certificates(server.roots())).await;
    let network = Network::default().root_certificates(server.roots());
    let options = StepsOptions::new(server.environment(&simulator)).network(network);
    let client = steps::runtime().client(options).unwrap();
    for result in [
        instance.suspend_user(&id).await,
        client.suspend_user(&id).await,
    ] {
        let error = result.unwrap().unwrap_err();
        assert_eq!(error.code, ErrorCode::ConnectionFailed, "{error:?}");
        assert_eq!(error.effect, Effect::PossiblyApplied, "{error:?}");
    }
    assert_eq!(simulator.user(&id).unwrap().state, State::Suspended);
}
