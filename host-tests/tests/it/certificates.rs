//! `SSL_CERT_FILE` and `SSL_CERT_DIR`: used, or refused by name.

use std::{fs, path::Path};

use host::{InstanceOptions, Network, NetworkError};
use host_tests::{environment, first_page, instance};
use tempfile::tempdir;

use crate::tls::{Authority, simulator, terminate};

/// Network settings from one variable.
fn network(name: &str, value: &Path) -> Result<Network, NetworkError> {
    let value = value.to_str().expect("UTF-8").to_owned();
    Network::from_variables([(name.to_owned(), value)])
}

/// Lists users at an origin; returns the message of a failure.
async fn list(network: Network, origin: String) -> Result<usize, String> {
    let simulator = simulator().await;
    let mut variables = environment(&simulator);
    variables.retain(|(name, _)| name != "OP_USERS_BASE_URL");
    variables.push(("OP_USERS_BASE_URL".into(), origin));
    variables.push(("OP_USERS_DEADLINE_MS".into(), "2000".into()));
    let (mut instance, _) = instance(InstanceOptions::new(variables).network(network)).await;
    let result = instance.list_users(&first_page()).await;
    let page = result.expect("the component does not trap");
    page.map(|page| page.users.len())
        .map_err(|error| error.message)
}

#[tokio::test]
async fn authorities_in_a_file_or_folder_replace_the_systems() {
    let folder = tempdir().unwrap();
    let authority = Authority::new("trusted");
    let file = folder.path().join("authority.pem");
    fs::write(&file, authority.pem()).unwrap();
    fs::write(folder.path().join("README"), "not a certificate").unwrap();
    let other = tempdir().unwrap();
    fs::write(other.path().join("a.pem"), Authority::new("other").pem()).unwrap();

    let simulator = simulator().await;
    let acceptor = authority.acceptor("localhost", |_| ());
    let origin = terminate(Some(acceptor), &simulator).await;
    let tried = |network: Result<Network, NetworkError>| list(network.unwrap(), origin.clone());
    // The account is that of another simulator: a response of any kind shows that TLS was accepted.
    let is_trusted = |result: Result<usize, String>| match result {
        Ok(_) => true,
        Err(message) => !message.contains("TLS"),
    };
    assert!(is_trusted(tried(network("SSL_CERT_FILE", &file)).await));
    assert!(is_trusted(
        tried(network("SSL_CERT_DIR", folder.path())).await
    ));
    let both = format!("{}:{}", other.path().display(), folder.path().display());
    assert!(is_trusted(
        tried(network("SSL_CERT_DIR", both.as_ref())).await
    ));
    let message = tried(network("SSL_CERT_DIR", other.path()))
        .await
        .unwrap_err();
    assert!(
        message.ends_with("comes from an authority that this host does not trust)"),
        "{message}"
    );
}

#[test]
fn a_variable_without_certificates_is_refused_by_name() {
    let folder = tempdir().unwrap();
    let authority = Authority::new("trusted");
    let pem = authority.pem();
    let der = authority.der();
    let cut = &pem[..pem.len() / 2];
    let cut_head = &pem[..20];
    let wrong = pem.replacen('M', "*", 1);
    // The beginning of a key store: a sequence with a number in front.
    let p12 = [&[0x30, 0x82, 0x0a, 0x5c, 0x02, 0x01, 0x03, 0x30][..], &der].concat();
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (name, content, cause) in [
        ("empty", &b""[..], "the file is empty"),
        ("blank", b"\n\n", "contains no certificate"),
        ("der", &der, "the file is in DER, not in PEM"),
        ("text", b"hello", "contains no certificate"),
        ("key", key.as_bytes(), "contains no certificate"),
        ("junk", junk.as_bytes(), "contains no certificate"),
        ("cut", cut.as_bytes(), "a section has no END line"),
        ("head", cut_head.as_bytes(), "a BEGIN line is not complete"),
        ("wrong", wrong.as_bytes(), "text that is not Base64"),
        ("p12", &p12, "in a binary form, such as PKCS#12"),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, content).unwrap();
        let error = network("SSL_CERT_FILE", &file).err().expect(name);
        let message = error.to_string();
        assert!(
            error
                .hint()
                .is_some_and(|hint| hint.contains("PEM") || hint.contains(".pem"))
        );
        assert_eq!(error.hint().unwrap().contains("x509"), name == "der");
        assert!(!message.contains("[45, "), "{message}");
        assert!(message.starts_with("SSL_CERT_FILE: "), "{message}");
        assert!(message.contains(cause), "{name}: {message}");
        assert!(message.contains(name), "{message}");
    }
    for (variable, path, cause) in [
        (
            "SSL_CERT_FILE",
            folder.path().join("none"),
            "cannot be read",
        ),
        ("SSL_CERT_FILE", folder.path().to_owned(), "it is a folder"),
        ("SSL_CERT_DIR", folder.path().join("none"), "cannot be read"),
        ("SSL_CERT_DIR", folder.path().join("der"), "cannot be read"),
        (
            "SSL_CERT_DIR",
            folder.path().to_owned(),
            "contains no certificate",
        ),
    ] {
        let message = network(variable, &path).err().expect(cause).to_string();
        assert!(message.starts_with(variable), "{message}");
        assert!(message.contains(cause), "{message}");
    }
    // Both count: a good one does not hide the other.
    let good = folder.path().join("good");
    fs::write(&good, pem).unwrap();
    let variables = [
        ("SSL_CERT_FILE", good.to_str().unwrap()),
        ("SSL_CERT_DIR", "/nonexistent"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let error = Network::from_variables(variables).err().unwrap();
    assert!(error.to_string().starts_with("SSL_CERT_DIR"), "{error}");
}
