//! TLS: valid and invalid certificates, and a handshake that stalls.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use host::{Effect, Error, ErrorCode, InstanceOptions, RequestRecord, RootCertStore};
use host_tests::{environment, first_page, instance, runtime};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use simulator::Simulator;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
};

/// A certificate authority outside the public root store.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// Returns a TLS acceptor with a certificate for `name`, changed by `change` and signed by this authority.
    pub(crate) fn acceptor(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    /// Certificate of the authority in PEM.
    pub(crate) fn pem(&self) -> String {
        let text = BASE64_STANDARD.encode(self.0.der());
        let lines: String = text
            .as_bytes()
            .chunks(64)
            .map(|line| format!("{}\n", String::from_utf8_lossy(line)))
            .collect();
        format!("-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n")
    }

    /// Certificate of the authority in DER.
    pub(crate) fn der(&self) -> Vec<u8> {
        self.0.der().to_vec()
    }

    pub(crate) fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        roots
    }
}

/// A TLS acceptor with a certificate that an authority issues to itself, as `openssl req -x509` makes it.
pub(crate) fn self_signed_acceptor() -> TlsAcceptor {
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Starts a server that terminates TLS in front of a simulator, and returns its origin.
///
/// Without an acceptor, it accepts connections and sends nothing.
pub(crate) async fn terminate(acceptor: Option<TlsAcceptor>, simulator: &Simulator) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let upstream = simulator.url().trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        let mut silent = Vec::new();
        while let Ok((client, _)) = listener.accept().await {
            let Some(acceptor) = acceptor.clone() else {
                silent.push(client);
                continue;
            };
            let upstream = upstream.clone();
            tokio::spawn(async move {
                // A client that rejects the certificate closes the connection.
                if let Ok(mut client) = acceptor.accept(client).await {
                    let mut server = TcpStream::connect(upstream).await.unwrap();
                    copy_bidirectional(&mut client, &mut server).await.ok();
                }
            });
        }
    });
    format!("https://localhost:{port}")
}

/// Lists users over TLS; returns the size of the page and the requests that were sent.
async fn list(
    simulator: &Simulator,
    origin: String,
    roots: RootCertStore,
    deadline_ms: &str,
) -> (Result<usize, Error>, Vec<RequestRecord>) {
    let mut variables = environment(simulator);
    variables.retain(|(name, _)| name != "OP_USERS_BASE_URL");
    variables.push(("OP_USERS_BASE_URL".into(), origin));
    variables.push(("OP_USERS_DEADLINE_MS".into(), deadline_ms.into()));
    let (mut instance, records) =
        instance(InstanceOptions::new(variables).root_certificates(roots)).await;
    let result = instance
        .list_users(&first_page())
        .await
        .expect("the component does not trap");
    let records = records.lock().unwrap().clone();
    (result.map(|page| page.users.len()), records)
}

pub(crate) async fn simulator() -> Simulator {
    Simulator::builder()
        .users(60)
        .seed(1)
        .start()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_valid_certificate_is_accepted() {
    let simulator = simulator().await;
    let authority = Authority::new("trusted");
    let acceptor = authority.acceptor("localhost", |_| ());
    let origin = terminate(Some(acceptor), &simulator).await;
    let (result, _) = list(&simulator, origin, authority.roots(), "5000").await;
    assert_eq!(result.unwrap(), 25);
}

#[tokio::test]
async fn an_invalid_certificate_is_named_as_the_cause() {
    let simulator = simulator().await;
    let authority = Authority::new("trusted");
    let expired = authority.acceptor("localhost", |params| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    });
    let wrong_name = authority.acceptor("elsewhere.example", |_| ());
    let unknown = Authority::new("unknown").acceptor("localhost", |_| ());
    for (acceptor, cause) in [
        (expired, "has expired"),
        (wrong_name, "is for another name"),
        (
            unknown,
            "comes from an authority that this host does not trust",
        ),
        (
            self_signed_acceptor(),
            "is self-signed or an authority's own, and as such not trusted for a server",
        ),
    ] {
        let origin = terminate(Some(acceptor), &simulator).await;
        let origin_address = origin.clone();
        let start = Instant::now();
        let (result, records) = list(&simulator, origin, authority.roots(), "1000").await;
        let error = result.unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(3));
        assert_eq!(
            (error.code, error.effect),
            (ErrorCode::ConnectionFailed, Effect::NotApplied)
        );
        assert!(
            error
                .message
                .contains("the server's TLS certificate is not trusted (the certificate of"),
            "{}",
            error.message
        );
        let address = origin_address.trim_start_matches("https://");
        let sentence = format!("(the certificate of {address} {cause})");
        assert!(error.message.ends_with(&sentence), "{}", error.message);
        let end = format!("{:?}", records[0].end);
        assert!(end.contains(cause), "{end}");
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn a_stalled_handshake_is_connection_failed_in_time() {
    let simulator = simulator().await;
    let origin = terminate(None, &simulator).await;
    // Compiled before the time is taken.
    runtime();
    let start = Instant::now();
    let (result, _) = list(&simulator, origin, Authority::new("trusted").roots(), "600").await;
    let elapsed = start.elapsed();
    let error = result.unwrap_err();
    assert!(elapsed < Duration::from_secs(3), "{elapsed:?}");
    assert_eq!(
        (error.code, error.effect),
        (ErrorCode::ConnectionFailed, Effect::NotApplied)
    );
    assert!(
        error
            .message
            .contains("the connection was not made in time"),
        "{}",
        error.message
    );
}
