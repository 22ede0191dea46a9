"""Tests of both clients against servers that break rules, and against the simulator."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import gzip
import inspect
import itertools
import json
import pickle
import socket
import ssl
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from typing import Any, Callable, cast

import httpx
import pytest
import trustme
from servers import Account, Request, Server, refused_url, serving, simulating

from onepassword_users import (
    AsyncClient,
    Client,
    Effect,
    ErrorCode,
    OtherState,
    Outcome,
    Report,
    State,
    Stop,
    Stopped,
    Target,
    User,
    UsersError,
    _core,
    _http,
    _results,
)
from onepassword_users._interruptible import make_interruptible

ID = "B" * 26
SETTINGS: dict[str, Any] = {"account_id": "A" * 26, "client_id": "C" * 26, "client_secret": "not-a-real-secret-5f3a"}
JSON_USER = {
    "id": ID,
    "email": "wendy@acme.example",
    "display_name": "Wendy",
    "state": "ACTIVE",
    "create_time": "2020-01-01T00:00:00Z",
    "path": "accounts/A/users/B",
}
TOKEN = {"access_token": "token-7d1c", "token_type": "Bearer", "expires_in": 900}


def api(respond: Callable[[Request], None]) -> Callable[[Request], None]:
    """Issues tokens, and leaves all other requests to a function."""

    def answer(request: Request) -> None:
        if request.path.endswith("/token"):
            request.answer(200, TOKEN)
        else:
            respond(request)

    return answer


def settings(server: Server, **others: Any) -> dict[str, Any]:
    return {**SETTINGS, "base_url": server.url, "api_version": "v1beta1", **others}


class Caller:
    """Makes a client, calls one of its methods, and closes it, with the HTTP client it was given: the same for both clients."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, settings: dict[str, Any], method: str, *arguments: Any, **options: Any) -> Any:
        own = settings.get("http_client")
        if self.kind == "Client":
            with own or contextlib.nullcontext(), Client(**settings) as client:
                return getattr(client, method)(*arguments, **options)

        async def call() -> Any:
            async with own or contextlib.AsyncExitStack(), AsyncClient(**settings) as client:
                return await getattr(client, method)(*arguments, **options)

        return asyncio.run(call())

    def error(self, settings: dict[str, Any], method: str, *arguments: Any, **options: Any) -> UsersError:
        with pytest.raises(UsersError) as caught:
            self(settings, method, *arguments, **options)
        return caught.value


@pytest.fixture(params=["Client", "AsyncClient"])
def call(request: pytest.FixtureRequest) -> Caller:
    return Caller(request.param)


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds


