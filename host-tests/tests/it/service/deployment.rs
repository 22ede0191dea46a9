//! A deployment: a simulator, and a server whose service calls it.

use std::{net::SocketAddr, sync::OnceLock, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use host::{Server, ServerLimits, ServiceOptions, ServiceRuntime};
use host_tests::environment;
use ring::{
    digest::{SHA256, digest},
    hmac::{HMAC_SHA256, Key, sign},
};
use serde_json::Value;
use simulator::{Endpoint, Simulator, User};

use super::raw_client::{Ask, Reply};

/// A key that may look.
pub const READ: &str = "a-key-that-may-look";
/// A key that may look and contain.
pub const CONTAIN: &str = "a-key-that-may-contain";
/// Whose webhooks are taken, and what they sign with.
pub const SENDERS: [(&str, [u8; 32]); 2] = [("siem", [1; 32]), ("soar", [2; 32])];

/// A simulated account of 60 users, and the service in front of it.
pub struct Deployment {
    pub simulator: Simulator,
    pub server: Server,
}

impl Deployment {
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same with more in the environment. An empty value takes a variable away.
    pub async fn with(more: &[(&str, &str)]) -> Self {
        Self::limited(more, ServerLimits::default(), |options| options).await
    }

    /// The same with other limits and options.
    pub async fn limited(
        more: &[(&str, &str)],
        limits: ServerLimits,
        change: impl FnOnce(ServiceOptions) -> ServiceOptions,
    ) -> Self {
        let simulator = Simulator::builder().users(60).seed(1).start().await;
        let simulator = simulator.expect("a simulator starts");
        let mut variables = environment(&simulator);
        variables.push(("OP_SERVICE_KEYS".to_owned(), keys()));
        variables.push(("OP_SERVICE_WEBHOOK_SECRETS".to_owned(), secrets()));
        for &(name, value) in more {
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

    pub async fn ask(&self, ask: &Ask) -> Reply {
        ask.send(self.server.address()).await
    }

    /// Contains users, by id or e-mail address.
    pub async fn contain(&self, users: &[&str]) -> Reply {
        let body = serde_json::json!({ "users": users });
        self.ask(&Ask::json("/v1/contain", CONTAIN, &body)).await
    }

    /// The next ordinary request is answered.
    pub async fn still_answers(&self) {
        let page = self.ask(&Ask::get("/v1/users?page_size=1", READ)).await;
        assert_eq!(page.value()["users"].as_array().map(Vec::len), Some(1));
    }

    /// Ordinary users who are active.
    pub fn members(&self) -> Vec<User> {
        let mut users = self.simulator.users();
        users.retain(|user| {
            user.role == simulator::Role::Member && user.state == simulator::State::Active
        });
        users
    }

    /// What the API was asked since the last time this was, tokens apart.
    pub fn asked(&self) -> Vec<(Endpoint, String)> {
        let mut requests = self.simulator.requests();
        self.simulator.clear_requests();
        requests.retain(|request| request.endpoint != Endpoint::Token);
        requests
            .into_iter()
            .map(|request| (request.endpoint, request.query))
            .collect()
    }

    /// How many tokens the API was asked for.
    pub fn token_requests(&self) -> usize {
        let requests = self.simulator.requests();
        requests
            .iter()
            .filter(|request| request.endpoint == Endpoint::Token)
            .count()
    }
}

/// The service, compiled once for all tests of a process.
pub fn runtime() -> &'static ServiceRuntime {
    static RUNTIME: OnceLock<ServiceRuntime> = OnceLock::new();
    RUNTIME.get_or_init(|| ServiceRuntime::new().expect("the service can be compiled"))
}

/// Short time-outs, for those who wait for them.
pub fn impatient() -> ServerLimits {
    ServerLimits {
        head_timeout: Duration::from_secs(2),
        body_timeout: Duration::from_secs(2),
        write_timeout: Duration::from_secs(2),
        ..ServerLimits::default()
    }
}

/// A webhook of a sender, signed.
pub fn webhook(sender: usize, id: &str, seconds: u64, body: &Value) -> Ask {
    let body = body.to_string();
    let key = Key::new(HMAC_SHA256, &SENDERS[sender].1);
    let signature = sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
    let signature = BASE64_STANDARD.encode(signature);
    Ask::new("POST", "/hooks/contain")
        .with("content-type", "application/json")
        .with("webhook-id", id)
        .with("webhook-timestamp", &seconds.to_string())
        .with("webhook-signature", &format!("v1,{signature}"))
        .body(body)
}

/// `OP_SERVICE_KEYS` that lets both keys in.
pub fn keys() -> String {
    let key = |name: &str, role: &str, key: &str| {
        let digest = digest(&SHA256, key.as_bytes());
        let hex: String = digest.as_ref().iter().map(|b| format!("{b:02x}")).collect();
        format!("{name}:{role}:{hex}")
    };
    [
        key("dashboard", "read", READ),
        key("responder", "contain", CONTAIN),
    ]
    .join(",")
}

fn secrets() -> String {
    let secret = |(name, key): (&str, [u8; 32])| {
        let key = BASE64_STANDARD.encode(key);
        format!("{name}:whsec_{key}")
    };
    SENDERS.map(secret).join(" ")
}
