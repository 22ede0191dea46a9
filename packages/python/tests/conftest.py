"""Fixtures: environments without proxies, and a simulated account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from servers import Account, simulating


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keeps proxies, certificates and the cache of the machine out of the tests."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """A simulated account of 100 users."""
    with simulating() as account:
        yield account
