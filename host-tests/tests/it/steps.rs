//! The steps module and its driver: requests over TCP and TLS, stops, and the order of callbacks and requests.

mod fuel;
mod memory;
mod module_file;
mod outcomes;
mod proxies;
mod raw_module;
mod stops;

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use host::{RequestRecord, StepsClient, StepsOptions, StepsRuntime};
use host_tests::{compiled_folder, environment};
use simulator::Simulator;

/// The module, compiled once for all tests of the process.
pub(crate) fn runtime() -> &'static StepsRuntime {
    static RUNTIME: OnceLock<StepsRuntime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        StepsRuntime::cached_in(compiled_folder().as_deref()).expect("the module can be compiled")
    })
}

/// A client of a simulator, and what its observers were told.
struct StepsHarness {
    simulator: Simulator,
    client: Arc<StepsClient>,
    /// Number of requests that were sent.
    sent: Arc<AtomicU32>,
    /// Requests that ended.
    records: Arc<Mutex<Vec<RequestRecord>>>,
}

impl StepsHarness {
    /// Starts a simulator of 60 users, and a client of it.
    async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same, with more environment variables.
    async fn with(variables: &[(&str, &str)]) -> Self {
        let simulator = crate::tls::simulator().await;
        let mut environment = environment(&simulator);
        for &(name, value) in variables {
            environment.push((name.to_owned(), value.to_owned()));
        }
        let sent = Arc::new(AtomicU32::new(0));
        let records = Arc::new(Mutex::new(Vec::new()));
        let (counted, recorded) = (Arc::clone(&sent), Arc::clone(&records));
        let options = StepsOptions::new(environment)
            .on_send(move |_| {
                counted.fetch_add(1, Ordering::Relaxed);
            })
            .on_request(move |record: &RequestRecord| {
                let mut records = recorded.lock().unwrap_or_else(PoisonError::into_inner);
                records.push(record.clone());
            });
        let client = runtime().client(options).expect("a client starts");
        Self {
            simulator,
            client: Arc::new(client),
            sent,
            records,
        }
    }

    /// Ids of active users of the role member.
    fn members(&self, count: usize) -> Vec<String> {
        let mut users = self.simulator.users();
        users.retain(|user| {
            user.role == simulator::Role::Member && user.state == simulator::State::Active
        });
        let ids: Vec<_> = users.into_iter().map(|user| user.id).take(count).collect();
        assert_eq!(ids.len(), count, "the account has enough active members");
        ids
    }

    /// Number of requests that the simulator got.
    fn received(&self) -> usize {
        self.simulator.requests().len()
    }
}
