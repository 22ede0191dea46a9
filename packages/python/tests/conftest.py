"""Fixtures: environments without proxies, no leaks, and a simulated account."""

from __future__ import annotations

import gc
import logging
import signal
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


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """Takes Ctrl-C as at a terminal: a shell that starts the tests in the background has it ignored, also by their children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _frozen() -> Iterator[None]:
    """Leaves the modules and tests themselves out of each collection, which then takes little time."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


class _Complaints(logging.Handler):
    """What asyncio logs: exceptions of tasks that were not fetched, tasks that were destroyed, callbacks that failed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@pytest.fixture(autouse=True)
def _no_leaks() -> Iterator[None]:
    """Finds what a test left behind. Unclosed sockets, coroutines that were not awaited and exceptions of destructors and
    threads are warnings, which pytest is set to fail for.
    """
    complaints = _Complaints()
    logger = logging.getLogger("asyncio")
    logger.addHandler(complaints)
    yield
    gc.collect()
    logger.removeHandler(complaints)
    assert complaints.texts == []


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """A simulated account of 100 users."""
    with simulating() as account:
        yield account
