"""Connections of httpx that end with their request.

httpx offers no way to cancel a request that waits for its response in another thread, and a task that is cancelled during a
TLS handshake leaves its connection open. The connections come from `httpcore`, on which httpx is built, and which lets others
make them. Here each one of `httpx.Client` tells the request that uses it how to cut it off, and each one of
`httpx.AsyncClient` is closed if its handshake ends early. The place where httpx keeps them is not public. Where it is another
one, a cancelled request keeps its thread until a time-out, or its connection until the garbage collector finds it.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Optional, Union

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


def make_interruptible(client: Union[httpx.Client, httpx.AsyncClient]) -> bool:
    """Makes the connections of a client end with their requests. Returns true if all of them do."""
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
        elif isinstance(pool, httpcore.AsyncConnectionPool) and isinstance(backend, httpcore.AsyncNetworkBackend):
            pool._network_backend = _AsyncBackend(backend)
        else:
            is_complete = False
    return is_complete


def _shut_down(connection: object) -> None:
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):
            # Not that of `ssl.SSLSocket`, which changes what the reading thread uses.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)


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

    def _offer(self, duplicate: Optional[socket.socket] = None) -> bool:
        """Offers to cut the request off. Returns true if that was asked for before."""
        open_ = _current.open
        if open_ is None:
            return False
        open_.cut = partial(_shut_down, duplicate or self._stream.get_extra_info("socket"))
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
        connection = self._stream.get_extra_info("socket")
        duplicate = None
        with contextlib.ExitStack() as stack:
            if isinstance(connection, socket.socket) and not isinstance(connection, ssl.SSLSocket):
                # The handshake takes the socket itself away.
                duplicate = stack.enter_context(connection.dup())
            if self._offer(duplicate):
                _shut_down(duplicate or connection)
            return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _AsyncBackend(httpcore.AsyncNetworkBackend):
    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: Optional[float] = None,
        local_address: Optional[str] = None,
        socket_options: Optional[Iterable[Any]] = None,
    ) -> httpcore.AsyncNetworkStream:
        return _AsyncStream(await self._backend.connect_tcp(host, port, timeout, local_address, socket_options))

    async def connect_unix_socket(
        self,
        path: str,
        timeout: Optional[float] = None,
        socket_options: Optional[Iterable[Any]] = None,
    ) -> httpcore.AsyncNetworkStream:
        return _AsyncStream(await self._backend.connect_unix_socket(path, timeout, socket_options))

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


class _AsyncStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: Optional[float] = None) -> bytes:
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: Optional[float] = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            return _AsyncStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            # httpcore closes it after an `Exception` only, and a cancelled task is none.
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
