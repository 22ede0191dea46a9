"""Tests of the driver of `AsyncClient`, with a stand-in for the module."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import httpx
import pytest
from fake_module import FakeModule
from servers import Request, Server, serving
from test_driver import answer, get, slow_but_the_first, suspend

from onepassword_users import Effect, Report, Stop, Stopped, User, UsersError
from onepassword_users._async_driver import AsyncDriver
from onepassword_users._core import Core


@contextlib.asynccontextmanager
async def driving(server: Server, **options: float) -> AsyncIterator[AsyncDriver]:
    http = httpx.AsyncClient(limits=httpx.Limits(max_connections=None))
    driver = AsyncDriver(Core(FakeModule(server.url, **options), {"settings": {}}), http, is_own=True)
    try:
        yield driver
    finally:
        await driver.close()


async def until_requested(server: Server, count: int) -> None:
    while len(server.requests) < count:  # noqa: ASYNC110 - the server is in another thread.
        await asyncio.sleep(0.001)


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Runs a test. A leaked task or an exception that no task heard of fails it."""

    async def watched() -> None:
        problems: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context))
        await coroutine
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert problems == []

    asyncio.run(watched())


def test_a_call_returns_its_value() -> None:
    async def test() -> None:
        with serving(answer) as server:
            async with driving(server) as driver:
                user = await driver.run(get("B"))
                assert isinstance(user, User)
                assert user.id == "B"

    run(test())


def test_calls_one_after_another_use_one_connection() -> None:
    async def test() -> None:
        with serving(answer) as server:
            async with driving(server) as driver:
                for _ in range(50):
                    await driver.run(get())
            assert server.connections == 1

    run(test())


def test_a_hung_server_ends_at_the_deadline_and_the_loop_ticks() -> None:
    async def test() -> None:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        with serving(Request.hang) as server:
            async with driving(server, deadline_ms=300) as driver:
                ticking = asyncio.create_task(tick())
                begun = time.monotonic()
                with pytest.raises(UsersError):
                    await driver.run(get())
                assert 0.29 < time.monotonic() - begun < 10
                ticking.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await ticking
        assert ticks >= 2

    run(test())


def test_a_cancelled_task_ends_the_call_with_the_truth() -> None:
    async def test() -> None:
        heard: list[object] = []
        causes: list[BaseException | None] = []

        async def call() -> None:
            try:
                await driver.run(suspend(*"ABCDEFGH"), heard.append)
            except asyncio.CancelledError as error:
                causes.append(error.__cause__)
                raise

        with serving(slow_but_the_first) as server:
            async with driving(server) as driver:
                task = asyncio.create_task(call())
                await until_requested(server, 5)
                begun = time.monotonic()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert time.monotonic() - begun < 10
        [cause] = causes
        assert isinstance(cause, Stopped)
        assert isinstance(cause.result, Report)
        assert str(cause) == "the call was stopped: 1 changed, 4 maybe-changed, 3 skipped"
        assert len(heard) == 5

    run(test())


def test_a_time_out_of_asyncio_is_told_as_one() -> None:
    async def test() -> None:
        with serving(Request.hang) as server:
            async with driving(server) as driver:
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(driver.run(get()), 0.1)
                with pytest.raises(UsersError, match="the connection broke"):
                    server.respond = Request.reset
                    await driver.run(get())

    run(test())


def test_a_callback_may_stop_its_own_call() -> None:
    async def test() -> None:
        stop = Stop()
        with serving(slow_but_the_first) as server:
            async with driving(server) as driver:
                report = await driver.run(suspend(*"ABCDEFGH"), lambda _: stop.cancel(), stop)
        assert isinstance(report, Report)
        outcomes = [str(target.outcome) for target in report.targets]
        assert outcomes[0] == "changed"
        assert outcomes.count("failed") == 4

    run(test())


def test_a_callback_may_start_and_cancel_other_calls() -> None:
    """A step of another call inside of a callback leaves the older step's timer and requests alone."""

    async def test() -> None:
        others: list[asyncio.Task[object]] = []
        with serving(answer) as server:
            async with driving(server) as driver:

                def nest(_: object) -> None:
                    task: asyncio.Task[object] = asyncio.ensure_future(driver.run(get()))
                    others.append(task)
                    asyncio.get_running_loop().call_soon(task.cancel)

                report = await driver.run(suspend(*"ABCDEFGH"), nest)
                assert isinstance(report, Report)
                await asyncio.gather(*others, return_exceptions=True)
        assert len(others) == 8

    run(test())


def test_an_exception_of_a_callback_ends_the_call_with_the_truth() -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError

    async def test() -> None:
        with serving(slow_but_the_first) as server:
            async with driving(server) as driver:
                with pytest.raises(ZeroDivisionError) as caught:
                    await driver.run(suspend(*"ABCDEFGH"), fail)
        assert isinstance(caught.value.__cause__, Stopped)

    run(test())


