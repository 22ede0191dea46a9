"""Parameters that `Client` and `AsyncClient` share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Optional, Union

from . import _compiled, _settings
from ._core import Core
from ._errors import UsersError
from ._machine import Machine, MachineError
from ._types import ErrorCode, Target, UserPage

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
    """Position in a list that is read page by page: refuses a server that leads in a circle."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._ids: set[str] = set()
        self.token: Optional[str] = None

    def take(self, page: UserPage) -> list[Any]:
        """Returns the users of a page who were on none before, and moves to the next page."""
        fresh = [user for user in page.users if user.id not in self._ids]
        self._ids.update(user.id for user in fresh)
        self.token = page.next_page_token
        if self.token is not None:
            if self.token in self._seen:
                raise UsersError(ErrorCode.MALFORMED_RESPONSE, "list-users: the server's pages repeat")
            self._seen.add(self.token)
        return fresh
