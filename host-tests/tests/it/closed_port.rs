//! A server that is not there.

use tokio::net::TcpSocket;

/// A port that refuses connections. It is bound, so that nobody else gets it: a simulator of another test would answer.
pub struct Nobody {
    /// What the component is told as its base URL.
    pub url: String,
    _port: TcpSocket,
}

impl Nobody {
    pub fn new() -> Self {
        let port = TcpSocket::new_v4().expect("a socket");
        port.bind(([127, 0, 0, 1], 0).into())
            .expect("a port is free");
        let address = port.local_addr().expect("it is bound");
        Self {
            url: format!("http://{address}"),
            _port: port,
        }
    }
}
