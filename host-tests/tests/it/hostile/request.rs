//! Requests, as the hostile server reads them.

use std::io;

use simulator::Endpoint;
use tokio::{io::AsyncReadExt, net::TcpStream};

use super::placeholder::{fill, put_length};

/// Head and body of a request. Empty if the request was not read.
#[derive(Default)]
pub(super) struct Request {
    pub head: String,
    pub body: Vec<u8>,
}

impl Request {
    pub(super) async fn read(stream: &mut TcpStream) -> io::Result<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let mut request = Self {
            head: String::from_utf8(head).map_err(io::Error::other)?,
            body: Vec::new(),
        };
        let length = request.header("content-length").unwrap_or("0");
        request.body = vec![0; length.parse().map_err(io::Error::other)?];
        stream.read_exact(&mut request.body).await?;
        Ok(request)
    }

    /// Returns the value of the first header with a name.
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        let mut headers = lines.filter_map(|line| line.split_once(": "));
        headers
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Replaces `$token`, `$escaped` and `$length` in the bytes of a response.
    pub(super) fn fill(&self, bytes: &[u8]) -> Vec<u8> {
        let value = self.header("authorization").unwrap_or_default();
        let token = value.trim_start_matches("Bearer ").to_owned();
        let escaped = token.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
        put_length(&fill(bytes, &[("token", token), ("escaped", escaped)]))
    }

    /// Returns the endpoint of the request, in either API version.
    pub(super) fn endpoint(&self) -> Endpoint {
        let target = self.head.split(' ').nth(1).unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        match path.rsplit('/').next().unwrap_or_default() {
            "token" => Endpoint::Token,
            "revoke" => Endpoint::Revoke,
            "users" => Endpoint::List,
            user if user.ends_with(":suspend") => Endpoint::Suspend,
            user if user.ends_with(":reactivate") => Endpoint::Reactivate,
            _ => Endpoint::Get,
        }
    }
}
