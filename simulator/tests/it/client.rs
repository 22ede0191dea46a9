//! A client that writes requests byte for byte, good and bad.

use std::io;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use simulator::Simulator;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request that is right until it is changed.
#[derive(Clone)]
pub struct TestRequest {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// An answer, read until the connection closed.
#[derive(Debug)]
pub struct TestResponse {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

pub const FORM: &str = "application/x-www-form-urlencoded";

impl TestRequest {
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: vec![("connection".to_owned(), "close".to_owned())],
            body: String::new(),
        }
    }

    /// A POST of a form with the application's credentials.
    pub fn form(sim: &Simulator, target: &str, form: &str) -> Self {
        Self::new("POST", target)
            .with(
                "authorization",
                &basic(sim.client_id(), &sim.client_secret()),
            )
            .with("content-type", FORM)
            .with_body(form)
    }

    pub fn token(sim: &Simulator) -> Self {
        let form = "grant_type=client_credentials&scope=openid";
        Self::form(sim, "/v1beta1/users/oauth2/token", form)
    }

    pub fn revoke(sim: &Simulator, token: &str) -> Self {
        let form = format!("token={}", encode(token));
        Self::form(sim, "/v1beta1/users/oauth2/revoke", &form)
    }

    /// A GET or POST below the account in v1beta1.
    pub fn resource(sim: &Simulator, token: &str, method: &str, below: &str) -> Self {
        let target = format!("/v1beta1/accounts/{}/{below}", sim.account_id());
        let request = Self::new(method, &target)
            .with("authorization", &format!("Bearer {token}"))
            .with("user-agent", "Acme-Tests/1.0");
        if method == "POST" {
            request.with("content-length", "0")
        } else {
            request
        }
    }

    pub fn list(sim: &Simulator, token: &str, query: &str) -> Self {
        Self::resource(sim, token, "GET", &format!("users{query}"))
    }

    pub fn get(sim: &Simulator, token: &str, id: &str) -> Self {
        Self::resource(sim, token, "GET", &format!("users/{}", encode(id)))
    }

    pub fn suspend(sim: &Simulator, token: &str, id: &str) -> Self {
        Self::resource(sim, token, "POST", &format!("users/{}:suspend", encode(id)))
    }

    pub fn reactivate(sim: &Simulator, token: &str, id: &str) -> Self {
        Self::resource(
            sim,
            token,
            "POST",
            &format!("users/{}:reactivate", encode(id)),
        )
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(found, _)| found != name);
        self
    }

    pub fn with_body(mut self, body: &str) -> Self {
        self = self.without("content-length");
        self.body = body.to_owned();
        let length = body.len().to_string();
        self.with("content-length", &length)
    }

    pub fn method(mut self, method: &str) -> Self {
        self.method = method.to_owned();
        self
    }

    /// The bytes that go over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut text = format!(
            "{} {} HTTP/1.1\r\nhost: localhost\r\n",
            self.method, self.target
        );
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        format!("{text}\r\n{}", self.body).into_bytes()
    }

    pub async fn send(&self, sim: &Simulator) -> TestResponse {
        let raw = self.send_raw(sim).await.expect("an answer");
        TestResponse::parse(&raw).expect("a whole answer")
    }

    /// All that the server sent before it closed the connection.
    pub async fn send_raw(&self, sim: &Simulator) -> io::Result<Vec<u8>> {
        let mut stream = connect(sim.url()).await?;
        stream.write_all(&self.bytes()).await?;
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).await?;
        Ok(raw)
    }
}

impl TestResponse {
    pub fn parse(raw: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(raw).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .map(|line| {
                let (name, value) = line.split_once(':')?;
                Some((name.to_ascii_lowercase(), value.trim().to_owned()))
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Self {
            status,
            headers,
            body: body.to_owned(),
        })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{self:?}"
        );
        serde_json::from_str(&self.body).expect("json")
    }

    pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
        value[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} in {value}"))
    }

    /// Asserts an error in the shape of gRPC's status, its message containing
    /// `words`.
    #[track_caller]
    pub fn assert_grpc_error(&self, status: u16, code: u64, words: &str) {
        assert_eq!(self.status, status, "{self:?}");
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert!(Self::text(&body, "message").contains(words), "{body}");
        assert_eq!(body["details"], Value::Array(vec![]), "{body}");
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(3));
    }

    /// Asserts an error in the shape of RFC 6749, section 5.2, its description
    /// containing `words`.
    #[track_caller]
    pub fn assert_oauth_error(&self, status: u16, error: &str, words: &str) {
        assert_eq!(self.status, status, "{self:?}");
        let body = self.json();
        assert_eq!(body["error"], error, "{body}");
        let description = Self::text(&body, "error_description");
        assert!(description.contains(words), "{body}");
    }
}

/// A simulator with the default settings.
pub async fn start() -> Simulator {
    Simulator::builder().start().await.expect("a free port")
}

pub async fn connect(url: &str) -> io::Result<TcpStream> {
    TcpStream::connect(url.strip_prefix("http://").expect("http")).await
}

/// Lets the simulator go on until `done`; fails if it never is.
pub async fn until(mut done: impl FnMut() -> bool) {
    let wait = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), wait).await;
    waited.expect("it never came");
}

/// A fresh access token.
pub async fn token(sim: &Simulator) -> String {
    let response = TestRequest::token(sim).send(sim).await;
    assert_eq!(response.status, 200, "{response:?}");
    TestResponse::text(&response.json(), "access_token").to_owned()
}

pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Percent-encodes everything but letters and digits.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
