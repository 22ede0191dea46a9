//! A port that refuses connections.

use tokio::net::TcpSocket;

/// A port that is bound and does not listen.
///
/// Bound, because a simulator of another test could otherwise get the port and answer.
pub(crate) struct ClosedPort {
    /// Base URL of the port.
    pub url: String,
    _port: TcpSocket,
}

impl ClosedPort {
    pub(crate) fn new() -> Self {
        let port = TcpSocket::new_v4().expect("a socket can be created");
        port.bind(([127, 0, 0, 1], 0).into())
            .expect("a port is free");
        let address = port.local_addr().expect("the socket is bound");
        Self {
            url: format!("http://{address}"),
            _port: port,
        }
    }
}
