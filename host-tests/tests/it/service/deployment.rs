//! A simulator, and a server whose service calls it.

use std::{net::SocketAddr, sync::OnceLock, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use host::{Server, ServerLimits, ServiceOptions, ServiceRuntime};
use host_tests::{compiled_folder, environment};
use ring::{
    digest::{SHA256, digest},
    hmac::{HMAC_SHA256, Key, sign},
};
use serde_json::Value;
use simulator::{Endpoint, Simulator, User};

use super::raw_client::{RawRequest, RawResponse};

/// API key of the role `read`.
pub(super) const READ_KEY: &str = "key-of-the-role-read";
/// API key of the role `contain`.
pub(super) const CONTAIN_KEY: &str = "key-of-the-role-contain";
/// Names of the webhook senders, and their secrets.
pub(super) const WEBHOOK_SENDERS: [(&str, [u8; 32]); 2] = [("siem", [1; 32]), ("soar", [2; 32])];

/// A simulated account of 60 users, and a server with the service for it.
pub(super) struct Deployment {
    pub simulator: Simulator,
    pub server: Server,
}

impl Deployment {
    pub(super) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// Starts a deployment with more environment variables.
    ///
    /// A variable with an empty value is removed from the environment.
    pub(super) async fn with(variables: &[(&str, &str)]) -> Self {
        Self::with_limits(variables, ServerLimits::default(), |options| options).await
    }

    /// Starts a deployment with more environment variables, limits of the server and options of the service.
    pub(super) async fn with_limits(
        overrides: &[(&str, &str)],
        limits: ServerLimits,
        change: impl FnOnce(ServiceOptions) -> ServiceOptions,
    ) -> Self {
        let simulator = Simulator::builder().users(60).seed(1).start().await;
        let simulator = simulator.expect("a simulator starts");
        let mut variables = environment(&simulator);
        variables.push(("OP_SERVICE_KEYS".to_owned(), keys()));
        variables.push(("OP_SERVICE_WEBHOOK_SECRETS".to_owned(), secrets()));
        for &(name, value) in overrides {
            variables.retain(|(known, _)| known != name);
            if !value.is_empty() {
                variables.push((name.to_owned(), value.to_owned()));
            }
        }
        let options = change(ServiceOptions::new(variables));
        let service = runtime().service(options);
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::start(loopback, service, limits, |_| ()).await;
        Self {
            simulator,
            server: server.expect("a port is free"),
        }
    }

    /// Sends a request to the service.
    pub(super) async fn send(&self, request: &RawRequest) -> RawResponse {
        request.send(self.server.address()).await
    }

    /// Suspends users, named by id or e-mail address.
    pub(super) async fn contain(&self, users: &[&str]) -> RawResponse {
        let body = serde_json::json!({ "users": users });
        self.send(&RawRequest::json("/v1/contain", CONTAIN_KEY, &body))
            .await
    }

    /// Asserts that the service answers a request.
    pub(super) async fn assert_serves(&self) {
        let page = self
            .send(&RawRequest::get("/v1/users?page_size=1", READ_KEY))
            .await;
        assert_eq!(page.value()["users"].as_array().map(Vec::len), Some(1));
    }

    /// Returns the active users of the role member.
    pub(super) fn members(&self) -> Vec<User> {
        let mut users = self.simulator.users();
        users.retain(|user| {
            user.role == simulator::Role::Member && user.state == simulator::State::Active
        });
        users
    }

    /// Takes the requests that the API received, token requests excepted, as endpoint and query.
    pub(super) fn take_api_requests(&self) -> Vec<(Endpoint, String)> {
        let mut requests = self.simulator.requests();
        self.simulator.clear_requests();
        requests.retain(|request| request.endpoint != Endpoint::Token);
        requests
            .into_iter()
            .map(|request| (request.endpoint, request.query))
            .collect()
    }

    /// Counts the token requests that the API received.
    pub(super) fn token_requests(&self) -> usize {
        let requests = self.simulator.requests();
        requests
            .iter()
            .filter(|request| request.endpoint == Endpoint::Token)
            .count()
    }
}

/// Returns the service, compiled once for all tests of the process.
pub(super) fn runtime() -> &'static ServiceRuntime {
    static RUNTIME: OnceLock<ServiceRuntime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        ServiceRuntime::cached_in(compiled_folder().as_deref())
            .expect("the service can be compiled")
    })
}

/// Limits with time-outs of two seconds.
pub(super) fn short_timeouts() -> ServerLimits {
    ServerLimits {
        head_timeout: Duration::from_secs(2),
        body_timeout: Duration::from_secs(2),
        unknown_body_timeout: Duration::from_secs(2),
        write_timeout: Duration::from_secs(2),
        ..ServerLimits::default()
    }
}

/// Returns a signed webhook of a sender.
pub(super) fn webhook(sender: usize, id: &str, seconds: u64, body: &Value) -> RawRequest {
    let body = body.to_string();
    let key = Key::new(HMAC_SHA256, &WEBHOOK_SENDERS[sender].1);
    let signature = sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
    let signature = BASE64_STANDARD.encode(signature);
    RawRequest::new("POST", "/hooks/contain")
        .with("content-type", "application/json")
        .with("webhook-id", id)
        .with("webhook-timestamp", &seconds.to_string())
        .with("webhook-signature", &format!("v1,{signature}"))
        .body(body)
}

/// Value of `OP_SERVICE_KEYS` with both keys.
pub(super) fn keys() -> String {
    let key = |name: &str, role: &str, key: &str| {
        let digest = digest(&SHA256, key.as_bytes());
        let hex: String = digest.as_ref().iter().map(|b| format!("{b:02x}")).collect();
        format!("{name}:{role}:{hex}")
    };
    [
        key("dashboard", "read", READ_KEY),
        key("responder", "contain", CONTAIN_KEY),
    ]
    .join(",")
}

/// Value of `OP_SERVICE_WEBHOOK_SECRETS` with both senders.
fn secrets() -> String {
    let secret = |(name, key): (&str, [u8; 32])| {
        let key = BASE64_STANDARD.encode(key);
        format!("{name}:whsec_{key}")
    };
    WEBHOOK_SENDERS.map(secret).join(" ")
}
