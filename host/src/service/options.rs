//! Options of a service.

use std::sync::Arc;

use super::log::ServiceLog;
use crate::{
    network::Network,
    outgoing_http::{OutgoingHttp, RequestRecord},
};

/// Default for the maximum linear memory of each component of an instance, in bytes.
const DEFAULT_MAX_MEMORY: usize = 64 << 20;
/// Default for the maximum number of instances that answer requests at a time.
const DEFAULT_MAX_INSTANCES: usize = 64;
/// Setting of the component that makes it tell the reason of a 401 in a header, which this crate removes.
const REASON_HEADER_SETTING: &str = "OP_SERVICE_REASON_HEADER";

/// Environment and limits of a service's instances.
pub struct ServiceOptions {
    pub(super) environment: Vec<(String, String)>,
    pub(super) max_memory: usize,
    pub(super) max_instances: usize,
    max_idle: Option<usize>,
    pub(super) http: OutgoingHttp,
    pub(super) log: Option<Arc<dyn ServiceLog>>,
}

impl ServiceOptions {
    /// Options with these environment variables. The component that parses requests sees those that begin with
    /// `OP_SERVICE_`; no component sees another part of this process's environment.
    pub fn new(environment: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut environment: Vec<_> = environment.into_iter().collect();
        // A wrong value stays, so that the service names it.
        environment.retain(|(name, value)| {
            name != REASON_HEADER_SETTING || !matches!(value.as_str(), "true" | "false" | "")
        });
        if environment
            .iter()
            .all(|(name, _)| name != REASON_HEADER_SETTING)
        {
            environment.push((REASON_HEADER_SETTING.to_owned(), "true".to_owned()));
        }
        Self {
            environment,
            max_memory: DEFAULT_MAX_MEMORY,
            max_instances: DEFAULT_MAX_INSTANCES,
            max_idle: None,
            http: OutgoingHttp::default(),
            log: None,
        }
    }

    /// Sets the destination of the lines that the service writes. By default they are dropped.
    #[must_use]
    pub fn log(mut self, log: Arc<dyn ServiceLog>) -> Self {
        self.log = Some(log);
        self
    }

    /// Maximum linear memory of each component of an instance, in bytes. 64 MiB by default.
    #[must_use]
    pub fn max_memory(mut self, bytes: usize) -> Self {
        self.max_memory = bytes;
        self
    }

    /// Maximum number of instances that answer requests with a key at a time, at least 1; further requests wait. At most half
    /// of them, rounded up, answer requests that only read. 64 by default.
    #[must_use]
    pub fn max_instances(mut self, instances: usize) -> Self {
        self.max_instances = instances.max(1);
        self
    }

    /// Maximum number of instances kept for later requests, each with its token. By default as many as may work at a time, so
    /// that no instance exchanges more than one token in a token's life. With 0, every request gets a new instance, and every
    /// call of the API a new token. Instances for webhooks are always kept.
    #[must_use]
    pub fn max_idle(mut self, instances: usize) -> Self {
        self.max_idle = Some(instances);
        self
    }

    /// Maximum number of instances kept for later requests.
    pub(super) fn idle_instances(&self) -> usize {
        self.max_idle.unwrap_or(self.max_instances)
    }

    /// Calls a function for every request sent to the API, when the head of its response arrives or the request fails.
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
}