@contextlib.contextmanager
def peak(size: int) -> Iterator[None]:
    """Checks that Python takes no more memory than a size in bytes."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < size
    finally:
        tracemalloc.stop()


# Against the simulator.


def test_both_clients_have_the_same_methods() -> None:
    for name, method in inspect.getmembers(Client, inspect.isfunction):
        if name.startswith("_") and name != "__init__":
            continue
        other = getattr(AsyncClient, "aclose" if name == "close" else name)
        names = list(inspect.signature(method).parameters.items())
        for (name_, parameter), (other_name, other_parameter) in zip(names, inspect.signature(other).parameters.items()):
            assert (name_, parameter.default, parameter.kind) == (other_name, other_parameter.default, other_parameter.kind)
        assert len(names) == len(inspect.signature(other).parameters)


def test_all_operations_work(call: Caller, account: Account) -> None:
    own = account.settings()
    page = call(own, "list", page_size=30)
    assert len(page.users) == 30
    assert page.next_page_token
    user = page.users[10]
    assert call(own, "get", user.id) == user
    assert call(own, "find", user.email.upper()) == user
    assert call(own, "suspend", user.id).state is State.SUSPENDED
    assert call(own, "reactivate", user.id).state is State.ACTIVE
    full = call(own, "list_up_to", 40)
    assert (len(full.users), full.complete) == (40, False)
    findings = {finding.check: str(finding.verdict) for finding in call(own, "check")}
    assert findings["list-users"] == "passed"
    assert findings["suspend-user"] == "unknown"
    assert call(own, "revoke") is None


def test_a_bulk_change_and_its_undo(call: Caller, account: Account) -> None:
    own = account.settings()
    ids = [user.id for user in call(own, "list", page_size=60).users][50:56]
    settled: list[Any] = []
    first = Target(ids[0], expect_email="other@acme.example")
    report = call(own, "contain", [first, *ids[1:], "no.such.user@acme.example"], on_settled=settled.append, protect=[ids[1]])
    outcomes = [str(target.outcome) for target in report.targets]
    assert outcomes == ["failed", "failed", "changed", "changed", "changed", "changed", "failed"]
    codes = [target.error.code for target in report.targets if target.error]
    assert codes == ["precondition-failed", "protected", "not-found"]
    assert sorted(each.target for each in settled) == list(range(7))
    assert {each.target: each.report for each in settled}[3].outcome == report.targets[3].outcome
    undone = call(own, "restore", [target.user for target in map(Target, ids[2:])])
    assert {str(target.outcome) for target in undone.targets} == {"changed"}


def test_guards_refuse_the_whole_call(call: Caller, account: Account) -> None:
    ids = [user.id for user in call(account.settings(), "list", page_size=60).users][40:44]
    report = call(account.settings(), "contain", ids, max_changes=3)
    assert report.refused.code is ErrorCode.PRECONDITION_FAILED
    assert {target.outcome for target in report.targets} == {Outcome.WOULD_CHANGE}
    report = call(account.settings(), "contain", ids, dry_run=True)
    assert report.refused is None
    assert {target.outcome for target in report.targets} == {Outcome.WOULD_CHANGE}


def test_lists_are_read_page_by_page(account: Account) -> None:
    with Client(**account.settings()) as client:
        users = list(client.list_all(page_size=7))

    async def read() -> list[User]:
        async with AsyncClient(**account.settings()) as client:
            return [user async for user in client.list_all(page_size=33)]

    assert len({user.id for user in users}) == 100
    assert asyncio.run(read()) == users


@pytest.mark.parametrize("page_size", [10, 100], ids=["more pages", "one page"])
def test_a_stopped_list_yields_no_more_users(account: Account, page_size: int) -> None:
    """Also none of the page that is read already; and it does not look complete."""
    seen: list[User] = []

    def take(user: User, stop: Stop) -> None:
        seen.append(user)
        if len(seen) == 3:
            stop.drain()

    def read(stop: Stop) -> None:
        with Client(**account.settings()) as client:
            for user in client.list_all(page_size=page_size, stop=stop):
                take(user, stop)

    async def read_in_task(stop: Stop) -> None:
        async with AsyncClient(**account.settings()) as client:
            async for user in client.list_all(page_size=page_size, stop=stop):
                take(user, stop)

    for reading in (read, lambda stop: asyncio.run(read_in_task(stop))):
        seen.clear()
        with pytest.raises(UsersError, match="stopped") as caught:
            reading(Stop())
        assert (len(seen), caught.value.code) == (3, ErrorCode.OTHER)


def test_users_of_a_list_are_made_one_by_one(monkeypatch: pytest.MonkeyPatch, account: Account) -> None:
    """A whole page at once would hold the event loop."""
    made: list[str] = []
    original = _results.user

    def user(value: Any) -> User:
        made.append(value["id"])
        return original(value)

    monkeypatch.setattr(_results, "user", user)
    with Client(**account.settings()) as client:
        users = client.list_all(page_size=50)
        assert [next(users).id for _ in range(3)] == made

    async def read() -> int:
        turns = 0

        async def turn() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        async with AsyncClient(**account.settings()) as client:
            turning = asyncio.create_task(turn())
            seen = []
            async for _ in client.list_all():
                seen.append(turns)
            turning.cancel()
            assert len(seen) == 100
            # After the last user there is a turn.
            return turns - seen[-1]

    assert asyncio.run(read()) > 0


def test_states_that_are_not_known_are_equal_to_no_word() -> None:
    with simulating("--unknown-states") as account, Client(**account.settings()) as client:
        states = Counter(str(user.state) for user in client.list_all() if isinstance(user.state, OtherState))
        assert set(states) == {"PENDING", "INACTIVE", "RECOVERY_STARTED", "TRANSFER_SUSPENDED"}
        assert all(user.state != "PENDING" for user in client.list_all())


def test_settings_come_from_the_environment(account: Account) -> None:
    with Client.from_env(account.environment()) as client:
        assert client.list(page_size=1).users
    with pytest.raises(UsersError, match="OP_USERS_REGOIN is not a setting") as caught:
        Client.from_env({**account.environment(), "OP_USERS_REGOIN": "eu"})
    assert caught.value.code is ErrorCode.NOT_CONFIGURED


def test_twenty_gets_at_once_share_one_token(call: Caller) -> None:
    barrier = threading.Barrier(20)

    def together(request: Request) -> None:
        barrier.wait(10)
        request.answer(200, JSON_USER)

    with serving(api(together)) as server:
        if call.kind == "Client":
            with Client(**settings(server)) as client:
                threads = [threading.Thread(target=client.get, args=(ID,)) for _ in range(20)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join(20)
        else:

            async def gets() -> None:
                async with AsyncClient(**settings(server)) as client:
                    await asyncio.gather(*(client.get(ID) for _ in range(20)))

            asyncio.run(gets())
        paths = Counter(request.path.rpartition("/")[2] for request in server.requests)
    assert paths == {"token": 1, ID: 20}


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_gets_one_after_another_open_one_connection(call: Caller, count: int) -> None:
    with serving(api(lambda request: request.answer(200, JSON_USER))) as server:
        if call.kind == "Client":
            with Client(**settings(server)) as client:
                for _ in range(count):
                    client.get(ID)
        else:

            async def gets() -> None:
                async with AsyncClient(**settings(server)) as client:
                    for _ in range(count):
                        await client.get(ID)

            asyncio.run(gets())
        assert len(server.requests) == count + 1
        assert server.connections == 1


# Against servers that break rules.


def test_a_hung_server_ends_at_the_deadline(call: Caller) -> None:
    with serving(api(Request.hang)) as server, limited(10):
        error = call.error(settings(server, deadline_ms=500), "get", ID)
    assert (error.code, error.effect, error.retryable) == (ErrorCode.TIMED_OUT, Effect.NOT_APPLIED, True)


def test_a_suspend_answered_too_late_may_have_been_made(call: Caller) -> None:
    with serving(api(Request.hang)) as server, limited(10):
        error = call.error(settings(server, deadline_ms=500), "suspend", ID)
    assert (error.code, error.effect) == (ErrorCode.TIMED_OUT, Effect.POSSIBLY_APPLIED)
    assert "may have been made" in str(error)


def test_a_body_that_stalls_ends_at_the_deadline(call: Caller) -> None:
    def stall(request: Request) -> None:
        request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        request.hang()

    with serving(api(stall)) as server, limited(10):
        error = call.error(settings(server, deadline_ms=900), "get", ID)
    assert error.code is ErrorCode.TIMED_OUT


def test_the_head_of_a_body_that_stalls_is_told(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """The module hears of a head without a body after a while, and not only at the end."""
    told: list[str] = []
    original = _core.Core._event

    def event(self: Any, head: str, *rest: Any) -> Any:
        told.append(head[2:8])
        return original(self, head, *rest)

    monkeypatch.setattr(_core.Core, "_event", event)

    def stall(request: Request) -> None:
        request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        request.hang()

    with serving(api(stall)) as server:
        call.error(settings(server, deadline_ms=1500), "get", ID)
    assert told.count("answer") == 2, "one of the token request and one of the stalled body"


@pytest.mark.parametrize("length", [b"", b"Content-Length: 10\r\n"], ids=["no length", "a short one"])
def test_an_endless_body_is_cut_off(call: Caller, length: bytes) -> None:
    sent = 0

    def endless(request: Request) -> None:
        nonlocal sent
        request.send(b"HTTP/1.1 200 OK\r\n" + length + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        while sent < 200 << 20:
            request.send(chunk)
            sent += len(chunk)

    with serving(api(endless)) as server:
        error = call.error(settings(server, deadline_ms=20_000), "list")
    assert error.code is ErrorCode.MALFORMED_RESPONSE
    assert sent < 40 << 20


def test_a_length_beside_a_transfer_coding_means_nothing(call: Caller) -> None:
    body = json.dumps(JSON_USER).encode()

    def in_chunks(request: Request) -> None:
        request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in (body[:20], body[20:30], body[30:], b""):
            request.send(b"%x\r\n%s\r\n" % (len(part), part))

    with serving(api(in_chunks)) as server:
        assert call(settings(server), "get", ID).id == ID


def test_a_body_announced_as_huge_is_refused_by_its_head(call: Caller) -> None:
    def huge(request: Request) -> None:
        request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n")
        request.hang()

    with serving(api(huge)) as server, limited(10):
        error = call.error(settings(server, deadline_ms=20_000), "list")
    assert error.code is ErrorCode.MALFORMED_RESPONSE


def test_a_body_that_is_zipped_unasked_is_read(call: Caller) -> None:
    def zipped(request: Request) -> None:
        assert request.headers["accept-encoding"] == "identity"
        request.answer(200, gzip.compress(json.dumps(JSON_USER).encode()), Content_Encoding="gzip")

    with serving(api(zipped)) as server:
        assert call(settings(server), "get", ID).id == ID


@pytest.fixture(scope="module")
def bomb() -> bytes:
    return gzip.compress(b" " * (200 << 20), 1)


def test_a_zipped_bomb_is_cut_off_by_the_size_that_it_has(call: Caller, bomb: bytes) -> None:
    with serving(api(lambda request: request.answer(200, bomb, Content_Encoding="gzip"))) as server, peak(100 << 20):
        error = call.error(settings(server), "get", ID)
    assert error.code is ErrorCode.MALFORMED_RESPONSE
    assert "large" in error.message


@pytest.mark.parametrize(("coding", "words"), [("br", "'br'"), ("gzip", "not readable")])
def test_a_body_in_another_coding_is_refused(call: Caller, coding: str, words: str) -> None:
    with serving(api(lambda request: request.answer(200, JSON_USER, Content_Encoding=coding))) as server:
        error = call.error(settings(server, deadline_ms=1000), "get", ID)
    assert error.code is ErrorCode.MALFORMED_RESPONSE
    assert words in error.message


def test_redirects_are_not_followed(call: Caller) -> None:
    with serving(api(lambda _: None)) as other:

        def redirect(request: Request) -> None:
            request.answer(302, {}, Location=other.url + "/stolen")

        with serving(api(redirect)) as server:
            error = call.error(settings(server), "get", ID)
        assert other.requests == []
    assert error.status == 302


def test_a_refused_connection_is_surely_not_sent(call: Caller) -> None:
    own = {**SETTINGS, "base_url": refused_url(), "deadline_ms": 400}
    error = call.error(own, "suspend", ID)
    assert (error.code, error.effect) == (ErrorCode.CONNECTION_FAILED, Effect.NOT_APPLIED)
    assert "connection refused" in error.message


def test_a_reset_after_the_request_is_possibly_sent(call: Caller) -> None:
    with serving(api(Request.reset)) as server:
        error = call.error(settings(server, deadline_ms=600), "suspend", ID)
    assert (error.code, error.effect) == (ErrorCode.CONNECTION_FAILED, Effect.POSSIBLY_APPLIED)


def test_a_response_that_is_not_http_is_malformed(call: Caller) -> None:
    def garble(request: Request) -> None:
        request.send(b"220 mail.example ESMTP\r\n\r\n")
        raise ConnectionError

    with serving(api(garble)) as server:
        error = call.error(settings(server), "suspend", ID)
    assert (error.code, error.effect) == (ErrorCode.MALFORMED_RESPONSE, Effect.POSSIBLY_APPLIED)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_an_untrusted_certificate_is_surely_not_sent(call: Caller, authority: trustme.CA) -> None:
    with serving(api(lambda request: request.answer(200, JSON_USER)), tls_context(authority)) as server:
        error = call.error(settings(server, deadline_ms=400), "suspend", ID)
        assert server.requests == []
    assert (error.code, error.effect) == (ErrorCode.CONNECTION_FAILED, Effect.NOT_APPLIED)
    assert "the certificate is not trusted" in error.message


def test_a_cancelled_request_over_tls_closes_its_connection(call: Caller, authority: trustme.CA, tmp_path: Any) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    closed = threading.Event()

    def hang(request: Request) -> None:
        request.hang()
        closed.set()

    with serving(api(hang), tls_context(authority)) as server:
        call.error(settings(server, verify=tmp_path / "ca.pem", deadline_ms=300), "get", ID)
        assert closed.wait(2)


def test_all_connections_of_the_package_are_interruptible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "localhost")
    with _http.make_client(httpx.Client, True) as client:
        assert make_interruptible(client)
    client_of_tasks = _http.make_client(httpx.AsyncClient, True)
    assert make_interruptible(client_of_tasks)
    asyncio.run(client_of_tasks.aclose())


@pytest.mark.parametrize("end", ["cancel", "deadline", "close"])
def test_a_tls_handshake_that_is_ended_early_leaves_no_socket(call: Caller, end: str) -> None:
    """Long before the time-out of connections. The fixture that looks for leaks fails if there is one."""
    with limited(4.5), socket.create_server(("127.0.0.1", 0)) as listener:
        own = {**SETTINGS, "base_url": f"https://127.0.0.1:{listener.getsockname()[1]}"}
        arrived = threading.Event()

        def accept() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(ConnectionResetError):
                connection.recv(1)
                arrived.set()
                while connection.recv(4096):
                    pass

        thread = threading.Thread(target=accept)
        thread.start()
        if end == "deadline":
            call.error({**own, "deadline_ms": 400}, "get", ID)
        elif call.kind == "Client":
            client = Client(**own)
            ending = stop_when(arrived.is_set, client.close if end == "close" else client.cancel)
            with client, pytest.raises(UsersError):
                client.get(ID)
            ending.join()
        else:

            async def get() -> None:
                async with AsyncClient(**own) as client:
                    task = asyncio.create_task(client.get(ID))
                    await asyncio.to_thread(arrived.wait, 10)
                    if end == "close":
                        await client.aclose()
                    else:
                        task.cancel()
                    with pytest.raises((UsersError, asyncio.CancelledError)):
                        await task

            asyncio.run(get())
        thread.join(10)
        assert not thread.is_alive()


def test_verify_trusts_an_authority(call: Caller, authority: trustme.CA, tmp_path: Any) -> None:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    context = ssl.create_default_context(cafile=str(file))
    with serving(api(lambda request: request.answer(200, JSON_USER)), tls_context(authority)) as server:
        for verify in (file, str(file), context):
            assert call(settings(server, verify=verify), "get", ID).email == "wendy@acme.example"


def test_an_authority_of_the_environment_is_trusted(
    call: Caller, authority: trustme.CA, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with serving(api(lambda request: request.answer(200, JSON_USER)), tls_context(authority)) as server:
        assert call(settings(server), "get", ID).id == ID


def test_verification_cannot_be_turned_off() -> None:
    with pytest.raises(TypeError, match="verify=False"):
        Client(**SETTINGS, verify=False)
    with pytest.raises(UsersError, match="no file of certificates"):
        Client(**SETTINGS, verify="/no/such/file")


def test_proxies_of_the_environment_are_used(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(api(lambda request: request.answer(200, JSON_USER))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        own = {**SETTINGS, "base_url": "http://localhost:9", "deadline_ms": 2000}
        assert call(own, "get", ID).id == ID
        assert {request.path[:19] for request in proxy.requests} == {"http://localhost:9/"}
        seen = len(proxy.requests)
        monkeypatch.setenv("NO_PROXY", "localhost")
        assert call.error(own, "get", ID).code is ErrorCode.CONNECTION_FAILED
        assert len(proxy.requests) == seen


def test_a_proxy_that_refuses_a_tunnel_is_surely_not_sent(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda request: request.answer(407, {})) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("http://", "http://user:hunter2@"))
        error = call.error({**SETTINGS, "deadline_ms": 3000}, "suspend", ID)
        assert {request.method for request in proxy.requests} == {"CONNECT"}
    assert (error.code, error.effect) == (ErrorCode.CONNECTION_FAILED, Effect.NOT_APPLIED)
    assert "the proxy refused" in error.message
    assert "hunter2" not in f"{error!r} {error.message}"


def test_a_proxy_that_cannot_be_used_is_refused_without_its_password(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://user:hunter2@proxy.example")
    error = call.error(SETTINGS, "get", ID)
    assert error.code is ErrorCode.NOT_CONFIGURED
    assert "HTTPS_PROXY" in error.message
    assert "hunter2" not in f"{error!r} {error.message}"


def test_cookies_are_not_kept(call: Caller) -> None:
    with serving(api(lambda request: request.answer(200, JSON_USER, Set_Cookie="a=b"))) as server:
        if call.kind == "Client":
            with Client(**settings(server)) as client:
                client.get(ID)
                client.get(ID)
        else:

            async def gets() -> None:
                async with AsyncClient(**settings(server)) as client:
                    await client.get(ID)
                    await client.get(ID)

            asyncio.run(gets())
        assert all("cookie" not in request.headers for request in server.requests)


def test_the_headers_and_credentials_of_an_own_client_stay_at_home() -> None:
    own = httpx.Client(headers={"x-secret": "1"}, cookies={"a": "b"}, auth=("user", "hunter2"), follow_redirects=True)
    with serving(api(lambda request: request.answer(200, JSON_USER, Set_Cookie="c=d"))) as server, own:
        with Client(**settings(server, http_client=own)) as client:
            client.get(ID)
            client.get(ID)
        assert not own.is_closed
        # It keeps what it is told to keep.
        assert own.cookies["c"] == "d"
        for request in server.requests:
            assert not {"x-secret", "cookie"} & set(request.headers)
        assert server.requests[-1].headers["authorization"] == "Bearer token-7d1c"


def test_pieces_of_a_body_are_small_whatever_the_client_gives() -> None:
    body = json.dumps({**JSON_USER, "more": "x" * 300_000}).encode()

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=json.dumps(TOKEN).encode() if request.url.path.endswith("/token") else body)

    with httpx.Client(transport=httpx.MockTransport(answer)) as own, Client(**SETTINGS, http_client=own) as client:
        assert client.get(ID).id == ID


def test_a_hook_of_an_own_client_may_read_the_response(call: Caller) -> None:
    """Also one that is compressed, and that httpx then decompresses."""

    def zipped(request: Request) -> None:
        request.answer(200, gzip.compress(json.dumps(JSON_USER).encode()), Content_Encoding="gzip")

    async def read(response: httpx.Response) -> None:
        await response.aread()

    with serving(api(zipped)) as server, limited(10):
        if call.kind == "Client":
            own = httpx.Client(event_hooks={"response": [httpx.Response.read]})
            assert call(settings(server, http_client=own), "get", ID).id == ID
        else:

            async def get() -> None:
                own = httpx.AsyncClient(event_hooks={"response": [read]})
                async with own, AsyncClient(**settings(server, http_client=own)) as client:
                    assert (await client.get(ID)).id == ID

            asyncio.run(get())


def test_an_unknown_exception_of_an_own_client_is_possibly_sent() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json=TOKEN)
        raise ZeroDivisionError("not-a-real-secret-5f3a")

    with httpx.Client(transport=httpx.MockTransport(answer)) as own:
        client = Client(**SETTINGS, http_client=own, deadline_ms=300)
        with client, pytest.raises(UsersError) as caught:
            client.suspend(ID)
    assert caught.value.effect is Effect.POSSIBLY_APPLIED
    assert "ZeroDivisionError" in caught.value.message
    assert "5f3a" not in str(caught.value)


def post_elsewhere(response: httpx.Response) -> None:
    """Posts to another server, at which nothing listens, after an answer of the API."""
    if "x-change" in response.headers:
        httpx.post(refused_url(), verify=False)


async def post_elsewhere_in_task(response: httpx.Response) -> None:
    post_elsewhere(response)


class PostingTransport(httpx.HTTPTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        with contextlib.ExitStack() as stack:
            stack.callback(response.close)
            post_elsewhere(response)
            stack.pop_all()
        return response


class AsyncPostingTransport(httpx.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(response.aclose)
            post_elsewhere(response)
            stack.pop_all()
        return response


def own_client(call: Caller, **options: Any) -> Any:
    """Makes an HTTP client of the caller's."""
    return httpx.Client(**options) if call.kind == "Client" else httpx.AsyncClient(**options)


