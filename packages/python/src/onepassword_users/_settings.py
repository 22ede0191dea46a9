"""Settings of a client, checked by name and written for the module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from ._arguments import MAX_U32, integer, optional_text, text
from ._errors import UsersError
from ._types import ErrorCode

Json = dict[str, Any]

_REGIONS = ("com", "ca", "eu")
_API_VERSIONS = ("auto", "v1beta1", "v1")


def _refuse(message: str) -> UsersError:
    return UsersError(ErrorCode.NOT_CONFIGURED, message)


def _credentials(client_id: object, client_secret: object, basic: object) -> Json:
    if basic is not None:
        if client_id is not None or client_secret is not None:
            raise _refuse("basic and client_id or client_secret are set: set one of them")
        return {"basic": text("basic", basic)}
    for name, value in (("client_id", client_id), ("client_secret", client_secret)):
        if value is None:
            raise _refuse(f"{name} is not set")
    return {"client": {"clientId": text("client_id", client_id), "clientSecret": text("client_secret", client_secret)}}


def _base_url(region: Optional[str], base_url: Optional[str]) -> Any:
    if base_url is not None:
        if region is not None:
            raise _refuse("region and base_url are set: set one of them")
        return {"origin": base_url}
    if region is None:
        return "com"
    if region not in _REGIONS:
        raise _refuse(f"region must be 'com', 'ca' or 'eu', not {region!r}")
    return region


def source(
    *,
    account_id: object,
    client_id: object,
    client_secret: object,
    basic: object,
    region: object,
    base_url: object,
    api_version: object,
    token_path: object,
    revoke_path: object,
    user_agent: object,
    deadline_ms: object,
) -> Json:
    """The source `settings` of the event `configure`."""
    version = text("api_version", api_version)
    if version not in _API_VERSIONS:
        raise _refuse(f"api_version must be 'auto', 'v1beta1' or 'v1', not {version!r}")
    settings = {
        "accountId": text("account_id", account_id),
        "credentials": _credentials(client_id, client_secret, basic),
        "baseUrl": _base_url(optional_text("region", region), optional_text("base_url", base_url)),
        "apiVersion": version,
        "tokenPath": optional_text("token_path", token_path),
        "revokePath": optional_text("revoke_path", revoke_path),
        "userAgent": optional_text("user_agent", user_agent),
        "deadlineMs": None if deadline_ms is None else integer("deadline_ms", deadline_ms, MAX_U32),
    }
    return {"settings": {name: value for name, value in settings.items() if value is not None}}


def environment_source(environ: Mapping[str, str]) -> Json:
    """The source `environment` of the event `configure`."""
    if not isinstance(environ, Mapping):
        raise TypeError(f"environ must be a mapping, not {type(environ).__name__}")
    # Names in another letter case are the module's to judge; all others are none of its business.
    names = [name for name in environ if text("a name in environ", name).upper().startswith("OP_USER")]
    return {"environment": {text(name, name): text(name, environ[name]) for name in names}}
