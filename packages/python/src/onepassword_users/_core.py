"""Calls and requests under way in one instance of the module: what both clients share, without threads and without HTTP."""

from __future__ import annotations

import collections
import itertools
import secrets
import time
from typing import Any, Callable, Optional, Protocol, Union

from . import _results
from ._errors import CallValue, UsersError
from ._machine import MachineError, encode
from ._types import Effect, ErrorCode, Settled

Json = dict[str, Any]


class Module(Protocol):
    """An instance of the module."""

    def event(self, head: str, piece: Union[bytes, memoryview] = b"") -> Json:
        """Tells the module an event and returns its actions."""


def now() -> float:
    """Returns the time of the monotonic clock in milliseconds."""
    return time.monotonic() * 1000.0


class Done:
    """The end of a call: its result as the module tells it, or an error that the package made."""

    def __init__(self, result: Optional[Json] = None, error: Optional[UsersError] = None) -> None:
        self._result = result
        self._error = error

    def result(self) -> Json:
        """Returns the result of the call as JSON. Raises `UsersError` if it failed."""
        if self._error is not None:
            raise self._error
        assert self._result is not None
        if "error" in self._result:
            raise _results.error(self._result["error"])
        return self._result

    def value(self) -> CallValue:
        """Returns the result of the call. Raises `UsersError` if it failed."""
        return _results.value(self.result())


Item = Union[Json, Done, None]


class Call:
    """A call. Each of its items is put to its caller: what was settled, and at last its end."""

    def __init__(self, put: Callable[[Item], None]) -> None:
        self.put = put
        self.number = 0
        self.is_started = False
        self.done: Optional[Done] = None
        """The end of the call. Kept here too: an interrupt may come between its arrival and its use."""
        self.stop: Optional[bool] = None
        """None, or True if the call was to be stopped at once, before it started."""
        self.requests = 0
        self.is_change_sent = False

    def end(self, done: Done) -> None:
        """Tells the caller the end, once."""
        if self.done is None:
            self.done = done
            self.put(done)


class Open:
    """A request under way."""

    def __init__(self, request: Json) -> None:
        self.id: int = request["id"]
        self.request = request
        self.cut: Optional[Callable[[], object]] = None
        """Ends the request from outside, if its sender can be reached."""
        self.is_cancelled = False
        self.is_begun = False
        """True if something of the request may have left, whatever exception comes later."""
        self.head: Optional[Json] = None
        """Head of a response that is not told yet, because its body is expected at once."""
        self.head_due = 0.0


Sends = list[Open]
# Time for which a head waits for the first piece of its body, in milliseconds: one step for both is faster than two. The module
# counts the time between pieces from the head on, which is much longer.
_HOLD = 500.0
_CHANGES = ("suspend", "reactivate")
_NOTHING: Json = {}


