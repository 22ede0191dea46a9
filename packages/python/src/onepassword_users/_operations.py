"""Parameters that `Client` and `AsyncClient` share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Optional, Union

from . import _compiled, _results, _settings
from ._core import Core
from ._errors import UsersError
from ._machine import Machine, MachineError
from ._stop import Stop
from ._types import ErrorCode, Target, User

Json = dict[str, Any]
Users = Iterable[Union[str, Target]]


def make_core(source: Json, keep_compiled: bool) -> Core:
    """Makes an instance of the module with settings. Raises `UsersError` `not-configured` for settings that are wrong."""
    if not isinstance(keep_compiled, bool):
        raise TypeError(f"keep_compiled must be a bool, not {type(keep_compiled).__name__}")
    try:
        return Core(Machine(_compiled.shared(keep_compiled)), source)
    except MachineError as error:
        raise RuntimeError(f"the package's module cannot be used: {error}") from error


def environment_source(environ: Optional[Mapping[str, str]]) -> Json:
    """The settings in the environment variables `OP_USERS_*`."""
    return _settings.environment_source(os.environ if environ is None else environ)


class Pages:
    """Position in a list that is read page by page: refuses a server that leads in a circle, and ends at a stop."""

    def __init__(self, stop: Optional[Stop]) -> None:
        self._stop = stop
        self._seen: set[str] = set()
        self._ids: set[str] = set()
        self.token: Optional[str] = None

    def take(self, result: Json) -> Iterator[User]:
        """Moves to the next page. Returns the users of this one who were on none before.

        Each is made when it is asked for: a page of them at once would hold an event loop, and call the garbage collector.
        """
        page = result["page"]
        self.token = page.get("nextPageToken")
        if self.token is not None:
            if self.token in self._seen:
                raise UsersError(ErrorCode.MALFORMED_RESPONSE, "list-users: the server's pages repeat")
            self._seen.add(self.token)
        return self._fresh(page["users"])

    def _fresh(self, users: list[Json]) -> Iterator[User]:
        users.reverse()
        while users:
            if self._stop is not None and self._stop.asked:
                message = "list-users: the call was stopped by its caller"
                raise UsersError(ErrorCode.OTHER, message, hint="repeat the call to go on")
            user = users.pop()
            if user["id"] not in self._ids:
                self._ids.add(user["id"])
                yield _results.user(user)
