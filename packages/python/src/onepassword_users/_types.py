"""Values of the contract: users, lists, reports, findings, and the words in them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional, Union

if TYPE_CHECKING:
    from ._errors import UsersError


class _Word(str, enum.Enum):
    """A word of the contract. Equal to its text: ``State.ACTIVE == "active"``."""

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(str(self.value), spec)


class State(_Word):
    """Access state of a user, as far as this version knows it."""

    ACTIVE = "active"
    """The user has access."""
    SUSPENDED = "suspended"
    """The user has no access until reactivated."""
    UNSPECIFIED = "unspecified"
    """The server sent no state, or ``STATE_UNSPECIFIED``."""


@dataclass(frozen=True)
class OtherState:
    """Access state unknown to this version. The API is a preview and may add states. Equal to no text."""

    text: str
    """State as the server spells it."""

    def __str__(self) -> str:
        return self.text


UserState = Union[State, OtherState]


class StateFilter(_Word):
    """Filter of a list by state. Without a filter a list contains users in every state."""

    ACTIVE = "active"
    """Active users only."""
    SUSPENDED = "suspended"
    """Suspended users only."""


class ErrorCode(_Word):
    """Cause of an error, to branch on. The list is closed: causes added later are reported as ``OTHER``."""

    INVALID_ARGUMENT = "invalid-argument"
    """An argument is wrong. Found before any request was sent, or reported by the server (400). The same call fails again."""
    NOT_CONFIGURED = "not-configured"
    """A setting is missing or wrong. Found before any request was sent, or because the server does not have the path."""
    UNAUTHENTICATED = "unauthenticated"
    """The server rejected the client id and secret, or a token that it had just issued."""
    PERMISSION_DENIED = "permission-denied"
    """The OAuth application lacks the permission for this operation, according to the server's message."""
    LAST_OWNER = "last-owner"
    """The last remaining owner cannot be suspended. Make another user an owner first."""
    EXTERNALLY_MANAGED = "externally-managed"
    """An externally managed administrator cannot be suspended through this API."""
    NOT_FOUND = "not-found"
    """The user does not exist. For a list: the account does not exist in this region or API version."""
    AMBIGUOUS = "ambiguous"
    """Several users have this e-mail address. ``candidates`` holds their ids: repeat the call with one of them."""
    PROTECTED = "protected"
    """The user is one of ``protect``, and was not changed because of it."""
    PRECONDITION_FAILED = "precondition-failed"
    """Another guard did not hold, and the change was not made because of it."""
    RATE_LIMITED = "rate-limited"
    """The server asked for fewer requests (429). ``retry_after_ms`` is the wait it asked for, if it gave one."""
    UNAVAILABLE = "unavailable"
    """The server failed (5xx or 408), on the last attempt too."""
    TIMED_OUT = "timed-out"
    """No response in time: the call's deadline passed, or every attempt timed out."""
    CONNECTION_FAILED = "connection-failed"
    """DNS, TCP or TLS failed, or the connection broke."""
    MALFORMED_RESPONSE = "malformed-response"
    """The response is not HTTP or JSON of this API, does not match the request, or is too large."""
    OTHER = "other"
    """Any other cause, also that the call was stopped by its caller."""


class Effect(_Word):
    """Effect of a failed call on the account."""

    NOT_APPLIED = "not-applied"
    """The call changed nothing."""
    POSSIBLY_APPLIED = "possibly-applied"
    """A change was sent, and no response of the API confirmed or rejected it: it may have been made. Read the user's state
    before relying on it, or repeat the call: suspending and reactivating are idempotent.
    """


class Outcome(_Word):
    """Result for one target of a bulk change, in a word."""

    CHANGED = "changed"
    """This call made the change: the server's response shows the user in the new state."""
    UNCHANGED = "unchanged"
    """The look-up found the user in the requested state. No change was sent."""
    WOULD_CHANGE = "would-change"
    """A change would have been sent if this were not a dry run, or if ``max_changes`` had not been exceeded."""
    FAILED = "failed"
    """The target failed. The ``effect`` of the error tells if the change may have been made."""
    SKIPPED = "skipped"
    """Not tried, because another target failed and ``stop_on_error`` is set, or because the call was stopped."""


class Verdict(_Word):
    """Result of one check."""

    PASSED = "passed"
    """It works."""
    FAILED = "failed"
    """It does not work; ``detail`` gives the cause and advice."""
    UNKNOWN = "unknown"
    """Not tried, or the response proves neither; ``detail`` gives the reason."""


@dataclass(frozen=True)
class User:
    """A user of the 1Password account. The API shows no roles, groups or devices.

    A field that the server left out is an empty string, except ``id``.
    """

    id: str
    """Opaque identifier, and the only key that the API looks users up by. Case-sensitive."""
    email: str
    """E-mail address used to sign in, as the server spells it."""
    display_name: str
    """Full name."""
    state: UserState
    """Access state."""
    create_time: str
    """Creation time in UTC, as the server sent it (RFC 3339)."""
    path: str
    """Resource name: ``accounts/<account>/users/<id>``."""


@dataclass(frozen=True)
class UserPage:
    """One page of a list."""

    users: list[User]
    """Users in the server's order. May be empty even if more pages follow."""
    next_page_token: Optional[str] = None
    """Position of the next page. None on the last page."""


@dataclass(frozen=True)
class UserList:
    """A list of users, read to its end or to a limit."""

    users: list[User]
    """Users in the server's order. A user whom the server lists twice while the list changes is contained once."""
    complete: bool
    """False if the limit was reached before the last page: more users may follow."""


@dataclass(frozen=True)
class Target:
    """A user to change."""

    user: str
    """Id of the user, or e-mail address, which has an ``@``."""
    expect_email: Optional[str] = None
    """E-mail address that the user must have; otherwise the target fails with ``precondition-failed``. At most 1024 bytes."""


@dataclass(frozen=True)
class TargetReport:
    """Result for one target, with everything the call learnt about the user."""

    outcome: Outcome
    """Result."""
    error: Optional[UsersError] = None
    """Error of a target that failed. None for all other outcomes."""
    user: Optional[User] = None
    """User as last seen by this call, in the response to the change or during look-up. None if never seen."""
    previous_state: Optional[UserState] = None
    """State before any change, as found during look-up. None if the user was not found or could not be read."""


@dataclass(frozen=True)
class Report:
    """Result of a bulk change."""

    targets: list[TargetReport]
    """One report per target, in the order of the targets. A user named twice is changed once and reported twice."""
    refused: Optional[UsersError]
    """Error ``precondition-failed`` if the whole call was refused because it would have changed more users than
    ``max_changes``. Nothing was changed then, and those users are ``would-change``."""
    requests: int
    """Number of HTTP requests sent for this call, token requests and retries included."""
    warnings: list[str]
    """Sentences for people about guards that did less than they seem to. Empty if there is nothing to say."""


@dataclass(frozen=True)
class Settled:
    """Result of one target of a bulk change that is still under way, or about to end."""

    target: int
    """Index of the target, from 0."""
    report: TargetReport
    """Report of the target, as in the report of the call."""


@dataclass(frozen=True)
class Finding:
    """Result of one check, with the details."""

    check: str
    """Name of the check: ``settings``, ``reach``, ``token``, ``account``, ``list-users``, ``get-user``, ``suspend-user`` or
    ``reactivate-user``. Later versions may add checks."""
    verdict: Verdict
    """Result."""
    detail: str
    """Observation and, for a failed check, advice; for people. Contains no secrets and no tokens."""
