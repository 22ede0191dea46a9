"""The error of a failed call, and the cause of an exception that interrupted a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional, Union

from ._types import Effect, ErrorCode, Finding, Report, User, UserList, UserPage


class UsersError(Exception):
    """Error of a failed call."""

    code: ErrorCode
    """Cause, to branch on."""
    message: str
    """Operation and cause, in one sentence for people. Contains no secrets and no tokens."""
    hint: Optional[str]
    """Advice for people: what to check or change. None where nothing is known to help."""
    effect: Effect
    """Effect on the account. ``not-applied`` for calls that only read."""
    retryable: bool
    """True if the same call can succeed later without a change."""
    retry_after_ms: Optional[int]
    """Wait that the server asked for, in milliseconds, at most a day (RFC 9110, section 10.2.3). None if it asked for none."""
    status: Optional[int]
    """HTTP status of the decisive response. None if there was no response."""
    api_code: Optional[int]
    """Error code of the API, in the numbering of gRPC: 7 is ``PermissionDenied``."""
    api_message: Optional[str]
    """Error message of the server: at most 512 bytes, with secrets and tokens redacted."""
    candidates: tuple[str, ...]
    """Ids of the users who share an e-mail address: the first 8 of them. Empty unless ``code`` is ``ambiguous``."""
    requests: int
    """Number of HTTP requests sent for this call; in the report of a target: of the step that failed."""

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        hint: Optional[str] = None,
        effect: Effect = Effect.NOT_APPLIED,
        retryable: bool = False,
        retry_after_ms: Optional[int] = None,
        status: Optional[int] = None,
        api_code: Optional[int] = None,
        api_message: Optional[str] = None,
        candidates: Sequence[str] = (),
        requests: int = 0,
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.hint = hint
        self.effect = effect
        self.retryable = retryable
        self.retry_after_ms = retry_after_ms
        self.status = status
        self.api_code = api_code
        self.api_message = api_message
        self.candidates = tuple(candidates)
        self.requests = requests

    def __str__(self) -> str:
        if self.effect is Effect.POSSIBLY_APPLIED:
            return f"{self.message} (the change may have been made)"
        return self.message

    def __repr__(self) -> str:
        return f"UsersError({str(self.code)!r}, {self.message!r}, effect={str(self.effect)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (UsersError, (self.code, self.message), self.__dict__)


CallValue = Union[User, UserPage, UserList, Report, "list[Finding]", None]


class Stopped(Exception):  # noqa: N818 - not an error by itself.
    """Truth about a call that was interrupted: the ``__cause__`` of the ``KeyboardInterrupt``, ``asyncio.CancelledError``
    or other exception with which the call ended.
    """

    result: CallValue
    """Result of the call: for a bulk change, the report of every target. None if the call failed, or returns nothing."""
    error: Optional[UsersError]
    """Error of the call, with its effect. None if the call has a result."""

    def __init__(self, result: CallValue = None, error: Optional[UsersError] = None) -> None:
        super().__init__(result, error)
        self.result = result
        self.error = error

    def __str__(self) -> str:
        if self.error is not None:
            return str(self.error)
        if isinstance(self.result, Report):
            counts: dict[str, int] = {}
            for target in self.result.targets:
                word = str(target.outcome)
                if target.error is not None and target.error.effect is Effect.POSSIBLY_APPLIED:
                    word = "maybe-changed"
                counts[word] = counts.get(word, 0) + 1
            return "the call was stopped: " + ", ".join(f"{count} {word}" for word, count in counts.items())
        return "the call had ended already"
