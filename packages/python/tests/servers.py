"""Servers on loopback: one that answers as a test says, byte by byte, and the simulator."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

ROOT = pathlib.Path(__file__).resolve().parents[3]


@dataclass
class Request:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: socket.socket
    closing: threading.Event = field(default_factory=threading.Event)

    def send(self, data: bytes) -> None:
        """Sends bytes of a response."""
        self.connection.sendall(data)

    def answer(self, status: int, content: object, **headers: str) -> None:
        """Sends a whole response with JSON, or with text."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Content-Type: application/json"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def hang(self) -> None:
        """Waits until the test is over, or the client closes the connection."""
        with contextlib.suppress(OSError):
            self.connection.settimeout(30)
            while self.connection.recv(4096):
                pass

    def reset(self) -> None:
        """Resets the connection."""
        linger = b"\x01\0\0\0\0\0\0\0"
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        os.close(self.connection.detach())
        raise ConnectionResetError


Respond = Callable[[Request], None]


class Server:
    """A server that answers each request with a function. Counts connections."""

    def __init__(self, respond: Respond, tls: Optional[ssl.SSLContext] = None) -> None:
        self.respond = respond
        self.requests: list[Request] = []
        self.connections = 0
        self._tls = tls
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Closes the listener and all connections."""
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            if self._tls is not None:
                connection = stack.enter_context(self._tls.wrap_socket(connection, server_side=True))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(connection)
            stack.callback(self._open.discard, connection)
            file = stack.enter_context(connection.makefile("rb"))
            while True:
                request = _read(file, connection)
                if request is None:
                    return
                self.requests.append(request)
                self.respond(request)


def _read(file: Any, connection: socket.socket) -> Optional[Request]:
    line = file.readline().decode("latin-1").split()
    if len(line) != 3:
        return None
    headers = {}
    while True:
        header = file.readline().decode("latin-1").strip()
        if not header:
            break
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    body = file.read(int(headers.get("content-length", "0")))
    return Request(line[0], line[1], headers, body, connection)


@contextlib.contextmanager
def serving(respond: Respond, tls: Optional[ssl.SSLContext] = None) -> Iterator[Server]:
    """Runs a server."""
    server = Server(respond, tls)
    try:
        yield server
    finally:
        server.close()


def refused_url() -> str:
    """Returns an origin at which no server listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@dataclass(frozen=True)
class Account:
    """The account of a simulator."""

    url: str
    account_id: str
    client_id: str
    client_secret: str
    owner_id: str
    externally_managed_id: str

    def settings(self, **others: Any) -> dict[str, Any]:
        """Returns the settings of a client."""
        names = ("account_id", "client_id", "client_secret")
        return {"base_url": self.url, **{name: getattr(self, name) for name in names}, **others}

    def environment(self) -> dict[str, str]:
        """Returns the settings as variables of the environment."""
        return {f"OP_USERS_{name.upper()}": value for name, value in self.settings().items()}


def simulator_path() -> pathlib.Path:
    """Returns the built simulator. `SIMULATOR` names another one."""
    path = pathlib.Path(os.environ.get("SIMULATOR", ROOT / "target/debug/simulator"))
    assert path.is_file(), f"{path} is missing: cargo build -p onepassword-users-simulator"
    return path


@contextlib.contextmanager
def simulating(*arguments: str) -> Iterator[Account]:
    """Runs a simulator."""
    command = [str(simulator_path()), "--json", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Account(**json.loads(process.stdout.readline()))
        finally:
            process.terminate()
