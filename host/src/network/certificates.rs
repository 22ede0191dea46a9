//! Certificate authorities: from a file, from folders, or from the system.

use std::{
    env, fs,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{
        CertificateDer,
        pem::{self, PemObject},
    },
};
use rustls_native_certs::{load_certs_from_paths, load_native_certs};

use super::{error::NetworkError, variables::Variables};

const FILE: &str = "SSL_CERT_FILE";
const FOLDERS: &str = "SSL_CERT_DIR";
/// Maximum size of a file of certificates in bytes. The lists of Linux distributions have a quarter of a megabyte.
const MAX_FILE_BYTES: u64 = 16 << 20;
const NEEDS_PEM: &str = "give it certificates in PEM, which begin with -----BEGIN CERTIFICATE-----, or unset the variable to trust the system's authorities";

/// TLS configuration: the certificate authorities to trust.
#[derive(Clone)]
pub(crate) struct TlsConfig(pub(crate) Arc<ClientConfig>);

impl TlsConfig {
    /// Trusts these authorities only.
    pub(crate) fn with_roots(roots: RootCertStore) -> Self {
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self(Arc::new(config))
    }

    /// Trusts the authorities of the system, which include those of an inspecting proxy. Reads them once.
    ///
    /// A system without a store gets Mozilla's authorities. Fails if there is a store that cannot be read, or if the
    /// environment of this process names one that yields no certificate.
    pub(crate) fn from_system() -> Result<Self, NetworkError> {
        static CONFIG: OnceLock<Result<TlsConfig, NetworkError>> = OnceLock::new();
        CONFIG.get_or_init(read_system).clone()
    }
}

fn read_system() -> Result<TlsConfig, NetworkError> {
    // `load_native_certs` reads these variables, and returns nothing for an empty file.
    let variables = env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        let is_read = name == FILE || name == FOLDERS;
        is_read.then(|| Some((name, value.into_string().ok()?)))?
    });
    let variables = Variables::new(variables);
    if let Some(certificates) = Certificates::new(variables.get(FILE)?, variables.get(FOLDERS)?) {
        return certificates.read();
    }
    let loaded = load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(loaded.certs);
    if roots.is_empty() {
        if let Some(error) = loaded.errors.first() {
            return Err(NetworkError::new(
                format!("the system's certificate authorities cannot be read: {error}"),
                Some("set SSL_CERT_FILE to a file of certificates"),
            ));
        }
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    Ok(TlsConfig::with_roots(roots))
}

/// Places of the certificates, from the environment.
pub(super) struct Certificates {
    file: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Certificates {
    /// Values of the two variables. None if neither is set.
    pub(super) fn new(file: Option<&str>, folders: Option<&str>) -> Option<Self> {
        if file.is_none() && folders.is_none() {
            return None;
        }
        let folders = folders.into_iter().flat_map(env::split_paths);
        Some(Self {
            file: file.map(PathBuf::from),
            folders: folders.collect(),
        })
    }

    /// Reads them. Fails if one of the two yields no certificate.
    pub(super) fn read(&self) -> Result<TlsConfig, NetworkError> {
        let mut roots = RootCertStore::empty();
        if let Some(file) = &self.file {
            roots.roots.extend(read_file(file)?.roots);
        }
        if !self.folders.is_empty() {
            roots.roots.extend(read_folders(&self.folders)?.roots);
        }
        Ok(TlsConfig::with_roots(roots))
    }
}

fn read_file(file: &Path) -> Result<RootCertStore, NetworkError> {
    let failed = |cause: &str, hint| NetworkError::new(format!("{FILE}: {cause}: {file:?}"), hint);
    let io_failed = |error| failed(&format!("the file cannot be read, {error}"), None);
    let metadata = fs::metadata(file).map_err(io_failed)?;
    if metadata.is_dir() {
        return Err(failed(
            "it is a folder",
            Some("SSL_CERT_DIR takes folders, SSL_CERT_FILE takes one file"),
        ));
    }
    // Reading a pipe or a device may never end.
    if !metadata.is_file() {
        return Err(failed(
            "it is a pipe or a device, not a regular file",
            Some("copy the certificates to a file"),
        ));
    }
    let mut content = Vec::new();
    let opened = fs::File::open(file).map_err(io_failed)?;
    opened
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut content)
        .map_err(io_failed)?;
    if content.len() as u64 > MAX_FILE_BYTES {
        return Err(failed("the file is larger than 16 MiB", None));
    }
    if content.is_empty() {
        return Err(failed("the file is empty", Some(NEEDS_PEM)));
    }
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&content) {
        let certificate =
            certificate.map_err(|error| failed(pem_cause(&error), Some(NEEDS_PEM)))?;
        // One that cannot be used does not spoil the others: lists of authorities contain some.
        roots.add(certificate).ok();
    }
    if roots.is_empty() {
        return Err(if is_der_certificate(&content) {
            failed(
                "the file is in DER, not in PEM",
                Some("`openssl x509 -inform der -in FILE -out FILE.pem` converts it"),
            )
        } else if content.first() == Some(&SEQUENCE) {
            failed(
                "the file is in a binary form, such as PKCS#12, not in PEM",
                Some(NEEDS_PEM),
            )
        } else {
            failed("the file contains no certificate", Some(NEEDS_PEM))
        });
    }
    Ok(roots)
}

/// The tag with which certificates, keys and key stores in DER begin.
const SEQUENCE: u8 = 0x30;

/// Returns true if a file begins as a certificate in DER: a sequence of more than 127 bytes that begins with a sequence, as no
/// key and no key store does.
fn is_der_certificate(content: &[u8]) -> bool {
    let Some((&SEQUENCE, rest)) = content.split_first() else {
        return false;
    };
    let length_bytes = match rest.first() {
        Some(length @ 0x81..=0x84) => usize::from(length & 0x7f),
        _ => return false,
    };
    rest.get(1 + length_bytes) == Some(&SEQUENCE)
}

/// Cause for people: the error's own text lists bytes as numbers.
fn pem_cause(error: &pem::Error) -> &'static str {
    match error {
        pem::Error::MissingSectionEnd { .. } => {
            "the file is not valid PEM, a section has no END line: the file may be cut"
        }
        pem::Error::IllegalSectionStart { .. } => {
            "the file is not valid PEM, a BEGIN line is not complete"
        }
        pem::Error::Base64Decode(_) => {
            "the file is not valid PEM, a section contains text that is not Base64"
        }
        _ => "the file is not valid PEM",
    }
}

fn read_folders(folders: &[PathBuf]) -> Result<RootCertStore, NetworkError> {
    let failed = |cause: &str, folder: &Path, hint| {
        NetworkError::new(format!("{FOLDERS}: {cause}: {folder:?}"), hint)
    };
    let mut roots = RootCertStore::empty();
    for folder in folders {
        fs::read_dir(folder).map_err(|error| {
            failed(&format!("the folder cannot be read, {error}"), folder, None)
        })?;
        // Folders of certificates contain other files too.
        roots.add_parsable_certificates(load_certs_from_paths(None, Some(folder)).certs);
    }
    if roots.is_empty()
        && let Some(folder) = folders.first()
    {
        let cause = "the folder contains no certificate";
        return Err(failed(cause, folder, Some(NEEDS_PEM)));
    }
    Ok(roots)
}