@pytest.mark.parametrize("first", [ZeroDivisionError, asyncio.CancelledError])
def test_an_exit_in_a_callback_ends_the_call_with_the_truth(first: type[BaseException]) -> None:
    """Also if the callback exits while the call ends because of another exception of it."""
    kinds = iter([first])

    def leave(_: object) -> None:
        raise next(kinds, asyncio.CancelledError)

    async def test() -> None:
        with serving(slow_but_the_first) as server:
            async with driving(server) as driver:
                with pytest.raises(asyncio.CancelledError) as caught:
                    await driver.run(suspend(*"ABCDEFGH"), leave)
        assert str(caught.value.__cause__) == "the call was stopped: 1 changed, 4 maybe-changed, 3 skipped"

    run(test())


def test_a_stop_of_all_calls_ends_no_later_call() -> None:
    async def test() -> None:
        with serving(answer) as server:
            async with driving(server) as driver:
                await driver.run(suspend("A"), lambda _: driver.stop(None, at_once=True))
                assert isinstance(await driver.run(get()), User)
                driver.stop(None, at_once=True)
                assert isinstance(await driver.run(get()), User)

    run(test())


def test_a_stop_of_all_calls_ends_each_of_them() -> None:
    async def test() -> None:
        with serving(Request.hang) as server:
            async with driving(server) as driver:
                calls = asyncio.gather(driver.run(get("A")), driver.run(get("B")), return_exceptions=True)
                await until_requested(server, 2)
                driver.stop(None, at_once=True)
                assert [type(error) for error in await calls] == [UsersError] * 2

    run(test())


def test_a_stop_from_another_thread_is_heard() -> None:
    async def test() -> None:
        stop = Stop()
        with serving(Request.hang) as server:
            async with driving(server) as driver:
                threading.Timer(0.05, stop.cancel).start()
                with pytest.raises(UsersError):
                    await driver.run(get(), None, stop)

    run(test())


def test_a_stop_asked_for_before_is_known_at_the_start() -> None:
    async def test() -> None:
        stop = Stop()
        stop.cancel()
        with serving(answer) as server:
            async with driving(server) as driver:
                with pytest.raises(UsersError) as caught:
                    await driver.run({"suspend-user": {"id": "A"}}, None, stop)
            assert server.requests == []
        assert caught.value.effect is Effect.NOT_APPLIED

    run(test())


@pytest.mark.parametrize("is_sent", [False, True], ids=["before it is sent", "after that"])
def test_a_request_cancelled_from_outside_ends_its_call(is_sent: bool) -> None:
    """As by a framework that cancels all tasks when it shuts down."""

    async def test() -> None:
        with serving(Request.hang) as server:
            async with driving(server) as driver:
                call = asyncio.create_task(driver.run({"suspend-user": {"id": "A"}}))
                await asyncio.sleep(0)
                if is_sent:
                    await until_requested(server, 1)
                [request] = asyncio.all_tasks() - {asyncio.current_task(), call}
                request.cancel()
                with pytest.raises(UsersError, match="was cancelled") as caught:
                    await asyncio.wait_for(asyncio.shield(call), 5)
                assert driver._core.requests == {}
            assert len(server.requests) == int(is_sent)
        assert caught.value.effect is Effect.POSSIBLY_APPLIED

    run(test())


def test_close_ends_calls_of_other_tasks() -> None:
    async def test() -> None:
        with serving(Request.hang) as server:
            async with driving(server) as driver:
                task = asyncio.create_task(driver.run(get()))
                await until_requested(server, 1)
                await driver.close()
                with pytest.raises(UsersError):
                    await task
                with pytest.raises(RuntimeError, match="closed"):
                    await driver.run(get())

    run(test())


def test_a_cancelled_close_closes_all_connections() -> None:
    async def test() -> None:
        with serving(Request.hang) as server:
            async with driving(server) as driver:
                call = asyncio.create_task(driver.run(get()))
                await until_requested(server, 1)
                closing = asyncio.create_task(driver.close())
                # It now waits for the task of the request.
                await asyncio.sleep(0)
                closing.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await closing
                assert driver._http.is_closed
                with pytest.raises(UsersError):
                    await call

    run(test())


def test_another_event_loop_is_refused() -> None:
    with serving(answer) as server:
        http = httpx.AsyncClient()
        driver = AsyncDriver(Core(FakeModule(server.url), {"settings": {}}), http, is_own=True)

        async def first() -> None:
            await driver.run(get())
            await http.aclose()

        async def second() -> None:
            with pytest.raises(RuntimeError, match="event loop"):
                await driver.run(get())

        asyncio.run(first())
        asyncio.run(second())
