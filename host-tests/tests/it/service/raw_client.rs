//! HTTP client that writes requests byte by byte.

use std::{io, net::SocketAddr};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// An HTTP request, valid or not.
#[derive(Clone)]
pub(super) struct RawRequest {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// A response, read until the server closed the connection.
#[derive(Debug)]
pub(super) struct RawResponse {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl RawRequest {
    pub(super) fn new(method: &str, target: &str) -> Self {
        let headers = [("host", "service.example"), ("connection", "close")];
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: headers.map(owned).into(),
            body: Vec::new(),
        }
    }

    /// Returns a `GET` with an API key.
    pub(super) fn get(target: &str, key: &str) -> Self {
        Self::new("GET", target).key(key)
    }

    /// Returns a `POST` with an API key and an empty body.
    pub(super) fn post(target: &str, key: &str) -> Self {
        Self::new("POST", target).key(key).body("")
    }

    /// Returns a `POST` of JSON with an API key.
    pub(super) fn json(target: &str, key: &str, body: &Value) -> Self {
        Self::post(target, key)
            .with("content-type", "application/json")
            .body(body.to_string())
    }

    /// Adds an API key.
    pub(super) fn key(self, key: &str) -> Self {
        self.with("authorization", &format!("Bearer {key}"))
    }

    /// Adds an API key as curl's option `-u` does.
    pub(super) fn basic(self, name: &str, key: &str) -> Self {
        let credentials = BASE64_STANDARD.encode(format!("{name}:{key}"));
        self.with("authorization", &format!("Basic {credentials}"))
    }

    /// Adds a header.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Removes a header.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(found, _)| found != name);
        self
    }

    /// Sets the body and `content-length`.
    pub(super) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.without("content-length")
            .with("content-length", &length)
    }

    /// Returns the bytes of the request.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends the request, and reads the response.
    pub(super) async fn send(&self, address: SocketAddr) -> RawResponse {
        let bytes = send_bytes(address, &self.bytes()).await;
        RawResponse::parse(&bytes.expect("the server responds"))
    }
}

/// Sends bytes, and reads until the server closes the connection.
pub(super) async fn send_bytes(address: SocketAddr, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(bytes).await?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await?;
    Ok(response)
}

impl RawResponse {
    /// Parses a response. Panics if it is malformed.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let text = str::from_utf8(bytes).expect("the response is text");
        let (head, body) = text.split_once("\r\n\r\n").expect("the head is complete");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let header = |line: &str| {
            let (name, value) = line.split_once(':').expect("a header has a colon");
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        Self {
            status: status.expect("a status").parse().expect("a number"),
            headers: lines.map(header).collect(),
            body: body.to_owned(),
        }
    }

    /// Returns the first value of a header, whose name is in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the JSON body. Panics if the status is not 200.
    #[track_caller]
    pub(super) fn value(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{self:?}"
        );
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// Returns the report of a bulk change, which a problem contains if no user is as asked. Panics if there is none, or if the
    /// status differs.
    #[track_caller]
    pub(super) fn report(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        let mut body: Value = serde_json::from_str(&self.body).expect("JSON");
        if status >= 400 {
            body = body["report"].take();
        }
        assert!(body["summary"].is_object(), "{self:?}");
        assert!(body["outcomes"].is_array(), "{self:?}");
        body
    }

    /// Returns the body of a problem (RFC 9457). Panics if its status or code differ.
    #[track_caller]
    pub(super) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        let content_type = self.header("content-type");
        assert_eq!(content_type, Some("application/problem+json"), "{self:?}");
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
        let problem: Value = serde_json::from_str(&self.body).expect("JSON");
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["code"], code, "{problem}");
        assert!(!problem["detail"].as_str().unwrap_or_default().is_empty());
        problem
    }
}
