//! A server with TLS whose certificate no authority has signed: a client must not send it anything.

use std::sync::{Arc, LazyLock};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::{io::AsyncReadExt, net::TcpListener};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivatePkcs8KeyDer},
};

use super::script::Script;

/// A key and its certificate, made once.
static ACCEPTOR: LazyLock<TlsAcceptor> = LazyLock::new(|| {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("an address is a name");
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the versions of TLS")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())
        .expect("the key is that of the certificate");
    TlsAcceptor::from(Arc::new(config))
});

/// Accepts connections, and notes each byte that a client sends after it has seen the certificate.
pub(super) async fn accept(listener: TcpListener, script: Arc<Script>) {
    while let Ok((stream, _)) = listener.accept().await {
        let script = Arc::clone(&script);
        tokio::spawn(async move {
            // A client that does not trust the certificate ends TLS.
            let Ok(mut stream) = ACCEPTOR.accept(stream).await else {
                return;
            };
            let mut byte = [0];
            if stream.read(&mut byte).await.is_ok_and(|read| read > 0) {
                script.note("a request went to a server whose certificate is not trusted".into());
            }
        });
    }
}
