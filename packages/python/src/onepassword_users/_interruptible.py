"""Connections of `httpx.Client` whose reads another thread can end.

httpx offers no way to cancel a request that waits for its response in another thread. Its connections come from `httpcore`,
on which it is built, and which lets others make them: here each one tells the request that uses it how to cut it off. The
place where httpx keeps them is not public. Where it is another one, a cancelled request keeps its thread until a time-out.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from typing import Any, Optional

import httpcore
import httpx

from ._core import Open


class _Current(threading.local):
    open: Optional[Open] = None


_current = _Current()


@contextlib.contextmanager
def carrying(open_: Open) -> Iterator[None]:
    """Runs a block of this thread for a request, which can be cut off as soon as it has a connection."""
    _current.open = open_
    try:
        yield
    finally:
        _current.open = None
        open_.cut = None


def make_interruptible(client: httpx.Client) -> bool:
    """Makes the connections of a client interruptible. Returns true if all of them are."""
    transports = [getattr(client, "_transport", None), *getattr(client, "_mounts", {}).values()]
    is_complete = True
    for transport in transports:
        if transport is None:
            # A host of `NO_PROXY`, whose transport is the first one.
            continue
        pool = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if isinstance(pool, httpcore.ConnectionPool) and isinstance(backend, httpcore.NetworkBackend):
            pool._network_backend = _Backend(backend)
        else:
            is_complete = False
    return is_complete


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: Optional[float] = None,
        local_address: Optional[str] = None,
        socket_options: Optional[Iterable[Any]] = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._backend.connect_tcp(host, port, timeout, local_address, socket_options))

    def connect_unix_socket(
        self,
        path: str,
        timeout: Optional[float] = None,
        socket_options: Optional[Iterable[Any]] = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._backend.connect_unix_socket(path, timeout, socket_options))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def _shut_down(self) -> None:
        connection = self._stream.get_extra_info("socket")
        if isinstance(connection, socket.socket):
            with contextlib.suppress(OSError):
                # Not that of `ssl.SSLSocket`, which changes what the reading thread uses.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def _offer(self) -> bool:
        """Offers to cut the request off. Returns true if that was asked for before."""
        open_ = _current.open
        if open_ is None:
            return False
        open_.cut = self._shut_down
        return open_.is_cancelled

    def read(self, max_bytes: int, timeout: Optional[float] = None) -> bytes:
        if self._offer():
            raise httpcore.ReadError("the request was cancelled")
        return self._stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: Optional[float] = None) -> None:
        if self._offer():
            raise httpcore.ReadError("the request was cancelled")
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> httpcore.NetworkStream:
        if self._offer():
            self._shut_down()
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
