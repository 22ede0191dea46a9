"""Values of the contract, read from the module's JSON."""

from __future__ import annotations

from typing import Any, Callable

from ._errors import CallValue, UsersError
from ._types import (
    Effect,
    ErrorCode,
    Finding,
    OtherState,
    Outcome,
    Report,
    Settled,
    State,
    TargetReport,
    User,
    UserList,
    UserPage,
    UserState,
    Verdict,
)

Json = dict[str, Any]

# Looked up, because the call of an enumeration takes several times as long.
_STATES: dict[str, State] = {state.value: state for state in State}


def _state(value: Any) -> UserState:
    return _STATES[value] if isinstance(value, str) else OtherState(value["other"])


def user(value: Json) -> User:
    """Reads a user.

    The fields are written past the constructor, which for a frozen dataclass takes most of the time of a page.
    """
    made = User.__new__(User)
    fields = made.__dict__
    fields["id"] = value["id"]
    fields["email"] = value["email"]
    fields["display_name"] = value["displayName"]
    fields["state"] = _state(value["state"])
    fields["create_time"] = value["createTime"]
    fields["path"] = value["path"]
    return made


def error(value: Json) -> UsersError:
    """Reads an error."""
    return UsersError(
        ErrorCode(value["code"]),
        value["message"],
        hint=value.get("hint"),
        effect=Effect(value["effect"]),
        retryable=value["retryable"],
        retry_after_ms=value.get("retryAfterMs"),
        status=value.get("status"),
        api_code=value.get("apiCode"),
        api_message=value.get("apiMessage"),
        candidates=value["candidates"],
        requests=value["requests"],
    )


def target_report(value: Json) -> TargetReport:
    """Reads the report of a target."""
    return TargetReport(
        outcome=Outcome(value["outcome"]),
        error=error(value["error"]) if "error" in value else None,
        user=user(value["user"]) if "user" in value else None,
        previous_state=_state(value["previousState"]) if "previousState" in value else None,
    )


def settled(value: Json) -> Settled:
    """Reads the result of a target that became known before the end of its call."""
    return Settled(target=value["target"], report=target_report(value["report"]))


def _page(value: Json) -> UserPage:
    return UserPage([user(item) for item in value["users"]], value.get("nextPageToken"))


def _list(value: Json) -> UserList:
    return UserList([user(item) for item in value["users"]], value["complete"])


def _report(value: Json) -> Report:
    return Report(
        targets=[target_report(item) for item in value["targets"]],
        refused=error(value["refused"]) if "refused" in value else None,
        requests=value["requests"],
        warnings=value["warnings"],
    )


def _findings(value: list[Json]) -> list[Finding]:
    return [Finding(item["check"], Verdict(item["verdict"]), item["detail"]) for item in value]


_READERS: dict[str, Callable[[Any], CallValue]] = {
    "user": user,
    "page": _page,
    "list": _list,
    "report": _report,
    "findings": _findings,
    "revoked": lambda _: None,
}


def value(result: Json) -> CallValue:
    """Reads the result of a call that succeeded."""
    [(kind, content)] = result.items()
    return _READERS[kind](content)
