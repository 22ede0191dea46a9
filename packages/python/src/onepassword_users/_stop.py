"""An early end of calls, asked for from outside of them."""

from __future__ import annotations

import threading
from typing import Callable, Optional

StopCall = Callable[[bool], None]


class Stop:
    """Ends the calls that it was given to early: ``client.contain(users, stop=stop)``.

    Each call still ends by itself, and tells the truth: a bulk change returns its report, another call raises `UsersError`
    with its effect. A call that gets a stop which was asked for before sends nothing. Both methods return at once, and may
    be called from any thread, from a signal handler, and from ``on_settled``.
    """

    def __init__(self) -> None:
        # Reentrant: a signal handler may interrupt a method of the same thread.
        self._lock = threading.RLock()
        self._calls: dict[int, StopCall] = {}
        self._asked: Optional[bool] = None

    def __repr__(self) -> str:
        return f"<onepassword_users.Stop asked={self.asked}>"

    @property
    def asked(self) -> bool:
        """True if an early end was asked for."""
        return self._asked is not None

    def drain(self) -> None:
        """Sends no new request and waits for the responses of those under way. Targets that are left over are ``skipped``."""
        self._ask(at_once=False)

    def cancel(self) -> None:
        """Cuts off the requests under way too: changes among them are then ``possibly-applied``."""
        self._ask(at_once=True)

    def _ask(self, at_once: bool) -> None:
        with self._lock:
            self._asked = bool(self._asked) or at_once
            calls = list(self._calls.values())
        for stop_call in calls:
            stop_call(at_once)

    def _attach(self, key: int, stop_call: StopCall) -> None:
        with self._lock:
            self._calls[key] = stop_call
            asked = self._asked
        if asked is not None:
            stop_call(asked)

    def _detach(self, key: int) -> None:
        with self._lock:
            self._calls.pop(key, None)
