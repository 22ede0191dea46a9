"""Plays the conformance cases with the installed package, for the runner in `conformance/`.

Usage: adapter.py Client|AsyncClient, with the address of the runner in the variable CONFORMANCE_URL.

For each case of `GET /cases`, `POST /cases/NAME/start` gives settings and steps, and `POST /cases/NAME/results` takes the
results. The calls of a step start together, in order. A call that is to be aborted or drained gets a `Stop`.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
import time
from typing import Any, Optional, Union
from urllib.parse import quote

import httpx

from onepassword_users import (
    AsyncClient,
    Client,
    Finding,
    OtherState,
    Report,
    Settled,
    Stop,
    Target,
    TargetReport,
    User,
    UserList,
    UserPage,
    UsersError,
    UserState,
)

Json = dict[str, Any]
# Time for a thread to hand its call over, in seconds, so that the calls of a step start in order.
HANDOVER = 0.005

METHODS = {
    "list-users": "list",
    "get-user": "get",
    "suspend-user": "suspend",
    "reactivate-user": "reactivate",
    "find-user": "find",
    "list-all-users": "list_up_to",
    "suspend-users": "contain",
    "reactivate-users": "restore",
    "check": "check",
    "revoke-token": "revoke",
}
# Names of arguments that differ from their names in the messages.
NAMES = {"filter": "state", "maxPageSize": "page_size"}


def snake(name: str) -> str:
    """Returns a name of the messages as one of Python."""
    return NAMES.get(name, re.sub("[A-Z]", lambda letter: "_" + letter.group().lower(), name))


def camel(name: str) -> str:
    """Returns a name of Python as one of the messages."""
    return re.sub("_([a-z])", lambda match: match.group(1).upper(), name)


def settings(given: Json) -> Json:
    """Returns the arguments of a client."""
    arguments = {snake(name): value for name, value in given.items() if name not in ("credentials", "baseUrl")}
    [(kind, credentials)] = given["credentials"].items()
    if kind == "basic":
        arguments["basic"] = credentials
    else:
        arguments.update({snake(name): value for name, value in credentials.items()})
    base_url = given.get("baseUrl", "com")
    arguments.update({"region": base_url} if isinstance(base_url, str) else {"base_url": base_url["origin"]})
    return arguments


def selector(given: Json) -> str:
    """Returns the name of a user. Python tells ids and addresses apart by the `@`."""
    [(_, name)] = given.items()
    return str(name)


def invocation(operation: Json) -> tuple[str, Json]:
    """Returns the method for an operation, and its arguments."""
    [(function, given)] = operation.items()
    if "targets" in given:
        options = {snake(name): value for name, value in given.get("options", {}).items()}
        if "protect" in options:
            options["protect"] = [selector(each) for each in options["protect"]]
        options["targets"] = [Target(selector(each["who"]), each.get("expectEmail")) for each in given["targets"]]
        return METHODS[function], options
    return METHODS[function], {snake(name): value for name, value in given.items()}


def given(members: Json) -> Json:
    """Returns the members that are not None."""
    return {name: value for name, value in members.items() if value is not None}


def state(value: Optional[UserState]) -> Any:
    """Returns a state as JSON."""
    return {"other": value.text} if isinstance(value, OtherState) else value


def user(value: User) -> Json:
    """Returns a user as JSON."""
    return {camel(name): state(member) if name == "state" else member for name, member in vars(value).items()}


def error(value: UsersError) -> Json:
    """Returns an error as JSON."""
    return given({camel(name): member for name, member in vars(value).items() if not name.startswith("__")})


def target_report(value: TargetReport) -> Json:
    """Returns the report of a target as JSON."""
    members = {
        "outcome": value.outcome,
        "error": None if value.error is None else error(value.error),
        "user": None if value.user is None else user(value.user),
        "previousState": state(value.previous_state),
    }
    return given(members)


def result(value: Union[User, UserPage, UserList, Report, list[Finding], UsersError, None]) -> Json:
    """Returns the result of a call as JSON."""
    if isinstance(value, UsersError):
        return {"error": error(value)}
    if isinstance(value, User):
        return {"user": user(value)}
    if isinstance(value, UserPage):
        page = {"users": [user(each) for each in value.users], "nextPageToken": value.next_page_token}
        return {"page": given(page)}
    if isinstance(value, UserList):
        return {"list": {"users": [user(each) for each in value.users], "complete": value.complete}}
    if isinstance(value, Report):
        report = {
            "targets": [target_report(each) for each in value.targets],
            "refused": None if value.refused is None else error(value.refused),
            "requests": value.requests,
            "warnings": value.warnings,
        }
        return {"report": given(report)}
    if isinstance(value, list):
        return {"findings": [vars(each) for each in value]}
    return {"revoked": {}}


class Played:
    """A call of a case: what it is given, and what came of it."""

    def __init__(self, call: Json) -> None:
        self.method, self.arguments = invocation(call["operation"])
        self.stop = Stop()
        self.settled: list[Json] = []
        self.result: Json = {}
        self.timers = [
            (call[name] / 1000, ask)
            for name, ask in (("abortAfterMs", self.stop.cancel), ("drainAfterMs", self.stop.drain))
            if name in call
        ]
        if self.method in ("contain", "restore"):
            self.arguments["on_settled"] = self._settled
        self.arguments["stop"] = self.stop

    def _settled(self, settled: Settled) -> None:
        self.settled.append({"target": settled.target, "report": target_report(settled.report)})


def play_in_threads(given_settings: Json, steps: list[list[Played]]) -> None:
    """Plays a case with `Client`."""

    def run(call: Played) -> None:
        try:
            call.result = result(getattr(client, call.method)(**call.arguments))
        except UsersError as problem:
            call.result = result(problem)

    with Client(**given_settings) as client:
        for step in steps:
            threads = [threading.Thread(target=run, args=(call,)) for call in step]
            timers = [threading.Timer(seconds, ask) for call in step for seconds, ask in call.timers]
            for timer in timers:
                timer.start()
            for thread in threads:
                thread.start()
                time.sleep(HANDOVER if len(threads) > 1 else 0)
            for thread in threads:
                thread.join()
            for timer in timers:
                timer.cancel()


async def play_in_tasks(given_settings: Json, steps: list[list[Played]]) -> None:
    """Plays a case with `AsyncClient`."""

    async def run(call: Played) -> None:
        try:
            call.result = result(await getattr(client, call.method)(**call.arguments))
        except UsersError as problem:
            call.result = result(problem)

    loop = asyncio.get_running_loop()
    async with AsyncClient(**given_settings) as client:
        for step in steps:
            timers = [loop.call_later(seconds, ask) for call in step for seconds, ask in call.timers]
            await asyncio.gather(*(run(call) for call in step))
            for timer in timers:
                timer.cancel()


def play(kind: str, case: Json) -> Json:
    """Plays a case, and returns its results."""
    steps = [[Played(call) for call in step["calls"]] for step in case["steps"]]
    played = [call for step in steps for call in step]
    try:
        if kind == "Client":
            play_in_threads(settings(case["settings"]), steps)
        else:
            asyncio.run(play_in_tasks(settings(case["settings"]), steps))
    except UsersError as problem:
        # The settings are refused.
        for call in played:
            call.result = result(problem)
    return {"results": [call.result for call in played], "settled": [call.settled for call in played]}


def main() -> None:
    """Plays all cases. Ends with 1 if one did not pass."""
    if sys.argv[1:] not in (["Client"], ["AsyncClient"]):
        sys.exit(__doc__)
    is_passed = True
    with httpx.Client(base_url=os.environ["CONFORMANCE_URL"], trust_env=False, timeout=120) as runner:
        for name in runner.get("/cases").raise_for_status().json():
            path = f"/cases/{quote(name, safe='')}"
            case = runner.post(f"{path}/start").raise_for_status().json()
            answer = runner.post(f"{path}/results", json=play(sys.argv[1], case)).raise_for_status().json()
            is_passed = is_passed and answer["passed"]
    sys.exit(0 if is_passed else 1)


if __name__ == "__main__":
    main()
