"""Measures the package against bare httpx: medians of interleaved rounds, and their ratios.

Usage: bench.py SIMULATOR. Needs the installed package. Numbers of a machine that does other work at the same time mean little.
"""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from onepassword_users import AsyncClient, Client, _compiled
from onepassword_users._core import Core
from onepassword_users._machine import Machine

ROUNDS = 15
GETS = 100
PAGES = 4
PAGE = 1000
TICK = 0.001

Account = dict[str, str]


def simulating(path: str, users: int) -> tuple[subprocess.Popen[str], Account]:
    """Starts a simulator."""
    command = [path, "--json", "--users", str(users)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    account: Account = json.loads(process.stdout.readline())
    return process, account


def settings(account: Account) -> dict[str, Any]:
    """Returns the settings of a client."""
    names = ("account_id", "client_id", "client_secret")
    return {"base_url": account["url"], **{name: account[name] for name in names}}


def token(account: Account) -> dict[str, str]:
    """Exchanges a token, and returns the headers of a bare request."""
    response = httpx.post(
        account["url"] + "/v1beta1/users/oauth2/token",
        auth=(account["client_id"], account["client_secret"]),
        data={"grant_type": "client_credentials"},
        headers={"user-agent": "bench/1.0"},
    )
    return {"authorization": f"Bearer {response.raise_for_status().json()['access_token']}", "user-agent": "bench/1.0"}


def report(name: str, unit: str, scale: float, bare: list[float], ours: list[float], target: float | None) -> None:
    """Prints the medians and their ratio."""
    low, high = statistics.median(bare), statistics.median(ours)
    wanted = "" if target is None else f", target {target}"
    print(f"{name}: httpx {low * scale:.2f} {unit}, package {high * scale:.2f} {unit}, ratio {high / low:.2f}{wanted}")


def timed(action: Callable[[], object], count: int) -> float:
    """Returns the seconds of one action."""
    begun = time.perf_counter()
    for _ in range(count):
        action()
    return (time.perf_counter() - begun) / count


async def timed_async(action: Callable[[], Awaitable[object]], count: int) -> float:
    """Returns the seconds of one action."""
    begun = time.perf_counter()
    for _ in range(count):
        await action()
    return (time.perf_counter() - begun) / count


def checked(response: httpx.Response) -> Any:
    """Returns the JSON of a bare response."""
    return response.raise_for_status().json()


def measure_sync(account: Account) -> None:
    """Measures a get and a page of `Client`."""
    users = f"{account['url']}/v1beta1/accounts/{account['account_id']}/users"
    headers = token(account)
    with httpx.Client(headers=headers) as bare, Client(**settings(account)) as client:
        ids = [user.id for user in client.list(page_size=PAGE).users]
        gets: tuple[list[float], list[float]] = ([], [])
        pages: tuple[list[float], list[float]] = ([], [])
        for round_ in range(ROUNDS + 1):
            some = ids[round_]
            url = f"{users}/{some}"
            figures = (
                timed(lambda url=url: checked(bare.get(url)), GETS),  # type: ignore[misc]
                timed(lambda some=some: client.get(some), GETS),  # type: ignore[misc]
                timed(lambda: checked(bare.get(f"{users}?max_page_size={PAGE}")), PAGES),
                timed(lambda: client.list(page_size=PAGE), PAGES),
            )
            # The first round warms up.
            if round_ > 0:
                for series, figure in zip((*gets, *pages), figures):
                    series.append(figure)
    report("get, Client", "us", 1e6, *gets, 1.5)
    report(f"page of {PAGE}, Client", "ms", 1e3, *pages, 3.0)


async def measure_async(account: Account) -> None:
    """Measures a get and a page of `AsyncClient`."""
    users = f"{account['url']}/v1beta1/accounts/{account['account_id']}/users"
    headers = token(account)
    async with httpx.AsyncClient(headers=headers) as bare, AsyncClient(**settings(account)) as client:
        ids = [user.id for user in (await client.list(page_size=PAGE)).users]
        gets: tuple[list[float], list[float]] = ([], [])
        pages: tuple[list[float], list[float]] = ([], [])

        async def bare_get(url: str) -> object:
            return checked(await bare.get(url))

        for round_ in range(ROUNDS + 1):
            some = ids[round_]
            url = f"{users}/{some}"
            page = f"{users}?max_page_size={PAGE}"
            figures = (
                await timed_async(lambda url=url: bare_get(url), GETS),  # type: ignore[misc]
                await timed_async(lambda some=some: client.get(some), GETS),  # type: ignore[misc]
                await timed_async(lambda page=page: bare_get(page), PAGES),  # type: ignore[misc]
                await timed_async(lambda: client.list(page_size=PAGE), PAGES),
            )
            if round_ > 0:
                for series, figure in zip((*gets, *pages), figures):
                    series.append(figure)
    report("get, AsyncClient", "us", 1e6, *gets, None)
    report(f"page of {PAGE}, AsyncClient", "ms", 1e3, *pages, None)


class Collections:
    """CPU time of this thread in the garbage collector, in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._begun = 0.0
        gc.callbacks.append(self._note)

    def _note(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._begun = time.thread_time()
        else:
            self.seconds += time.thread_time() - self._begun


async def measure_loop(account: Account) -> None:
    """Measures how long a list of all users holds the event loop at a time."""
    collections = Collections()
    # From one tick to the next: seconds; of these, CPU time of the loop without collections, and in collections.
    holds: list[tuple[float, float, float]] = []

    async def tick() -> None:
        while True:
            before = time.perf_counter(), time.thread_time(), collections.seconds
            await asyncio.sleep(TICK)
            collected = collections.seconds - before[2]
            busy = time.thread_time() - before[1] - collected
            holds.append((time.perf_counter() - before[0] - TICK, busy, collected))

    async with AsyncClient(**settings(account), deadline_ms=600_000) as client:
        await client.check()
        ticking = asyncio.create_task(tick())
        begun = time.perf_counter()
        count = 0
        async for _ in client.list_all():
            count += 1
        seconds = time.perf_counter() - begun
        ticking.cancel()
    hold, busy, collected = (max(series) * 1e3 for series in zip(*holds))
    print(f"list of {count} users: {seconds * 1e3:.0f} ms; it holds the loop for {hold:.1f} ms at most, target 20")
    print(f"  CPU time of the longest step: {busy:.1f} ms, and of the longest collection of garbage: {collected:.1f} ms")


def measure_start(account: Account) -> None:
    """Measures the start of a client's module: compiled, and from its kept form."""
    wasm = _compiled.read_module()
    source = {"environment": {f"OP_USERS_{name.upper()}": value for name, value in settings(account).items()}}

    def start(folder: str | None) -> None:
        Core(Machine(_compiled.load(wasm, folder)), source)

    with tempfile.TemporaryDirectory() as folder:
        compiled = [timed(lambda: start(None), 1) for _ in range(3)]
        start(folder)
        kept = [timed(lambda: start(folder), 1) for _ in range(ROUNDS)]
    low, high = statistics.median(kept) * 1e3, statistics.median(compiled) * 1e3
    print(f"start: {high:.0f} ms with compilation, {low:.1f} ms from the kept form, target 5")


def main() -> None:
    """Runs all measurements."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    process, account = simulating(sys.argv[1], 1100)
    try:
        measure_start(account)
        measure_sync(account)
        asyncio.run(measure_async(account))
    finally:
        process.terminate()
    process, account = simulating(sys.argv[1], 100_000)
    try:
        asyncio.run(measure_loop(account))
    finally:
        process.terminate()


if __name__ == "__main__":
    main()
