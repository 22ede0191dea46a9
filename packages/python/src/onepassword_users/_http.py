"""The HTTP client below: how it is made, how a request is written, and which of its exceptions mean "surely not sent"."""

from __future__ import annotations

import contextlib
import http.cookiejar
import os
import ssl
import zlib
from collections.abc import Iterator
from typing import Any, Optional, TypeVar, Union

import httpx

from ._core import Open
from ._errors import UsersError
from ._types import ErrorCode

Json = dict[str, Any]
AnyClient = TypeVar("AnyClient", httpx.Client, httpx.AsyncClient)
Verify = Union[bool, str, "os.PathLike[str]", ssl.SSLContext]

MAX_PIECE = 64 << 10
# The module ends a request long before: this ends a thread whose request was cancelled while it waits for the server.
READ_TIMEOUT = 30.0


class _NoCookies(http.cookiejar.CookieJar):
    """A cookie jar that keeps nothing."""

    def extract_cookies(self, response: object, request: object) -> None:
        pass


def make_client(kind: type[AnyClient], verify: Verify) -> AnyClient:
    """Makes an HTTP client with the proxies and certificate authorities of the environment."""
    trusted = _ssl_context(verify)
    try:
        return kind(
            verify=trusted,
            trust_env=True,
            follow_redirects=False,
            cookies=_NoCookies(),
            # `Client` has a thread for each request, and each call a deadline: there is nothing to wait for in a queue.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        # The text may show a proxy's password.
        hint = "SOCKS needs `pip install httpx[socks]`" if isinstance(error, ImportError) else None
        message = "configure: a proxy of the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY) cannot be used"
        raise UsersError(ErrorCode.NOT_CONFIGURED, message, hint=hint) from None


def own_client(kind: type[AnyClient], client: object, verify: Verify) -> AnyClient:
    """Checks an HTTP client that the caller made."""
    if not isinstance(client, kind):
        raise TypeError(f"http_client must be an httpx.{kind.__name__}, not {type(client).__name__}")
    if client.is_closed:
        raise RuntimeError("http_client is closed")
    if verify is not True:
        raise TypeError("verify and http_client are set: set one of them, and give `verify` to your httpx client")
    return client


def _ssl_context(verify: Verify) -> Union[bool, ssl.SSLContext]:
    if verify is True or isinstance(verify, ssl.SSLContext):
        return verify
    if verify is False:
        raise TypeError("verify=False would send the credentials to any server: name the file of your certificate authority")
    if not isinstance(verify, (str, os.PathLike)):
        raise TypeError(f"verify must be a path or an ssl.SSLContext, not {type(verify).__name__}")
    path = os.fspath(verify)
    try:
        if os.path.isdir(path):
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        message = f"configure: verify: {path!r} is no file of certificates: {error.strerror or type(error).__name__}"
        raise UsersError(ErrorCode.NOT_CONFIGURED, message) from None


def build(request: Json, read_timeout: Optional[float]) -> httpx.Request:
    """Builds a request. Made without the client, it has none of the client's headers, cookies and credentials."""
    connect = request["connectMs"] / 1000
    timeout = {"connect": connect, "pool": connect, "read": read_timeout, "write": read_timeout}
    headers = request["headers"]
    headers["accept-encoding"] = "identity"
    return httpx.Request(
        request["method"],
        request["url"],
        headers=headers,
        content=request.get("body"),
        extensions={"timeout": timeout},
    )


def note_writing(open_: Open, event: str, info: Json) -> None:
    """Notes the begin of the request itself, and not of a proxy's tunnel: an extension `trace` of httpcore."""
    if event.endswith(".send_request_headers.started") and info["request"].method != b"CONNECT":
        open_.is_begun = True


async def note_writing_in_task(open_: Open, event: str, info: Json) -> None:
    """Does the same as `note_writing`, for `httpx.AsyncClient`."""
    note_writing(open_, event, info)


def answer_event(request: int, now: float, response: httpx.Response) -> Json:
    """Returns the event `answer` for the head of a response."""
    members = {"now": now, "request": request, "status": response.status_code, "more": True}
    get = response.headers.get
    for member, name in (("retryAfter", "retry-after"), ("date", "date"), ("contentLength", "content-length")):
        value = get(name)
        # A length beside a transfer coding means nothing (RFC 9112, section 6.3).
        is_void = name == "content-length" and "transfer-encoding" in response.headers
        if value is not None and not is_void:
            members[member] = value
    return {"answer": members}


def announced_size(response: httpx.Response) -> Optional[int]:
    """Returns the size of the body that the head announces, in bytes."""
    if "transfer-encoding" in response.headers:
        return None
    text = response.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


class Body:
    """The body of a response, in pieces of at most 64 KiB, as the module counts them: after decompression."""

    def __init__(self, response: httpx.Response) -> None:
        coding: str = response.headers.get("content-encoding", "").strip().lower()
        self.refused: Optional[str] = None
        """Content coding that cannot be read. None if the body can be read."""
        self._zipped: Any = None
        self._left: Optional[int] = None
        self.content: Optional[bytes] = None
        """Content of a body that is read already, by a hook or a transport of the caller's. None if it is still to come."""
        if response.is_stream_consumed:
            self.content = response.content
        elif coding in ("gzip", "x-gzip", "deflate"):
            # Not accepted, but some proxies do it nevertheless. 32: the format is that of the header, gzip or zlib.
            self._zipped = zlib.decompressobj(zlib.MAX_WBITS + 32)
        elif coding not in ("", "identity"):
            self.refused = coding
        else:
            self._left = announced_size(response)

    def pieces(self, chunk: bytes) -> Iterator[Union[bytes, memoryview]]:
        """Returns the pieces of what arrived. Inflates one piece at a time, so that the module can end a body that is too
        large.
        """
        if self._zipped is not None:
            while chunk:
                yield self._zipped.decompress(chunk, MAX_PIECE)
                chunk = self._zipped.unconsumed_tail
        elif len(chunk) <= MAX_PIECE:
            yield chunk
        else:
            view = memoryview(chunk)
            for start in range(0, len(chunk), MAX_PIECE):
                yield view[start : start + MAX_PIECE]

    def is_last(self, piece: Union[bytes, memoryview]) -> bool:
        """Returns true if a piece is the last one according to the head. It is told after the connection is free."""
        if self._left is None:
            return False
        self._left -= len(piece)
        return self._left <= 0


def body_event(request: int, now: float, more: bool) -> Json:
    """Returns the event `body` for a piece of a body."""
    return {"body": {"now": now, "request": request, "more": more}}


def no_thread_event(request: int, now: float) -> Json:
    """Returns the event `fail` for a request that no thread can send."""
    detail = "no thread could be started"
    return {"fail": {"now": now, "request": request, "kind": "connection", "possiblySent": False, "detail": detail}}


def closed_event(request: int, now: float) -> Json:
    """Returns the event `fail` for a request that an HTTP client of the caller's, which is closed, cannot send."""
    detail = "the HTTP client is closed"
    return {"fail": {"now": now, "request": request, "kind": "denied", "possiblySent": False, "detail": detail}}


def cancelled_event(request: int, now: float) -> Json:
    """Returns the event `fail` for a request whose task was cancelled by another one than the client."""
    detail = "the task of the request was cancelled"
    return {"fail": {"now": now, "request": request, "kind": "connection", "possiblySent": True, "detail": detail}}


def encoding_event(request: int, now: float, coding: str) -> Json:
    """Returns the event `fail` for a body that is compressed in a way that cannot be read."""
    detail = f"the response has the content coding {printable(coding, 40)!r}, which cannot be read"
    return {"fail": {"now": now, "request": request, "kind": "malformed", "possiblySent": True, "detail": detail}}


# Raised before anything of the request that they name is written. Subclasses come before their bases.
_NOT_SENT: tuple[tuple[type[Exception], str, str], ...] = (
    (httpx.ConnectTimeout, "connection", "the connection was not made in time"),
    (httpx.PoolTimeout, "connection", "no connection was free in time"),
    (httpx.ProxyError, "connection", "the proxy refused the connection"),
    (httpx.UnsupportedProtocol, "denied", "the HTTP client does not support this protocol"),
    (httpx.ConnectError, "connection", "the connection was not made"),
)

_POSSIBLY_SENT: tuple[tuple[type[Exception], str, str], ...] = (
    (httpx.TimeoutException, "timed-out", "no response in time"),
    (zlib.error, "malformed", "the response is not readable"),
    (httpx.DecodingError, "malformed", "the response is not readable"),
    (httpx.LocalProtocolError, "connection", "the request is not valid HTTP"),
    (httpx.NetworkError, "connection", "the connection broke"),
)


def failure_event(open_: Open, now: float, error: Exception, request: Optional[httpx.Request]) -> Json:
    """Returns the event `fail` for an exception that the HTTP client raised while it was given a request. A cause that is not
    known counts as possibly sent.
    """
    subject = _subject(error)
    if subject is None or subject is request:
        kind, detail, is_possibly_sent = _explain(error, is_unsent=subject is not None and not open_.is_begun)
    else:
        # A hook or a transport of the caller's sends requests of its own.
        kind, detail, is_possibly_sent = _unknown(error)
    return {
        "fail": {"now": now, "request": open_.id, "kind": kind, "possiblySent": is_possibly_sent, "detail": detail},
    }


def _subject(error: Exception) -> Optional[httpx.Request]:
    """Returns the request that an exception of httpx is about, if it names one."""
    # The property raises an exception if there is none.
    with contextlib.suppress(RuntimeError):
        return error.request if isinstance(error, httpx.RequestError) else None
    return None


def _unknown(error: Exception) -> tuple[str, str, bool]:
    return "connection", f"the HTTP client failed ({type(error).__name__})", True


def _explain(error: Exception, is_unsent: bool) -> tuple[str, str, bool]:
    for type_, kind, words in _NOT_SENT:
        if isinstance(error, type_):
            return (kind, _with_cause(words, error), False) if is_unsent else _unknown(error)
    if isinstance(error, httpx.RemoteProtocolError):
        text = str(error)
        # The word for a connection that was closed too early, too.
        if "disconnected" in text or "closed connection" in text:
            return "connection", "the server closed the connection too early", True
        return "malformed", "the response is not HTTP", True
    for type_, kind, words in _POSSIBLY_SENT:
        if isinstance(error, type_):
            return kind, words, True
    return _unknown(error)


def _with_cause(words: str, error: Exception) -> str:
    """Adds the cause that the operating system or TLS gives. Other texts may show the address of a proxy with its password."""
    cause: Optional[BaseException] = error
    for _ in range(8):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"{words}: the certificate is not trusted: {printable(cause.verify_message)}"
        if isinstance(cause, ssl.SSLError):
            return f"{words}: TLS failed: {printable(cause.reason or 'unknown cause')}"
        if isinstance(cause, OSError) and cause.errno is not None:
            # A library may have put words of its own in the place of the system's; look-ups of names have negative numbers.
            text = os.strerror(cause.errno) if cause.errno > 0 else cause.strerror
            return f"{words}: {printable(str(text)).lower()}"
        if cause is None:
            break
        # One of several addresses.
        several = getattr(cause, "exceptions", None)
        cause = several[0] if several else cause.__cause__ or cause.__context__
    return words


def printable(text: str, limit: int = 200) -> str:
    """Returns the text without characters that control a terminal or cannot be seen."""
    return "".join(letter for letter in text[:limit] if letter.isprintable())