@pytest.mark.parametrize("place", ["hook", "transport"])
def test_a_failure_after_the_answer_is_possibly_sent(call: Caller, place: str) -> None:
    """Also one that looks like that of a connection which was not made: it is about another request."""
    if place == "transport":
        options: Any = {"transport": PostingTransport() if call.kind == "Client" else AsyncPostingTransport()}
    else:
        options = {"event_hooks": {"response": [post_elsewhere if call.kind == "Client" else post_elsewhere_in_task]}}
    with serving(api(lambda request: request.answer(200, JSON_USER, X_Change="1"))) as server:
        error = call.error(settings(server, http_client=own_client(call, **options), deadline_ms=600), "suspend", ID)
        assert len(server.requests) > 1
    assert error.effect is Effect.POSSIBLY_APPLIED


def test_a_connection_refused_to_an_own_client_is_not_sent(call: Caller) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json=TOKEN)
        raise httpx.ConnectError("refused")

    with serving(lambda request: request.answer(407, {})) as proxy:
        for options in ({}, {"proxy": proxy.url}, {"transport": httpx.MockTransport(refuse)}):
            base_url = "https://api.example" if options else refused_url()
            own = {**SETTINGS, "base_url": base_url, "http_client": own_client(call, **options), "deadline_ms": 400}
            error = call.error(own, "suspend", ID)
            assert (error.code, error.effect) == (ErrorCode.CONNECTION_FAILED, Effect.NOT_APPLIED)
        assert {request.method for request in proxy.requests} == {"CONNECT"}