class Core:
    """Calls and requests of one account. Used by one thread at a time."""

    def __init__(self, module: Module, source: Json) -> None:
        self._module = module
        self._numbers = itertools.count(1)
        self._calls: dict[int, Call] = {}
        self._broken: Optional[str] = None
        self._held: collections.deque[Open] = collections.deque()
        self.requests: dict[int, Open] = {}
        self.wake: Optional[float] = None
        """Time at which the module wants to be told the time, in milliseconds."""
        configure = {"now": now(), "from": source, "seed": secrets.randbits(32)}
        actions = module.event(encode({"configure": configure}))
        if "error" in actions:
            raise _results.error(actions["error"])

    def start(self, call: Call, operation: Json) -> Sends:
        """Starts a call, unless it has ended before that. Returns the requests to send."""
        if call.done is not None:
            return []
        if self._broken is not None:
            call.end(Done(error=_broken_error(self._broken, call)))
            return []
        call.number = next(self._numbers)
        # Before the module hears of it: if it fails, the call ends with the others.
        self._calls[call.number] = call
        try:
            head = encode({"start": {"now": now(), "call": call.number, "operation": operation}})
            actions = self._event(head)
        except (ValueError, MemoryError) as error:
            self._calls.pop(call.number, None)
            call.end(Done(error=UsersError(ErrorCode.INVALID_ARGUMENT, str(error))))
            return []
        if "error" in actions:
            del self._calls[call.number]
            call.end(Done(error=_results.error(actions["error"])))
            return self._carry_out(actions)
        call.is_started = True
        if call.stop is None:
            return self._carry_out(actions)
        return self._refuse(call, actions)

    def _refuse(self, call: Call, actions: Json) -> Sends:
        """Ends a call that was stopped before it started: its first requests are not sent, and the module knows it."""
        first = actions.pop("send", [])
        sends = self._carry_out(actions)
        sends += self._tell_stop(call.number, at_once=False)
        for request in first:
            fail = {
                "now": now(),
                "request": request["id"],
                "kind": "denied",
                "possiblySent": False,
                "detail": "the call was stopped before it started",
            }
            sends += self._carry_out(self._event(encode({"fail": fail})))
        return sends

    def tell(self, request: int, event: Json, piece: Union[bytes, memoryview] = b"") -> Sends:
        """Tells an `answer`, a piece of a body, or a failure. A request that was cancelled has nothing to tell."""
        open_ = self.requests.get(request)
        if open_ is None:
            return []
        sends: Sends = []
        if open_.head is not None:
            head, open_.head = open_.head, None
            if "body" in event:
                # The head with its first piece.
                head["answer"]["more"] = event["body"]["more"]
                event = head
            else:
                sends = self._tell(request, head, b"")
        return sends + self._tell(request, event, piece)

    def _tell(self, request: int, event: Json, piece: Union[bytes, memoryview]) -> Sends:
        if request not in self.requests:
            return []
        [(kind, members)] = event.items()
        if not members.get("more"):
            del self.requests[request]
        actions = self._event(encode(event), piece)
        sends = self._carry_out(actions)
        if "error" in actions and kind != "fail":
            detail = "the head of the response cannot be read"
            fail = {"now": now(), "request": request, "kind": "malformed", "possiblySent": True, "detail": detail}
            self.requests.pop(request, None)
            sends += self._carry_out(self._event(encode({"fail": fail})))
        return sends

    def hold(self, request: int, head: Json) -> None:
        """Keeps the event `answer` back until there is a piece of the body, for half a second at most."""
        open_ = self.requests.get(request)
        if open_ is not None:
            open_.head, open_.head_due = head, now() + _HOLD
            self._held.append(open_)

    def look_at(self) -> Optional[float]:
        """Returns the time at which `tick` is due next, in milliseconds. None if there is nothing to wait for."""
        while self._held and self._held[0].head is None:
            self._held.popleft()
        held = self._held[0].head_due if self._held else None
        if self.wake is None or (held is not None and held < self.wake):
            return held
        return self.wake

    def tick(self) -> Sends:
        """Tells the heads that were kept back for long, and the time, if it is due."""
        at = now()
        sends: Sends = []
        while self._held and (self._held[0].head is None or self._held[0].head_due <= at):
            open_ = self._held.popleft()
            if open_.head is not None:
                head, open_.head = open_.head, None
                sends += self._tell(open_.id, head, b"")
        if self.wake is not None and self.wake <= at:
            sends += self._carry_out(self._event(encode({"tick": {"now": at}})))
        return sends

    def stop(self, calls: list[Call], at_once: bool) -> Sends:
        """Ends calls early."""
        return [send for call in calls for send in self._stop(call, at_once)]

    def _stop(self, call: Call, at_once: bool) -> Sends:
        if call.done is not None:
            return []
        if not call.is_started:
            call.stop = bool(call.stop) or at_once
            return []
        return self._tell_stop(call.number, at_once)

    def abandon(self, call: Call) -> Sends:
        """Ends a call at once for a caller who is interrupted, also one that is not started and never will be."""
        if not call.is_started:
            call.end(Done(error=UsersError(ErrorCode.OTHER, "the call was stopped before it started")))
            return []
        return self._stop(call, at_once=True)

    def close(self) -> None:
        """Ends all calls at once. Calls that start later fail."""
        try:
            if self._calls:
                self._tell_stop(None, at_once=True)
        finally:
            self.fail("it is closed")

    def _tell_stop(self, call: Optional[int], at_once: bool) -> Sends:
        members: Json = {"now": now(), "atOnce": at_once}
        if call is not None:
            members["call"] = call
        return self._carry_out(self._event(encode({"stop": members})))

    def _event(self, head: str, piece: Union[bytes, memoryview] = b"") -> Json:
        if self._broken is not None:
            return _NOTHING
        try:
            return self._module.event(head, piece)
        except MachineError as error:
            self.fail(str(error))
            return _NOTHING

    def fail(self, problem: str) -> None:
        """Ends all calls after the module or a step failed: each with the effect that its requests may have had."""
        self._broken = problem
        self.wake = None
        for request in list(self.requests.values()):
            self._cancel(request.id)
        calls, self._calls = list(self._calls.values()), {}
        for call in calls:
            call.end(Done(error=_broken_error(problem, call)))

    def _cancel(self, request: int) -> None:
        cancelled = self.requests.pop(request, None)
        if cancelled is not None:
            cancelled.head = None
            # First the flag, then the cut: its sender sets the cut, then looks at the flag.
            cancelled.is_cancelled = True
            cut = cancelled.cut
            if cut is not None:
                cut()

    def _carry_out(self, actions: Json) -> Sends:
        """Carries out actions. Callers hear of them last: what they do next must find the newest state."""
        if actions is _NOTHING:
            return []
        for cancel in actions.get("cancel", ()):
            self._cancel(cancel["id"])
        sends = [Open(request) for request in actions.get("send", ())]
        for send in sends:
            self.requests[send.id] = send
            call = self._calls.get(send.request["call"])
            if call is not None:
                call.requests += 1
                call.is_change_sent = call.is_change_sent or send.request["purpose"] in _CHANGES
        self.wake = actions.get("wake")
        for settled in actions.get("settled", ()):
            call = self._calls.get(settled["call"])
            if call is not None:
                call.put(settled)
        for done in actions.get("done", ()):
            call = self._calls.pop(done["call"], None)
            if call is not None:
                call.end(Done(done["result"]))
        return sends


def _broken_error(problem: str, call: Call) -> UsersError:
    effect = Effect.POSSIBLY_APPLIED if call.is_change_sent else Effect.NOT_APPLIED
    return UsersError(
        ErrorCode.OTHER,
        f"the client cannot go on: {problem}",
        hint="make a new client, and report this as a bug",
        effect=effect,
        requests=call.requests,
    )


OnSettled = Callable[[Settled], object]
