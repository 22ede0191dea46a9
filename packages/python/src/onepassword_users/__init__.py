"""A client for the 1Password Users API: list, find, suspend and reactivate the users of an account, one or many at once."""

from ._async_client import AsyncClient
from ._client import Client
from ._errors import Stopped, UsersError
from ._stop import Stop
from ._types import (
    Effect,
    ErrorCode,
    Finding,
    OtherState,
    Outcome,
    Report,
    Settled,
    State,
    StateFilter,
    Target,
    TargetReport,
    User,
    UserList,
    UserPage,
    UserState,
    Verdict,
)

__version__ = "0.2.0"

__all__ = [
    "AsyncClient",
    "Client",
    "Effect",
    "ErrorCode",
    "Finding",
    "OtherState",
    "Outcome",
    "Report",
    "Settled",
    "State",
    "StateFilter",
    "Stop",
    "Stopped",
    "Target",
    "TargetReport",
    "User",
    "UserList",
    "UserPage",
    "UserState",
    "UsersError",
    "Verdict",
    "__version__",
]