# Early ends.


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def stop_when(condition: Callable[[], bool], ask: Callable[[], None]) -> threading.Thread:
    def wait() -> None:
        until(condition)
        ask()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


@pytest.mark.parametrize(("method", "effect"), [("get", Effect.NOT_APPLIED), ("suspend", Effect.POSSIBLY_APPLIED)])
def test_a_call_is_cancelled_at_once(call: Caller, method: str, effect: Effect) -> None:
    stop = Stop()
    with serving(api(Request.hang)) as server, limited(10):
        thread = stop_when(lambda: len(server.requests) == 2, stop.cancel)
        error = call.error(settings(server), method, ID, stop=stop)
        thread.join()
    assert (error.code, error.effect, error.requests) == (ErrorCode.OTHER, effect, 2)


def change_server(change: Callable[[Request, int], None]) -> Callable[[Request], None]:
    """Answers look-ups at once, and each change by its number, from 1."""
    numbers = itertools.count(1)

    def respond(request: Request) -> None:
        id = request.path.rpartition("/")[2].partition(":")[0]
        if request.method == "GET":
            request.answer(200, {**JSON_USER, "id": id})
        else:
            change(request, next(numbers))

    return api(respond)


def suspended(request: Request) -> None:
    id = request.path.rpartition("/")[2].partition(":")[0]
    request.answer(200, {**JSON_USER, "id": id, "state": "SUSPENDED"})


