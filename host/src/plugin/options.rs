//! Options of an instance of the plugin.

use std::time::Duration;

use rustls::RootCertStore;

use crate::{
    deadline,
    network::Network,
    outgoing_http::{OutgoingHttp, RequestRecord},
};

/// Default for the maximum linear memory of an instance, in bytes.
const DEFAULT_MAX_MEMORY: usize = 64 << 20;

/// Environment and limits of an instance.
pub struct InstanceOptions {
    pub(super) environment: Vec<(String, String)>,
    pub(super) max_memory: usize,
    pub(super) http: OutgoingHttp,
}

impl InstanceOptions {
    /// Options with these environment variables. The instance sees no other part of this process's environment.
    pub fn new(environment: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            environment: environment.into_iter().collect(),
            max_memory: DEFAULT_MAX_MEMORY,
            http: OutgoingHttp::default(),
        }
    }

    /// Maximum linear memory of the instance, in bytes. The default, 64 MiB, is enough for the largest response.
    #[must_use]
    pub fn max_memory(mut self, bytes: usize) -> Self {
        self.max_memory = bytes;
        self
    }

    /// Calls a function for every request sent, when the head of its response arrives or the request fails.
    #[must_use]
    pub fn on_request(
        mut self,
        on_request: impl Fn(&RequestRecord) + Send + Sync + 'static,
    ) -> Self {
        self.http.on_request(on_request);
        self
    }

    /// Sets certificate authorities and proxies, in place of the system's authorities and no proxy.
    #[must_use]
    pub fn network(mut self, network: Network) -> Self {
        self.http.network(network);
        self
    }

    /// Trusts these certificate authorities in place of the system's.
    #[must_use]
    pub fn root_certificates(mut self, roots: RootCertStore) -> Self {
        self.http.root_certificates(roots);
        self
    }

    /// Deadline of a call that takes none.
    pub(super) fn deadline(&self) -> Duration {
        deadline::from_environment(&self.environment)
    }
}
