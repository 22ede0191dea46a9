//! Options of a client over the steps module.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use rustls::RootCertStore;

use super::module::StepsLimits;
use crate::{
    engine::ticks,
    network::Network,
    outgoing_http::{ApiOperation, OnRequest, RequestRecord},
};

/// Default for the maximum linear memory of an instance, in bytes.
const DEFAULT_MAX_MEMORY: usize = 64 << 20;
/// Default for the maximum of one step: a page of 1,000 users takes some milliseconds, but not on a machine that has no time for
/// this process.
const DEFAULT_MAX_STEP: Duration = Duration::from_secs(60);

/// Function called before a request is sent. A token request has no operation.
pub(super) type OnSend = Arc<dyn Fn(Option<&ApiOperation>) + Send + Sync>;

/// Settings, limits and observers of a client.
pub struct StepsOptions {
    pub(super) environment: BTreeMap<String, String>,
    max_memory: usize,
    max_step: Duration,
    pub(super) network: Network,
    pub(super) on_send: OnSend,
    pub(super) on_request: OnRequest,
}

impl StepsOptions {
    /// Options with these environment variables. Those that start with `OP_USERS_` are the settings.
    pub fn new(environment: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            environment: environment.into_iter().collect(),
            max_memory: DEFAULT_MAX_MEMORY,
            max_step: DEFAULT_MAX_STEP,
            network: Network::default(),
            on_send: Arc::new(|_| ()),
            on_request: Arc::new(|_| ()),
        }
    }

    /// Maximum linear memory of the instance, in bytes. The default, 64 MiB, is enough for the largest response.
    #[must_use]
    pub fn max_memory(mut self, bytes: usize) -> Self {
        self.max_memory = bytes;
        self
    }

    /// Maximum for one step of the module, from an event to its actions, in steps of 50 milliseconds; the default is 60 seconds.
    /// An instance that runs for longer is stopped, and its calls fail.
    #[must_use]
    pub fn max_step(mut self, duration: Duration) -> Self {
        self.max_step = duration;
        self
    }

    pub(super) fn limits(&self) -> StepsLimits {
        StepsLimits {
            memory: self.max_memory,
            step: ticks(self.max_step),
        }
    }

    /// Calls a function before each request is sent.
    #[must_use]
    pub fn on_send(
        mut self,
        on_send: impl Fn(Option<&ApiOperation>) + Send + Sync + 'static,
    ) -> Self {
        self.on_send = Arc::new(on_send);
        self
    }

    /// Calls a function for every request sent, when the head of its response arrives or the request fails.
    #[must_use]
    pub fn on_request(
        mut self,
        on_request: impl Fn(&RequestRecord) + Send + Sync + 'static,
    ) -> Self {
        self.on_request = Arc::new(on_request);
        self
    }

    /// Sets certificate authorities and proxies, in place of the system's authorities and no proxy.
    #[must_use]
    pub fn network(mut self, network: Network) -> Self {
        self.network = network;
        self
    }

    /// Trusts these certificate authorities in place of the system's.
    #[must_use]
    pub fn root_certificates(mut self, roots: RootCertStore) -> Self {
        self.network = self.network.root_certificates(roots);
        self
    }
}