IDS = [f"{'U' * 24}{number}" for number in range(10, 30)]


def classes(report: Report) -> Counter[str]:
    def name(target: Any) -> str:
        return f"{target.outcome}:{target.error.effect}" if target.error else str(target.outcome)

    return Counter(name(target) for target in report.targets)


def test_a_bulk_change_is_cancelled_at_once_and_tells_the_truth(call: Caller) -> None:
    stop = Stop()
    held = threading.Semaphore(0)

    def change(request: Request, number: int) -> None:
        if number <= 6:
            suspended(request)
        else:
            held.release()
            request.hang()

    with serving(change_server(change)) as server, limited(10):
        # All four changes that are under way have arrived.
        thread = stop_when(lambda: held._value == 4, stop.cancel)
        report = call(settings(server), "contain", IDS, stop=stop)
        thread.join()
    assert classes(report) == {"changed": 6, "failed:possibly-applied": 4, "skipped": 10}


def test_a_bulk_change_is_drained(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Stop()
    release = threading.Event()
    original = _core.Core.stop

    def stop_and_release(*arguments: Any, **options: Any) -> Any:
        # The stop is told by another thread of the client: nothing else shows that it was.
        try:
            return original(*arguments, **options)
        finally:
            release.set()

    monkeypatch.setattr(_core.Core, "stop", stop_and_release)
    held = threading.Semaphore(0)

    def change(request: Request, number: int) -> None:
        if number > 6:
            held.release()
            release.wait(10)
        suspended(request)

    with serving(change_server(change)) as server, limited(10):
        thread = stop_when(lambda: held._value == 4, stop.drain)
        report = call(settings(server), "contain", IDS, stop=stop)
        thread.join()
    assert classes(report) == {"changed": 10, "skipped": 10}


def test_a_cancelled_task_carries_the_report() -> None:
    async def test() -> BaseException | None:
        loop = asyncio.get_running_loop()
        held = asyncio.Event()

        def change(request: Request, number: int) -> None:
            if number <= 6:
                suspended(request)
            else:
                if number == 10:
                    loop.call_soon_threadsafe(held.set)
                request.hang()

        with serving(change_server(change)) as server:
            async with AsyncClient(**settings(server)) as client:

                async def contain() -> BaseException | None:
                    try:
                        await client.contain(IDS)
                    except asyncio.CancelledError as error:
                        return error.__cause__
                    return None

                task = asyncio.create_task(contain())
                await held.wait()
                task.cancel()
                return await task

    cause = asyncio.run(test())
    assert isinstance(cause, Stopped)
    assert isinstance(cause.result, Report)
    assert classes(cause.result) == {"changed": 6, "failed:possibly-applied": 4, "skipped": 10}


def test_the_event_loop_ticks_during_a_call() -> None:
    async def test() -> int:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        with serving(api(Request.hang)) as server:
            async with AsyncClient(**settings(server, deadline_ms=600)) as client:
                task = asyncio.create_task(tick())
                with pytest.raises(UsersError):
                    await client.get(ID)
                task.cancel()
        return ticks

    assert asyncio.run(test()) >= 2


def test_a_list_that_leads_in_a_circle_is_refused() -> None:
    numbers = itertools.count()

    def circle(request: Request) -> None:
        number = next(numbers)
        user = {**JSON_USER, "id": f"{ID}{number}"}
        request.answer(200, {"results": [user], "users": [user], "next_page_token": "ab"[number % 2]})

    with serving(api(circle)) as server, Client(**settings(server)) as client:
        with pytest.raises(UsersError) as caught:
            list(client.list_all())
        assert len(server.requests) < 6
    assert caught.value.code is ErrorCode.MALFORMED_RESPONSE


# Arguments and secrets.


@pytest.mark.parametrize(
    ("method", "arguments", "options", "words"),
    [
        ("get", (None,), {}, "id must be a str, not NoneType"),
        ("get", (5,), {}, "id must be a str, not int"),
        ("find", (b"a@b.example",), {}, "email must be a str, not bytes"),
        ("find", ("a@b.example",), {"deadline_ms": 1.5}, "deadline_ms must be an int, not float"),
        ("contain", (ID,), {}, "targets must be a list of users, not str"),
        ("contain", ([None],), {}, r"targets\[0\] must be a str or a Target, not NoneType"),
        ("contain", ([Target(cast(str, 5))],), {}, r"targets\[0\].user must be a str, not int"),
        ("contain", ({ID: 1},), {}, "targets must be a list of users, not dict"),
        ("contain", ([ID],), {"protect": "a@b.example"}, "protect must be a list of users, not str"),
        ("contain", ([ID],), {"dry_run": "no"}, "dry_run must be a bool, not str"),
        ("contain", ([ID],), {"dry_run": 0}, "dry_run must be a bool, not int"),
        ("contain", ([ID],), {"max_changes": True}, "max_changes must be an int, not bool"),
        ("contain", ([ID],), {"stop": True}, "stop must be a Stop, not bool"),
        ("contain", ([ID],), {"on_settled": 5}, "on_settled must be callable, not int"),
        ("contain", ([ID],), {"on_settled": asyncio.sleep}, "not a coroutine function"),
        ("list", (), {"state": 1}, "state must be a str, not int"),
        ("list", (), {"page_size": "7"}, "page_size must be an int, not str"),
    ],
)
def test_arguments_of_a_wrong_type_are_named(call: Caller, method: str, arguments: Any, options: Any, words: str) -> None:
    with serving(lambda _: None) as server:
        with pytest.raises(TypeError, match=words):
            call(settings(server), method, *arguments, **options)
        assert server.requests == []


@pytest.mark.parametrize(
    ("method", "arguments", "options", "words"),
    [
        ("get", ("\ud800",), {}, "id contains a surrogate"),
        ("get", ("",), {}, "id"),
        ("list", (), {"state": "pending"}, "state must be 'active' or 'suspended'"),
        ("list", (), {"page_size": 0}, "page size"),
        ("list", (), {"page_size": -1}, "page_size must be from 0"),
        ("contain", ([ID],), {"max_changes": 1 << 32}, "max_changes must be from 0"),
        ("contain", ([ID],), {"concurrency": 17}, "concurrency"),
        ("contain", ([ID],), {"deadline_ms": 0}, "deadline"),
        ("contain", ([ID],), {"protect": ["a b"]}, "protect"),
        ("contain", ([ID] * 10_001,), {}, "10000"),
        ("contain", (["x" * (1 << 20)] * 40,), {}, "bytes of arguments"),
    ],
)
def test_arguments_with_a_wrong_value_are_named(call: Caller, method: str, arguments: Any, options: Any, words: str) -> None:
    with serving(lambda _: None) as server:
        with pytest.raises(UsersError, match=words) as caught:
            call(settings(server), method, *arguments, **options)
        assert server.requests == []
    assert (caught.value.code, caught.value.requests) == (ErrorCode.INVALID_ARGUMENT, 0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_secret": None}, "client_secret is not set"),
        ({"basic": "YTpi"}, "basic and client_id or client_secret"),
        ({"region": "us"}, "region must be"),
        ({"region": "eu", "base_url": "https://x.example"}, "region and base_url"),
        ({"base_url": "http://x.example"}, "https"),
        ({"api_version": "v2"}, "api_version must be"),
        ({"deadline_ms": 0}, "deadline"),
        ({"token_path": "no-slash"}, "token"),
    ],
)
def test_wrong_settings_are_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UsersError, match=words) as caught:
        Client(**{**SETTINGS, **changes})
    assert caught.value.code is ErrorCode.NOT_CONFIGURED


