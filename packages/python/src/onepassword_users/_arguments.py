"""Arguments of calls, checked by name and written as operations for the module."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, Optional, Union

from ._errors import UsersError
from ._stop import Stop
from ._types import ErrorCode, Target

Json = dict[str, Any]

MAX_U32 = 0xFFFF_FFFF
MAX_U8 = 0xFF


def _wrong_type(name: str, wanted: str, value: object) -> TypeError:
    return TypeError(f"{name} must be {wanted}, not {type(value).__name__}")


def _refuse(name: str, problem: str) -> UsersError:
    return UsersError(ErrorCode.INVALID_ARGUMENT, f"{name} {problem}")


def text(name: str, value: object) -> str:
    """Returns a text that the module can read. Raises ``TypeError`` for another type."""
    if not isinstance(value, str):
        raise _wrong_type(name, "a str", value)
    # A plain str, in case of a subclass that is shown in another way.
    value = str.__str__(value)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _refuse(name, "contains a surrogate, which is no character") from None
    return value


def optional_text(name: str, value: object) -> Optional[str]:
    """Returns a text or None."""
    return None if value is None else text(name, value)


def integer(name: str, value: object, maximum: int) -> int:
    """Returns an integer from 0 to a maximum. Narrower limits are those of the module."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type(name, "an int", value)
    if not 0 <= value <= maximum:
        raise _refuse(name, f"must be from 0 to {maximum}, not {value}")
    return int(value)


def flag(name: str, value: object) -> bool:
    """Returns a bool. No other value counts as one: ``dry_run="no"`` is refused."""
    if not isinstance(value, bool):
        raise _wrong_type(name, "a bool", value)
    return value


def state_filter(value: object) -> Optional[str]:
    """Returns the filter of a list."""
    if value is None:
        return None
    word = text("state", value)
    if word not in ("active", "suspended"):
        raise _refuse("state", f"must be 'active' or 'suspended', not {word!r}")
    return word


def _given(values: Mapping[str, Any]) -> Json:
    return {name: value for name, value in values.items() if value is not None}


def one_user(function: str, id: object) -> Json:
    """An operation on one user."""
    return {function: {"id": text("id", id)}}


def find_user(email: object, deadline_ms: object) -> Json:
    """The operation `find-user`."""
    return {"find-user": _given({"email": text("email", email), "deadlineMs": _deadline(deadline_ms)})}


def list_users(state: object, page_size: object, page_token: object) -> Json:
    """The operation `list-users`."""
    size = None if page_size is None else integer("page_size", page_size, MAX_U32)
    token = optional_text("page_token", page_token)
    return {"list-users": _given({"filter": state_filter(state), "maxPageSize": size, "pageToken": token})}


def list_all_users(state: object, limit: object, deadline_ms: object) -> Json:
    """The operation `list-all-users`."""
    members = {
        "filter": state_filter(state),
        "limit": integer("limit", limit, MAX_U32),
        "deadlineMs": _deadline(deadline_ms),
    }
    return {"list-all-users": _given(members)}


def _deadline(value: object) -> Optional[int]:
    return None if value is None else integer("deadline_ms", value, MAX_U32)


def _selector(name: str, value: object) -> Json:
    named = text(name, value)
    return {"email" if "@" in named else "id": named}


def _items(name: str, values: object) -> Iterable[object]:
    # The letters of a text are no users, and the keys of a mapping lose its values.
    if isinstance(values, (str, bytes, bytearray, Mapping, Target)) or not isinstance(values, Iterable):
        raise _wrong_type(name, "a list of users", values)
    return values


def _target(index: int, value: object) -> Json:
    name = f"targets[{index}]"
    if isinstance(value, Target):
        members = {
            "who": _selector(f"{name}.user", value.user),
            "expectEmail": optional_text(f"{name}.expect_email", value.expect_email),
        }
        return _given(members)
    if not isinstance(value, str):
        raise _wrong_type(name, "a str or a Target", value)
    return {"who": _selector(name, value)}


def change_users(
    function: str,
    targets: Iterable[Union[str, Target]],
    *,
    dry_run: object,
    max_changes: object,
    protect: object,
    concurrency: object,
    stop_on_error: object,
    deadline_ms: object,
) -> Json:
    """A bulk change."""
    options = {
        "dryRun": flag("dry_run", dry_run),
        "maxChanges": None if max_changes is None else integer("max_changes", max_changes, MAX_U32),
        "protect": [_selector(f"protect[{index}]", item) for index, item in enumerate(_items("protect", protect))],
        "concurrency": None if concurrency is None else integer("concurrency", concurrency, MAX_U8),
        "stopOnError": flag("stop_on_error", stop_on_error),
        "deadlineMs": _deadline(deadline_ms),
    }
    listed = [_target(index, item) for index, item in enumerate(_items("targets", targets))]
    return {function: {"targets": listed, "options": _given(options)}}


def check_stop(value: object) -> None:
    """Checks a stop."""
    if value is not None and not isinstance(value, Stop):
        raise _wrong_type("stop", "a Stop", value)


def check_callback(value: object) -> None:
    """Checks a callback. A coroutine function would never run."""
    if value is None:
        return
    if not callable(value):
        raise _wrong_type("on_settled", "callable", value)
    if inspect.iscoroutinefunction(value):
        raise TypeError("on_settled must be a function, not a coroutine function: it may start a task")


def no_arguments(function: str) -> Json:
    """An operation without arguments."""
    return {function: {}}
