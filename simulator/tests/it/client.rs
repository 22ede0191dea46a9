//! A test client that controls each byte of a request.

use std::{io, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use simulator::Simulator;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A request, valid unless a test changes it.
#[derive(Clone)]
pub(crate) struct TestRequest {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// A response, read until the connection closed.
#[derive(Debug)]
pub(crate) struct TestResponse {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

impl TestRequest {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: vec![("connection".to_owned(), "close".to_owned())],
            body: String::new(),
        }
    }

    /// Returns a POST of a form, with the application's credentials.
    pub(crate) fn form(sim: &Simulator, target: &str, form: &str) -> Self {
        Self::new("POST", target)
            .with(
                "authorization",
                &basic(sim.client_id(), &sim.client_secret()),
            )
            .with("content-type", FORM)
            .with_body(form)
    }

    /// Returns a request for an access token in v1beta1.
    pub(crate) fn token(sim: &Simulator) -> Self {
        let form = "grant_type=client_credentials&scope=openid";
        Self::form(sim, "/v1beta1/users/oauth2/token", form)
    }

    pub(crate) fn revoke(sim: &Simulator, token: &str) -> Self {
        let form = format!("token={}", encode(token));
        Self::form(sim, "/v1beta1/users/oauth2/revoke", &form)
    }

    /// Returns a GET or POST to a path below the account in v1beta1.
    pub(crate) fn resource(sim: &Simulator, token: &str, method: &str, path: &str) -> Self {
        let target = format!("/v1beta1/accounts/{}/{path}", sim.account_id());
        let request = Self::new(method, &target)
            .with("authorization", &format!("Bearer {token}"))
            .with("user-agent", "Acme-Tests/1.0");
        if method == "POST" {
            request.with("content-length", "0")
        } else {
            request
        }
    }

    pub(crate) fn list(sim: &Simulator, token: &str, query: &str) -> Self {
        Self::resource(sim, token, "GET", &format!("users{query}"))
    }

    pub(crate) fn get(sim: &Simulator, token: &str, id: &str) -> Self {
        Self::resource(sim, token, "GET", &format!("users/{}", encode(id)))
    }

    pub(crate) fn suspend(sim: &Simulator, token: &str, id: &str) -> Self {
        Self::resource(sim, token, "POST", &format!("users/{}:suspend", encode(id)))
    }

    pub(crate) fn reactivate(sim: &Simulator, token: &str, id: &str) -> Self {
        Self::resource(
            sim,
            token,
            "POST",
            &format!("users/{}:reactivate", encode(id)),
        )
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(found, _)| found != name);
        self
    }

    pub(crate) fn with_body(mut self, body: &str) -> Self {
        self = self.without("content-length");
        self.body = body.to_owned();
        let length = body.len().to_string();
        self.with("content-length", &length)
    }

    pub(crate) fn method(mut self, method: &str) -> Self {
        self.method = method.to_owned();
        self
    }

    /// Returns the bytes to send.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut text = format!(
            "{} {} HTTP/1.1\r\nhost: localhost\r\n",
            self.method, self.target
        );
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        format!("{text}\r\n{}", self.body).into_bytes()
    }

    pub(crate) async fn send(&self, sim: &Simulator) -> TestResponse {
        let raw = self.send_raw(sim).await.expect("the server responds");
        TestResponse::parse(&raw).expect("the response is complete")
    }

    /// Returns all bytes that the server sends before it closes the connection.
    pub(crate) async fn send_raw(&self, sim: &Simulator) -> io::Result<Vec<u8>> {
        let mut stream = connect(sim.url()).await?;
        stream.write_all(&self.bytes()).await?;
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).await?;
        Ok(raw)
    }
}

impl TestResponse {
    pub(crate) fn parse(raw: &[u8]) -> Option<Self> {
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

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{self:?}"
        );
        serde_json::from_str(&self.body).expect("the body is JSON")
    }

    pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
        value[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} in {value}"))
    }

    /// Asserts an error in the form of gRPC's status. Its message must contain
    /// `words`.
    #[track_caller]
    pub(crate) fn assert_grpc_error(&self, status: u16, code: u64, words: &str) {
        assert_eq!(self.status, status, "{self:?}");
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert!(Self::text(&body, "message").contains(words), "{body}");
        assert_eq!(body["details"], Value::Array(vec![]), "{body}");
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(3));
    }

    /// Asserts an error of RFC 6749, section 5.2. Its description must contain
    /// `words`.
    #[track_caller]
    pub(crate) fn assert_oauth_error(&self, status: u16, error: &str, words: &str) {
        assert_eq!(self.status, status, "{self:?}");
        let body = self.json();
        assert_eq!(body["error"], error, "{body}");
        let description = Self::text(&body, "error_description");
        assert!(description.contains(words), "{body}");
    }
}

/// Starts a simulator with the default settings.
pub(crate) async fn start() -> Simulator {
    Simulator::builder()
        .start()
        .await
        .expect("the simulator starts")
}

pub(crate) async fn connect(url: &str) -> io::Result<TcpStream> {
    TcpStream::connect(
        url.strip_prefix("http://")
            .expect("the URL begins with http://"),
    )
    .await
}

/// Runs the simulator until `done` returns true; fails after 30 seconds.
pub(crate) async fn until(mut done: impl FnMut() -> bool) {
    let wait = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), wait).await;
    waited.expect("the condition became true in time");
}

/// Gets a new access token.
pub(crate) async fn token(sim: &Simulator) -> String {
    let response = TestRequest::token(sim).send(sim).await;
    assert_eq!(response.status, 200, "{response:?}");
    TestResponse::text(&response.json(), "access_token").to_owned()
}

pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Percent-encodes all bytes except letters and digits.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