def test_other_kinds_of_http_clients_are_refused() -> None:
    with httpx.Client() as own:
        with pytest.raises(TypeError, match=r"httpx\.AsyncClient, not Client"):
            AsyncClient(**SETTINGS, http_client=own)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="verify and http_client"):
            Client(**SETTINGS, http_client=own, verify="/ca.pem")


def test_a_closed_http_client_is_surely_not_sent(call: Caller) -> None:
    own: Any = httpx.Client() if call.kind == "Client" else httpx.AsyncClient()
    client = (Client if call.kind == "Client" else AsyncClient)(**SETTINGS, http_client=own, deadline_ms=2000)
    with pytest.raises(UsersError, match="the HTTP client is closed") as caught:
        if isinstance(client, Client):
            own.close()
            with client:
                client.suspend(ID)
        else:

            async def suspend() -> None:
                await own.aclose()
                async with client:
                    await client.suspend(ID)

            asyncio.run(suspend())
    assert caught.value.effect is Effect.NOT_APPLIED
    with pytest.raises(RuntimeError, match="http_client is closed"):
        type(client)(**SETTINGS, http_client=own)


def test_clients_are_not_copied() -> None:
    client = Client(**SETTINGS)
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        for each in (client, AsyncClient(**SETTINGS)):
            with pytest.raises(TypeError, match="cannot copy or pickle a "):
                attempt(each)
    client.close()


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ("OP_USERS_ACCOUNT_ID", "environ must be a mapping, not str"),
        (["OP_USERS_ACCOUNT_ID"], "environ must be a mapping, not list"),
        ({5: "x"}, "a name in environ must be a str, not int"),
        ({"OP_USERS_ACCOUNT_ID": 5}, "OP_USERS_ACCOUNT_ID must be a str, not int"),
    ],
)
def test_an_environment_of_a_wrong_type_is_refused(environ: Any, words: str) -> None:
    for kind in (Client, AsyncClient):
        with pytest.raises(TypeError, match=words):
            kind.from_env(environ)


