"""The client for asyncio."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import AsyncIterator, Iterable, Mapping
from types import TracebackType
from typing import Any, Callable, NoReturn, Optional, Union, cast

import httpx

from . import _arguments, _http, _operations, _settings
from ._async_driver import AsyncDriver
from ._errors import CallValue
from ._stop import Stop
from ._types import Finding, Report, Settled, StateFilter, Target, User, UserList, UserPage

_DEFAULT_PAGE = 1000
# Between them the event loop has a turn.
_USERS_PER_TURN = 100


class AsyncClient:
    """Client of one 1Password account, over `httpx.AsyncClient`, for asyncio.

    Belongs to the event loop in which it is first used; any number of tasks may use it at the same time. A call whose task
    is cancelled ends at once, and the ``__cause__`` of its `asyncio.CancelledError` is a `Stopped` with the report or the
    error. Read it in the task itself: before Python 3.11, an error that has passed the task has lost it.
    """

    def __init__(
        self,
        *,
        account_id: str,
        client_id: Optional[str] = None,
        client_secret: Optional[str] = None,
        basic: Optional[str] = None,
        region: Optional[str] = None,
        base_url: Optional[str] = None,
        api_version: str = "auto",
        token_path: Optional[str] = None,
        revoke_path: Optional[str] = None,
        user_agent: Optional[str] = None,
        deadline_ms: Optional[int] = None,
        verify: _http.Verify = True,
        http_client: Optional[httpx.AsyncClient] = None,
        keep_compiled: bool = True,
    ) -> None:
        """Makes a client for one account. Sends nothing.

        ``account_id``: id of the 1Password account. Credentials of the OAuth application: ``client_id`` and
        ``client_secret``, or ``basic``, the base64 of ``id:secret``. Server: ``region`` ``"com"`` (the default), ``"ca"``
        or ``"eu"``, or ``base_url``, another origin; ``http`` only on loopback. ``api_version``: ``"auto"``, ``"v1beta1"``
        or ``"v1"``. ``token_path``, ``revoke_path``: paths of the endpoints, if they are not those of the API version.
        ``user_agent``: product of the caller, ``product/version``. ``deadline_ms``: deadline of each call, retries
        included: 1 to 3,600,000, default 30,000.

        ``verify``: file or folder of certificate authorities, or an `ssl.SSLContext`. ``http_client``: an
        `httpx.AsyncClient` of the caller's, with proxies, certificates and hooks of its own; it is not closed. Its headers,
        cookies and credentials are not sent. ``keep_compiled``: False writes no compiled module to the user's cache folder.

        Raises `UsersError` ``not-configured`` with the name of every wrong setting, and `TypeError` for a value of a wrong
        type.
        """
        source = _settings.source(
            account_id=account_id,
            client_id=client_id,
            client_secret=client_secret,
            basic=basic,
            region=region,
            base_url=base_url,
            api_version=api_version,
            token_path=token_path,
            revoke_path=revoke_path,
            user_agent=user_agent,
            deadline_ms=deadline_ms,
        )
        self._open(source, verify, http_client, keep_compiled)

    @classmethod
    def from_env(
        cls,
        environ: Optional[Mapping[str, str]] = None,
        *,
        verify: _http.Verify = True,
        http_client: Optional[httpx.AsyncClient] = None,
        keep_compiled: bool = True,
    ) -> AsyncClient:
        """Makes a client with the settings of the environment variables ``OP_USERS_*``, under the names and rules of the
        plugin.

        ``environ``: the variables; default: those of the process. The other parameters and errors are those of the
        constructor.
        """
        client = cls.__new__(cls)
        client._open(_operations.environment_source(environ), verify, http_client, keep_compiled)
        return client

    def _open(
        self,
        source: dict[str, Any],
        verify: _http.Verify,
        http_client: Optional[httpx.AsyncClient],
        keep_compiled: bool,
    ) -> None:
        core = _operations.make_core(source, keep_compiled)
        if http_client is None:
            http = _http.make_client(httpx.AsyncClient, verify)
        else:
            http = _http.own_client(httpx.AsyncClient, http_client, verify)
        self._driver = AsyncDriver(core, http, is_own=http_client is None)

    def __repr__(self) -> str:
        return f"<onepassword_users.{type(self).__name__}>"

    def __reduce__(self) -> NoReturn:
        # Neither `copy` nor `pickle`: a copy would share connections and a token, and a pickle would hold secrets.
        raise TypeError(f"cannot copy or pickle a {type(self).__name__}: make one in each process")

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Ends all calls at once, and then all connections. Revokes no token: see `revoke`."""
        await self._driver.close()

    def drain(self) -> None:
        """Asks all calls under way to send no new request, and to end after the responses of those under way. Returns at
        once.
        """
        self._driver.stop(None, at_once=False)

    def cancel(self) -> None:
        """Asks all calls under way to end at once. Changes among their requests are then ``possibly-applied``. Returns at
        once.
        """
        self._driver.stop(None, at_once=True)

    async def get(self, id: str, *, stop: Optional[Stop] = None) -> User:
        """Reads one user by id: 1 to 1024 bytes, without control characters, not ``.`` or ``..``.

        Errors: ``not-found`` if the account has no such user.
        """
        return cast(User, await self._run(_arguments.one_user("get-user", id), stop))

    async def list(
        self,
        *,
        state: Optional[Union[StateFilter, str]] = None,
        page_size: Optional[int] = None,
        page_token: Optional[str] = None,
        stop: Optional[Stop] = None,
    ) -> UserPage:
        """Lists users, one page per call.

        ``state``: ``"active"`` or ``"suspended"``; default: users in every state. ``page_size``: maximum number of users, 1
        to 1000; default: the server's. ``page_token``: ``next_page_token`` of the page before, with the same ``state`` and
        ``page_size``. Errors: ``malformed-response`` if the server returns the same page token again.
        """
        operation = _arguments.list_users(state, page_size, page_token)
        return cast(UserPage, await self._run(operation, stop))

    async def list_all(
        self,
        *,
        state: Optional[Union[StateFilter, str]] = None,
        page_size: int = _DEFAULT_PAGE,
        stop: Optional[Stop] = None,
    ) -> AsyncIterator[User]:
        """Iterates over all users, or all users in one state. Reads a page when the one before is used up, each with a
        deadline.

        A user whom the server lists twice while the list changes is returned once. ``page_size``: 1 to 1000. ``stop`` is
        looked at before each user: after it none follows, not even of a page that was read before. Errors: those of `list`;
        ``other`` after a stop, if users are left; ``malformed-response`` if the pages repeat.
        """
        _arguments.check_stop(stop)
        pages = _operations.Pages(stop)
        while True:
            operation = _arguments.list_users(state, page_size, pages.token)
            done = await self._driver.run_to_end(operation, None, stop)
            for count, user in enumerate(pages.take(done.result()), 1):
                yield user
                if count % _USERS_PER_TURN == 0:
                    await asyncio.sleep(0)
            if pages.token is None:
                return

    async def list_up_to(
        self,
        limit: int,
        *,
        state: Optional[Union[StateFilter, str]] = None,
        deadline_ms: Optional[int] = None,
        stop: Optional[Stop] = None,
    ) -> UserList:
        """Lists all users, or all users in one state, up to a limit of at least 1, in one call with one deadline.

        ``deadline_ms``: 1 to 3,600,000, in place of the deadline from the settings. Errors: ``other`` if the list does not
        fit into the memory of the module; ``malformed-response`` if the pages repeat.
        """
        operation = _arguments.list_all_users(state, limit, deadline_ms)
        return cast(UserList, await self._run(operation, stop))

    async def find(self, email: str, *, deadline_ms: Optional[int] = None, stop: Optional[Stop] = None) -> User:
        """Finds the user with an e-mail address. Reads the whole list: the result is certain only after the last page.

        ``deadline_ms``: 1 to 3,600,000, in place of the deadline from the settings. Errors: ``not-found`` if no user of the
        list has the address; ``ambiguous`` if several have it, with their ids in ``candidates``.
        """
        return cast(User, await self._run(_arguments.find_user(email, deadline_ms), stop))

    async def suspend(self, id: str, *, stop: Optional[Stop] = None) -> User:
        """Suspends one user by id: they have no access until reactivated. Returns the user in the new state.

        Idempotent. Errors: ``not-found`` if the account has no such user, ``last-owner`` for the last remaining owner,
        ``externally-managed`` for an externally managed administrator; ``effect`` tells if a failed call may have suspended
        the user.
        """
        return cast(User, await self._run(_arguments.one_user("suspend-user", id), stop))

    async def reactivate(self, id: str, *, stop: Optional[Stop] = None) -> User:
        """Reactivates one suspended user by id, who has access again. Returns the user in the new state.

        Idempotent. Errors: ``not-found`` if the account has no such user; ``effect`` tells if a failed call may have
        reactivated the user.
        """
        return cast(User, await self._run(_arguments.one_user("reactivate-user", id), stop))

    async def contain(
        self,
        targets: Iterable[Union[str, Target]],
        *,
        dry_run: bool = False,
        max_changes: Optional[int] = None,
        protect: Iterable[str] = (),
        concurrency: Optional[int] = None,
        stop_on_error: bool = False,
        on_settled: Optional[Callable[[Settled], object]] = None,
        deadline_ms: Optional[int] = None,
        stop: Optional[Stop] = None,
    ) -> Report:
        """Suspends users: looks all of them up, checks every guard, then suspends those who are not suspended yet.

        ``targets``: at most 10,000 users, each an id, an e-mail address, which has an ``@``, or a `Target`. ``dry_run``:
        looks everything up and checks every guard, and changes nothing. ``max_changes``: if more users would be changed,
        the whole call is refused before the first change. ``protect``: ids and addresses of users who must not be changed.
        ``concurrency``: maximum number of concurrent requests, 1 to 16, default 4. ``stop_on_error``: starts nothing new
        after the first target that fails. ``on_settled``: called in the task of the call with each target's result as soon
        as it is known; an exception of it ends the call at once. ``deadline_ms``: 1 to 3,600,000, in place of the deadline
        from the settings.

        Returns a report for every target if any part was tried, so that no completed change goes unreported. Errors if
        nothing was tried: ``invalid-argument`` for invalid options or guards, and any error of the token exchange.

        To undo the call exactly, pass to `restore` the ids of the targets whose ``previous_state`` is ``active`` and whose
        outcome is ``changed``, or ``failed`` with the effect ``possibly-applied``.
        """
        operation = _arguments.change_users(
            "suspend-users",
            targets,
            dry_run=dry_run,
            max_changes=max_changes,
            protect=protect,
            concurrency=concurrency,
            stop_on_error=stop_on_error,
            deadline_ms=deadline_ms,
        )
        return cast(Report, await self._run(operation, stop, on_settled))

    async def restore(
        self,
        targets: Iterable[Union[str, Target]],
        *,
        dry_run: bool = False,
        max_changes: Optional[int] = None,
        protect: Iterable[str] = (),
        concurrency: Optional[int] = None,
        stop_on_error: bool = False,
        on_settled: Optional[Callable[[Settled], object]] = None,
        deadline_ms: Optional[int] = None,
        stop: Optional[Stop] = None,
    ) -> Report:
        """Reactivates users: looks all of them up, checks every guard, then reactivates those who are not active yet.

        Works like `contain` in every other respect. To undo the call exactly, pass to `contain` the ids of the targets
        whose ``previous_state`` is ``suspended`` and whose outcome is ``changed``, or ``failed`` with the effect
        ``possibly-applied``.
        """
        operation = _arguments.change_users(
            "reactivate-users",
            targets,
            dry_run=dry_run,
            max_changes=max_changes,
            protect=protect,
            concurrency=concurrency,
            stop_on_error=stop_on_error,
            deadline_ms=deadline_ms,
        )
        return cast(Report, await self._run(operation, stop, on_settled))

    async def check(self, *, stop: Optional[Stop] = None) -> builtins.list[Finding]:
        """Checks the settings without changing anything in the account. Returns one finding per check, always all of them.

        The permissions to suspend and to reactivate cannot be checked without using them and are ``unknown``.
        """
        return cast("builtins.list[Finding]", await self._run(_arguments.no_arguments("check"), stop))

    async def revoke(self, *, stop: Optional[Stop] = None) -> None:
        """Revokes the token that this client holds (RFC 7009) and forgets it. Succeeds if there is none.

        The next call exchanges a new token. After an error the token is kept, so that the call can be repeated.
        """
        await self._run(_arguments.no_arguments("revoke-token"), stop)

    async def _run(
        self,
        operation: dict[str, Any],
        stop: Optional[Stop],
        on_settled: Optional[Callable[[Settled], object]] = None,
    ) -> CallValue:
        _arguments.check_stop(stop)
        _arguments.check_callback(on_settled)
        return await self._driver.run(operation, on_settled, stop)
