//! Real TLS: a good certificate works, any other is a failed connection with the cause in words, and in time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use host::{Effect, Error, ErrorCode, InstanceOptions, RequestRecord, RootCertStore};
use host_tests::{environment, first_page, instance};
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

/// An authority that nobody knows but who is told of it.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// A server with a certificate of this authority for a name, as the change leaves it.
    fn acceptor(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> TlsAcceptor {
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

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        roots
    }
}

/// Ends TLS in front of a simulator; without an acceptor, it takes connections and says nothing. Gives its origin.
async fn terminate(acceptor: Option<TlsAcceptor>, simulator: &Simulator) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let behind = simulator.url().trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        let mut silent = Vec::new();
        while let Ok((outside, _)) = listener.accept().await {
            let Some(acceptor) = acceptor.clone() else {
                silent.push(outside);
                continue;
            };
            let behind = behind.clone();
            tokio::spawn(async move {
                // A client that finds fault with the certificate goes away: that is what is tried here.
                if let Ok(mut outside) = acceptor.accept(outside).await {
                    let mut inside = TcpStream::connect(behind).await.unwrap();
                    copy_bidirectional(&mut outside, &mut inside).await.ok();
                }
            });
        }
    });
    format!("https://localhost:{port}")
}

/// How many users a page over TLS has, and what went over the wire.
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
    let (mut instance, wire) =
        instance(InstanceOptions::new(variables).root_certificates(roots)).await;
    let result = instance
        .list_users(&first_page())
        .await
        .expect("the component runs");
    let wire = wire.lock().unwrap().clone();
    (result.map(|page| page.users.len()), wire)
}

async fn simulator() -> Simulator {
    Simulator::builder()
        .users(60)
        .seed(1)
        .start()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_good_certificate_works() {
    let simulator = simulator().await;
    let authority = Authority::new("We");
    let acceptor = authority.acceptor("localhost", |_| ());
    let origin = terminate(Some(acceptor), &simulator).await;
    let (result, _) = list(&simulator, origin, authority.roots(), "5000").await;
    assert_eq!(result.unwrap(), 25);
}

#[tokio::test]
async fn a_bad_certificate_is_a_failed_connection_that_says_so() {
    let simulator = simulator().await;
    let authority = Authority::new("We");
    let expired = authority.acceptor("localhost", |params| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    });
    let wrong_name = authority.acceptor("elsewhere.example", |_| ());
    let unknown = Authority::new("Somebody").acceptor("localhost", |_| ());
    for (acceptor, cause) in [
        (expired, "certificate expired"),
        (wrong_name, "certificate not valid for name"),
        (unknown, "UnknownIssuer"),
    ] {
        let origin = terminate(Some(acceptor), &simulator).await;
        let begun = Instant::now();
        let (result, wire) = list(&simulator, origin, authority.roots(), "1000").await;
        let error = result.unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(3));
        assert_eq!(
            (error.code, error.effect),
            (ErrorCode::ConnectionFailed, Effect::NotApplied)
        );
        assert!(
            error.message.contains("the server's TLS certificate is not trusted: it has expired, is for another name, or comes from an authority that the host does not know"),
            "{}",
            error.message
        );
        let ending = format!("{:?}", wire[0].end);
        assert!(ending.contains(cause), "{ending}");
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn a_handshake_that_stalls_is_a_failed_connection_in_time() {
    let simulator = simulator().await;
    let origin = terminate(None, &simulator).await;
    let begun = Instant::now();
    let (result, _) = list(&simulator, origin, Authority::new("We").roots(), "600").await;
    let elapsed = begun.elapsed();
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