def test_a_client_of_tasks_needs_the_event_loop_it_is_used_in() -> None:
    client = AsyncClient(**SETTINGS, deadline_ms=1000)
    call = client.get(ID)
    with pytest.raises(RuntimeError, match="needs a running event loop of asyncio"):
        call.send(None)

    async def use() -> None:
        with pytest.raises(UsersError):
            await client.get("")

    asyncio.run(use())
    with pytest.raises(RuntimeError, match="another event loop"):
        asyncio.run(client.aclose())


def test_secrets_show_in_no_representation(call: Caller) -> None:
    with serving(api(lambda request: request.answer(403, {"message": "no: not-a-real-secret-5f3a token-7d1c"}))) as server:
        error = call.error(settings(server), "get", ID)
        with Client(**settings(server)) as client:
            with contextlib.suppress(UsersError):
                client.get(ID)
            texts = [repr(client), str(vars(client)), str(vars(client._driver)), repr(error), str(error), str(vars(error))]
    assert not any("5f3a" in text or "7d1c" in text for text in texts)


def test_errors_can_be_pickled() -> None:
    error = UsersError(ErrorCode.AMBIGUOUS, "two", hint="one", candidates=["A", "B"], requests=3)
    copy = pickle.loads(pickle.dumps(error))
    assert vars(copy) == vars(error)
    assert copy.code is ErrorCode.AMBIGUOUS
