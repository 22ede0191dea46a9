"""Tests of the driver of `Client`, with a stand-in for the module."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import signal
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from functools import partial

import httpx
import pytest
from fake_module import FakeModule
from servers import Request, Server, serving

from onepassword_users import Effect, ErrorCode, Report, Stop, Stopped, User, UsersError
from onepassword_users._core import Core
from onepassword_users._driver import Driver
from onepassword_users._machine import MachineError

USER = {"id": "A", "email": "a@acme.example", "displayName": "A", "state": "suspended", "createTime": "", "path": ""}


def answer(request: Request) -> None:
    request.answer(200, {**USER, "id": request.path[1:]})


def slow_but_the_first(request: Request) -> None:
    """Answers for the user A, and leaves all others waiting."""
    if request.path == "/A":
        answer(request)
    else:
        request.hang()


@contextlib.contextmanager
def driving(server: Server, module: FakeModule | None = None, **options: float) -> Iterator[Driver]:
    http = httpx.Client(limits=httpx.Limits(max_connections=None))
    driver = Driver(Core(module or FakeModule(server.url, **options), {"settings": {}}), http, is_own=True)
    try:
        yield driver
    finally:
        driver.close()


def get(id: str = "A") -> dict[str, object]:
    return {"get-user": {"id": id}}


def suspend(*ids: str, **options: object) -> dict[str, object]:
    return {"suspend-users": {"targets": [{"who": {"id": id}} for id in ids], "options": options}}


def test_a_call_returns_its_value() -> None:
    with serving(answer) as server, driving(server) as driver:
        user = driver.run(get("B"))
    assert isinstance(user, User)
    assert user.id == "B"


def test_calls_of_one_thread_use_one_connection() -> None:
    with serving(answer) as server, driving(server) as driver:
        for _ in range(50):
            driver.run(get())
        assert server.connections == 1


def test_requests_of_a_bulk_change_are_concurrent() -> None:
    barrier = threading.Barrier(4)

    def together(request: Request) -> None:
        barrier.wait(10)
        answer(request)

    with serving(together) as server, driving(server) as driver:
        report = driver.run(suspend(*"ABCDEFGH"))
    assert isinstance(report, Report)
    assert [str(target.outcome) for target in report.targets] == ["changed"] * 8


def test_a_hung_server_ends_at_the_deadline() -> None:
    with serving(Request.hang) as server, driving(server, deadline_ms=300) as driver:
        begun = time.monotonic()
        with pytest.raises(UsersError) as caught:
            driver.run(get())
        assert 0.29 < time.monotonic() - begun < 100
    assert caught.value.code is ErrorCode.TIMED_OUT


def test_a_head_that_trickles_ends_at_the_deadline() -> None:
    def trickle(request: Request) -> None:
        with contextlib.suppress(OSError):
            for letter in "HTTP/1.1 200 OK\r\nX-Long: " + "x" * 1000:
                request.send(letter.encode())
                time.sleep(0.01)

    with serving(trickle) as server, driving(server, deadline_ms=300) as driver:
        begun = time.monotonic()
        with pytest.raises(UsersError, match="failed"):
            driver.run(get())
        assert time.monotonic() - begun < 10


def test_a_deadline_is_kept_after_a_longer_one() -> None:
    with serving(Request.hang) as server:
        module = FakeModule(server.url, deadline_ms=20_000)
        with driving(server, module) as driver:

            def call() -> None:
                with pytest.raises(UsersError):
                    driver.run(get())

            thread = threading.Thread(target=call)
            thread.start()
            while not server.requests:
                time.sleep(0.001)
            module.deadline_ms = 200
            begun = time.monotonic()
            with pytest.raises(UsersError):
                driver.run(get())
            assert time.monotonic() - begun < 10
            driver.stop(None, at_once=True)
            thread.join(10)
            assert not thread.is_alive()


def test_callbacks_run_in_the_thread_of_the_call() -> None:
    threads = set()
    with serving(answer) as server, driving(server) as driver:
        driver.run(suspend(*"ABC"), lambda _: threads.add(threading.get_ident()))
    assert threads == {threading.get_ident()}


def test_a_callback_may_make_another_call() -> None:
    found: list[object] = []
    with serving(answer) as server, driving(server) as driver:
        driver.run(suspend(*"ABC"), lambda settled: found.append(driver.run(get(str(settled.target)))))
    assert {user.id for user in found if isinstance(user, User)} == {"0", "1", "2"}


def test_a_callback_may_stop_its_own_call() -> None:
    stop = Stop()

    with serving(slow_but_the_first) as server, driving(server) as driver:
        report = driver.run(suspend(*"ABCDEFGH"), lambda _: stop.cancel(), stop)
    assert isinstance(report, Report)
    outcomes = [str(target.outcome) for target in report.targets]
    assert outcomes[0] == "changed"
    assert outcomes.count("failed") == 4
    assert outcomes[5:] == ["skipped"] * 3


@pytest.mark.parametrize("place", ["between calls", "callback"])
def test_a_stop_of_all_calls_ends_no_later_call(place: str) -> None:
    """However late the threads of the client carry the stop out."""
    held: list[Callable[[], None]] = []

    def stop(_: object = None) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(driver._workers, "submit", held.append)
            driver.stop(None, at_once=True)

    def late(request: Request) -> None:
        while request.path == "/Z" and held:
            held.pop()()
        answer(request)

    with serving(late) as server, driving(server) as driver:
        if place == "callback":
            driver.run(suspend("A"), stop)
            assert held
        else:
            stop()
        assert isinstance(driver.run(get("Z")), User)
        assert held == []


def test_a_stop_of_all_calls_ends_each_of_them() -> None:
    codes: list[ErrorCode] = []

    def call(id: str) -> None:
        with pytest.raises(UsersError) as caught:
            driver.run(get(id))
        codes.append(caught.value.code)

    with serving(Request.hang) as server, driving(server) as driver:
        threads = [threading.Thread(target=call, args=(id,)) for id in "AB"]
        for thread in threads:
            thread.start()
        while len(server.requests) < 2:
            time.sleep(0.001)
        driver.stop(None, at_once=True)
        for thread in threads:
            thread.join(10)
    assert codes == [ErrorCode.OTHER] * 2


def test_drain_waits_for_what_is_under_way() -> None:
    stop = Stop()
    release = threading.Event()

    def held(request: Request) -> None:
        release.wait(10)
        answer(request)

    with serving(held) as server, driving(server, module := FakeModule(server.url)) as driver:

        def drain() -> None:
            while len(server.requests) < 4:
                time.sleep(0.001)
            stop.drain()
            while "stop" not in module.events:
                time.sleep(0.001)
            release.set()

        thread = threading.Thread(target=drain)
        thread.start()
        report = driver.run(suspend(*"ABCDEFGH"), None, stop)
        thread.join()
    assert isinstance(report, Report)
    assert [str(target.outcome) for target in report.targets] == ["changed"] * 4 + ["skipped"] * 4


def test_a_call_stopped_before_it_starts_sends_nothing() -> None:
    stop = Stop()
    stop.cancel()
    with serving(answer) as server, driving(server) as driver:
        report = driver.run(suspend(*"ABCDEFGH"), None, stop)
        assert server.requests == []
    assert isinstance(report, Report)
    assert all(target.error is None or target.error.effect is Effect.NOT_APPLIED for target in report.targets)


def test_a_stop_asked_for_before_is_known_at_the_start() -> None:
    """However late the threads of the client carry the stop out."""
    stop = Stop()
    stop.cancel()
    with serving(answer) as server, driving(server) as driver:
        submit = driver._workers.submit
        jobs: list[Callable[[], None]] = []

        def submit_but_the_first(job: Callable[[], None]) -> None:
            jobs.append(job)
            if len(jobs) > 1:
                submit(job)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(driver._workers, "submit", submit_but_the_first)
            with pytest.raises(UsersError) as caught:
                driver.run({"suspend-user": {"id": "A"}}, None, stop)
        assert server.requests == []
    assert caught.value.effect is Effect.NOT_APPLIED


def test_an_exception_of_a_callback_ends_the_call_with_the_truth() -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError

    with serving(slow_but_the_first) as server, driving(server) as driver, pytest.raises(ZeroDivisionError) as caught:
        driver.run(suspend(*"ABCDEFGH"), fail)
    cause = caught.value.__cause__
    assert isinstance(cause, Stopped)
    assert isinstance(cause.result, Report)
    assert str(cause) == "the call was stopped: 1 changed, 4 maybe-changed, 3 skipped"


@pytest.mark.parametrize("first", [ZeroDivisionError, SystemExit])
def test_an_exit_in_a_callback_ends_the_call_with_the_truth(first: type[BaseException]) -> None:
    """Also if the callback exits while the call ends because of another exception of it."""
    kinds = iter([first])
    heard = 0

    def leave(_: object) -> None:
        nonlocal heard
        heard += 1
        raise next(kinds, SystemExit)

    with serving(slow_but_the_first) as server, driving(server) as driver, pytest.raises(SystemExit) as caught:
        driver.run(suspend(*"ABCDEFGH"), leave)
    assert str(caught.value.__cause__) == "the call was stopped: 1 changed, 4 maybe-changed, 3 skipped"
    assert heard == 2


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers of signals on this system")
def test_an_interrupt_ends_the_call_with_the_truth() -> None:
    heard: list[object] = []
    numbers = itertools.count(1)

    def interrupt_at_the_fourth(request: Request) -> None:
        if next(numbers) == 4:
            os.kill(os.getpid(), signal.SIGINT)
        request.hang()

    with serving(interrupt_at_the_fourth) as server, driving(server) as driver:
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt) as caught:
            driver.run(suspend(*"ABCDEFGH"), heard.append)
        assert time.monotonic() - begun < 10
    cause = caught.value.__cause__
    assert isinstance(cause, Stopped)
    assert str(cause) == "the call was stopped: 4 maybe-changed, 4 skipped"
    assert len(heard) == 4


def test_interrupts_at_random_leave_a_client_that_works() -> None:
    """Interrupts that arrive at any instruction of a call lose no result and block no later call."""
    caught = 0
    with serving(answer) as server, driving(server) as driver:
        driver.run(get())
        previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
        try:
            for attempt in range(120):
                signal.setitimer(signal.ITIMER_REAL, 0.00002 * (attempt % 60 + 1))
                try:
                    driver.run(get())
                    signal.setitimer(signal.ITIMER_REAL, 0)
                except KeyboardInterrupt as error:
                    caught += 1
                    assert error.__cause__ is None or isinstance(error.__cause__, Stopped)
        except KeyboardInterrupt:
            caught += 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
        assert isinstance(driver.run(get("Z")), User)
    assert caught > 0


def _signal(number: int, _: Request) -> None:
    os.kill(os.getpid(), number)


def test_other_exceptions_of_signal_handlers_end_the_call_too() -> None:
    def handler(_: int, __: object) -> None:
        raise SystemExit(3)

    previous = signal.signal(signal.SIGUSR1, handler)
    try:
        respond = partial(_signal, signal.SIGUSR1)
        with serving(respond) as server, driving(server) as driver, pytest.raises(SystemExit) as caught:
            driver.run(suspend("A"))
    finally:
        signal.signal(signal.SIGUSR1, previous)
    assert isinstance(caught.value.__cause__, Stopped)


def test_a_cancelled_request_closes_its_connection() -> None:
    """Also one that waits for a head, on a connection that was used before."""
    closed = threading.Event()

    def hang(request: Request) -> None:
        request.hang()
        closed.set()

    with serving(answer) as server, driving(server, deadline_ms=300) as driver:
        driver.run(get())
        server.respond = hang
        with pytest.raises(UsersError):
            driver.run(get())
        assert server.connections == 1
        assert closed.wait(2)


def test_close_ends_calls_of_other_threads() -> None:
    results: list[UsersError] = []

    def call() -> None:
        try:
            driver.run(suspend("A"))
        except UsersError as error:
            results.append(error)

    with serving(Request.hang) as server, driving(server) as driver:
        thread = threading.Thread(target=call)
        thread.start()
        while not server.requests:
            time.sleep(0.001)
        driver.close()
        thread.join(10)
        assert not thread.is_alive()
        with pytest.raises(RuntimeError, match="closed"):
            driver.run(get())


def test_a_call_beside_close_ends_too() -> None:
    """Also one that found the client open, and goes on when it is closed."""
    results: list[UsersError] = []
    has_checked, go_on = threading.Event(), threading.Event()

    def check_usable() -> None:
        has_checked.set()
        go_on.wait(10)

    def call() -> None:
        with pytest.raises(UsersError, match="it is closed") as caught:
            driver.run(suspend("A"))
        results.append(caught.value)

    with serving(answer) as server, driving(server) as driver:
        driver.run(get())
        driver._check_usable = check_usable  # type: ignore[method-assign]
        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        assert has_checked.wait(10)
        driver.close()
        go_on.set()
        thread.join(10)
        assert not thread.is_alive()
        assert len(server.requests) == 1
    assert [error.effect for error in results] == [Effect.NOT_APPLIED]


@pytest.mark.parametrize("place", ["submit", "wait"])
def test_an_interrupted_close_closes_all_connections(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    def interrupt(*_: object) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    with serving(answer) as server, driving(server) as driver:
        driver.run(get())
        monkeypatch.setattr(driver._workers, place, interrupt)
        with pytest.raises(KeyboardInterrupt):
            driver.close()
        assert driver._http.is_closed


def test_close_without_another_thread_ends_all_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    results: list[UsersError] = []

    def call() -> None:
        with pytest.raises(UsersError) as caught:
            driver.run(get())
        results.append(caught.value)

    with serving(Request.hang) as server, driving(server) as driver:
        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        while not server.requests:
            time.sleep(0.001)
        refuse_threads(monkeypatch, "onepassword-users", 1000)
        driver.close()
        thread.join(10)
        assert not thread.is_alive()


def test_a_client_that_is_dropped_ends_its_threads_and_connections() -> None:
    closed = threading.Event()

    def answer_and_wait(request: Request) -> None:
        answer(request)
        request.hang()
        closed.set()

    with serving(answer_and_wait) as server:
        others = set(threading.enumerate())
        driver = Driver(Core(FakeModule(server.url), {"settings": {}}), httpx.Client(), is_own=True)
        driver.run(get())
        started = set(threading.enumerate()) - others
        before = {thread for thread in started if thread.name.startswith("onepassword-users")}
        assert before
        ref = weakref.ref(driver)
        del driver
        deadline = time.monotonic() + 10
        while any(thread.is_alive() for thread in before) and time.monotonic() < deadline:
            gc.collect()
            time.sleep(0.01)
        assert ref() is None
        assert not any(thread.is_alive() for thread in before)
        assert closed.wait(10)


def test_a_module_that_fails_ends_all_calls_with_their_effects() -> None:
    class Failing(FakeModule):
        def event(self, head: str, piece: object = b"") -> dict[str, object]:
            if head.startswith('{"answer"'):
                raise MachineError("the module trapped")
            return super().event(head, piece)

    with serving(answer) as server, driving(server, Failing(server.url)) as driver:
        with pytest.raises(UsersError, match="cannot go on: the module trapped") as of_change:
            driver.run({"suspend-user": {"id": "A"}})
        with pytest.raises(UsersError, match="cannot go on") as of_get:
            driver.run(get())
    assert of_change.value.effect is Effect.POSSIBLY_APPLIED
    assert of_get.value.effect is Effect.NOT_APPLIED


@pytest.mark.parametrize("failing", ["start", "stop", "answer"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_step_that_fails_leaves_no_call_waiting(failing: str) -> None:
    class Failing(FakeModule):
        def event(self, head: str, piece: object = b"") -> dict[str, object]:
            if head.startswith(f'{{"{failing}"'):
                raise ZeroDivisionError
            return super().event(head, piece)

    errors: list[UsersError] = []

    def call() -> None:
        with pytest.raises(UsersError, match="cannot go on: a step failed \\(ZeroDivisionError\\)") as caught:
            driver.run(get())
        errors.append(caught.value)

    with serving(Request.hang if failing == "stop" else answer) as server, driving(server, Failing(server.url)) as driver:
        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        if failing == "stop":
            while not server.requests:
                time.sleep(0.001)
            driver.stop(None, at_once=True)
        thread.join(5)
        assert len(errors) == 1


def test_a_module_that_traps_at_the_start_ends_the_call() -> None:
    class Failing(FakeModule):
        def event(self, head: str, piece: object = b"") -> dict[str, object]:
            if head.startswith('{"start"'):
                raise MachineError("the module trapped")
            return super().event(head, piece)

    errors: list[UsersError] = []

    def call() -> None:
        with pytest.raises(UsersError, match="cannot go on: the module trapped") as caught:
            driver.run(get())
        errors.append(caught.value)

    with serving(answer) as server, driving(server, Failing(server.url)) as driver:
        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        thread.join(5)
        assert len(errors) == 1


def refuse_threads(monkeypatch: pytest.MonkeyPatch, name: str, times: int) -> None:
    """Lets the start of threads with a name fail, as a limit of the system does."""
    start = threading.Thread.start
    left = iter(range(times))

    def start_or_fail(thread: threading.Thread) -> None:
        if thread.name == name and next(left, None) is not None:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_or_fail)


@pytest.mark.parametrize("name", ["onepassword-users-time", "onepassword-users"])
def test_a_thread_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """And the next call has its deadline."""
    caught: list[BaseException] = []

    def call() -> None:
        for _ in range(2):
            try:
                driver.run(get())
            except (RuntimeError, UsersError) as error:
                caught.append(error)

    with serving(Request.hang) as server, driving(server, deadline_ms=300) as driver:
        # Twice for a call: its start and its end.
        refuse_threads(monkeypatch, name, 1 if name.endswith("time") else 2)
        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        thread.join(5)
    first, second = caught
    assert "can't start new thread" in str(first)
    assert isinstance(second, UsersError)
    assert second.code is ErrorCode.TIMED_OUT


def test_requests_without_a_thread_are_surely_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answer) as server, driving(server, deadline_ms=5000) as driver:
        driver.run(get())
        refuse_threads(monkeypatch, "onepassword-users", 1000)
        report = driver.run(suspend(*"ABCDEFGH"))
        assert len(server.requests) == 2
    assert isinstance(report, Report)
    failed = [target.error for target in report.targets if target.error is not None]
    assert len(failed) == 7
    assert {(error.code, error.effect) for error in failed} == {(ErrorCode.CONNECTION_FAILED, Effect.NOT_APPLIED)}
    assert failed[0].message == "no thread could be started"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_gets_a_clear_error() -> None:
    with serving(answer) as server, driving(server) as driver:
        driver.run(get())
        child = os.fork()
        if child == 0:
            try:
                driver.run(get())
            except RuntimeError as error:
                driver.close()
                os._exit(7 if "fork" in str(error) else 8)
            os._exit(9)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert isinstance(driver.run(get()), User)
