//! A request, as a server reads it.

use std::io;

use simulator::Endpoint;
use tokio::{io::AsyncReadExt, net::TcpStream};

use super::response::{fill, put_length};

/// A request, as far as the server read it.
#[derive(Default)]
pub struct Request {
    pub head: String,
    pub body: Vec<u8>,
}

impl Request {
    pub async fn read(stream: &mut TcpStream) -> io::Result<Self> {
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

    /// The first header of this name, which is in lower case.
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        let mut headers = lines.filter_map(|line| line.split_once(": "));
        headers
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Puts in what the request came with, and then the length.
    pub fn fill(&self, bytes: &[u8]) -> Vec<u8> {
        let sent = self.header("authorization").unwrap_or_default();
        let token = sent.trim_start_matches("Bearer ").to_owned();
        let escaped = token.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
        put_length(&fill(bytes, &[("token", token), ("escaped", escaped)]))
    }

    /// What is asked, whichever generation of the API it is.
    pub fn endpoint(&self) -> Endpoint {
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
