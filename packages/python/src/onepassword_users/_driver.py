"""The driver of `Client`: threads that send requests and tell the module, while callers wait.

No step of the module runs in a caller's thread. So a `KeyboardInterrupt`, which Python raises between any two instructions
of the main thread, finds the caller waiting for a queue, and never a step half carried out.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import threading
import time
import weakref
from functools import partial
from typing import Any, Callable, Optional, Union

import httpx

from . import _http
from ._core import Call, Core, Done, Item, OnSettled, Open, Sends, now
from ._errors import CallValue, Stopped, UsersError
from ._interruptible import carrying, make_interruptible
from ._results import settled as read_settled
from ._stop import Stop

Json = dict[str, Any]
Job = Callable[[], None]
Items = queue.SimpleQueue[Item]
# An abandoned call ends in one step. This is for a module that computes for ever.
_ABANDON_SECONDS = 5.0
_CLOSE_SECONDS = 1.0


class Workers:
    """Daemon threads, as many as there are jobs at the same time.

    An interrupt of the thread that submits a job may lose the job, but no thread and no lock: a `threading.Condition`, which is
    written in Python, could stay locked.
    """

    def __init__(self) -> None:
        # Reentrant: a signal handler may interrupt `submit` in the same thread, and stop a call.
        self._lock = threading.RLock()
        self._jobs: queue.SimpleQueue[Optional[Job]] = queue.SimpleQueue()
        self._ended: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._idle = 0
        self._count = 0
        self._is_ended = False

    def submit(self, job: Job) -> None:
        """Runs a job in a thread that is idle, or in a new one, which is the only way after the end."""
        with self._lock:
            if self._idle > 0 and not self._is_ended:
                self._idle -= 1
                self._jobs.put(job)
            else:
                threading.Thread(target=self._work, args=([job],), name="onepassword-users", daemon=True).start()

    def end(self) -> None:
        """Ends the threads after the jobs under way."""
        with self._lock:
            self._is_ended = True
            self._jobs.put(None)

    def wait(self, seconds: float) -> None:
        """Waits until the threads have ended, for a time at most."""
        deadline = time.monotonic() + seconds
        with contextlib.suppress(queue.Empty):
            for _ in range(self._count):
                self._ended.get(timeout=max(0.0, deadline - time.monotonic()))

    def _work(self, first: list[Job]) -> None:
        with self._lock:
            self._count += 1
        # Taken out of the list, because the thread keeps its arguments.
        job: Optional[Job] = first.pop()
        try:
            while job is not None:
                job()
                # A thread that is idle must not keep the client of its last job.
                del job
                with self._lock:
                    self._idle += 1
                job = self._jobs.get()
            # For the next thread.
            self._jobs.put(None)
        finally:
            self._ended.put(None)


class Driver:
    """Calls of one account, from any number of threads."""

    def __init__(self, core: Core, http: httpx.Client, is_own: bool) -> None:
        self._core = core
        self._http = http
        self._is_own = is_own
        if is_own:
            make_interruptible(http)
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._is_closed = False
        # No lock: a signal handler may ask for a stop at any instruction. Each use of the set is one step of the interpreter.
        self._calls: set[Call] = set()
        self._workers = Workers()
        self._pokes: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._next_look: Optional[float] = None
        # Reentrant: a signal handler may make a call.
        self._starting = threading.RLock()
        self._has_timekeeper = False
        self._finalizer = weakref.finalize(self, _end, self._workers, self._pokes, http if is_own else None, self._pid)

    def run(self, operation: Json, on_settled: Optional[OnSettled] = None, stop: Optional[Stop] = None) -> CallValue:
        """Runs a call to its end and returns its value."""
        return self.run_to_end(operation, on_settled, stop).value()

    def run_to_end(self, operation: Json, on_settled: Optional[OnSettled] = None, stop: Optional[Stop] = None) -> Done:
        """Runs a call to its end. An exception in this thread ends it at once, with the truth as the cause."""
        self._check_usable()
        self._start_timekeeper()
        items: Items = queue.SimpleQueue()
        call = Call(items.put)
        if stop is not None:
            # One that was asked for before: no request may be sent until it is carried out.
            call.stop = stop._asked
            stop._attach(id(call), partial(self.stop, call))
        try:
            self._calls.add(call)
            self._workers.submit(partial(self._perform, partial(self._core.start, call, operation)))
            _hear(items, on_settled, None)
        except BaseException as error:
            self._abandon(call, items, error, on_settled)
            raise
        finally:
            self._calls.discard(call)
            if stop is not None:
                stop._detach(id(call))
        assert call.done is not None
        return call.done

    def stop(self, call: Optional[Call], at_once: bool) -> None:
        """Asks for an early end of a call, or of all that are under way now, and returns at once."""
        if os.getpid() == self._pid and not self._is_closed:
            calls = list(self._calls) if call is None else [call]
            self._workers.submit(partial(self._perform, partial(self._core.stop, calls, at_once)))

    def close(self) -> None:
        """Ends all calls at once, and then all connections and threads."""
        if self._is_closed:
            return
        if os.getpid() != self._pid:
            # The connections and threads are those of the parent process.
            self._is_closed = True
            self._finalizer.detach()
            return
        # An interrupt ends the waits, and nothing else.
        try:
            self._is_closed = True
            self._finalizer.detach()
            self._end_calls()
        finally:
            try:
                self._workers.end()
                self._pokes.put(False)
                if self._is_own:
                    # A connection that is being made would not be closed with the others.
                    self._workers.wait(_CLOSE_SECONDS)
            finally:
                if self._is_own:
                    self._http.close()

    def _end_calls(self) -> None:
        ended: queue.SimpleQueue[None] = queue.SimpleQueue()
        try:
            self._workers.submit(partial(self._close_calls, ended))
        except RuntimeError:
            # There is no thread to be had.
            self._close_calls(ended)
        with contextlib.suppress(queue.Empty):
            ended.get(timeout=_ABANDON_SECONDS)

    def _close_calls(self, ended: queue.SimpleQueue[None]) -> None:
        with self._lock:
            self._core.close()
        ended.put(None)

    def _check_usable(self) -> None:
        if os.getpid() != self._pid:
            raise RuntimeError("the client was made before a fork: make one in each process")
        if self._is_closed:
            raise RuntimeError("the client is closed")

    def _start_timekeeper(self) -> None:
        """Starts the timekeeper in the thread of a call, which hears of it if there is no thread to be had."""
        with self._starting:
            if not self._has_timekeeper:
                target = partial(_keep_time, weakref.ref(self), self._pokes)
                threading.Thread(target=target, name="onepassword-users-time", daemon=True).start()
                self._has_timekeeper = True

    def _abandon(self, call: Call, items: Items, error: BaseException, on_settled: Optional[OnSettled]) -> None:
        """Ends a call at once, and makes the truth about it the cause of the exception."""
        self._workers.submit(partial(self._end_now, call))
        raised = error
        try:
            _hear(items, on_settled, _ABANDON_SECONDS)
        except BaseException as another:  # noqa: BLE001 - of the callback: all that it would be told is in the report too.
            raised = weightier(error, another)
            with contextlib.suppress(queue.Empty):
                _hear(items, None, _ABANDON_SECONDS)
        if call.done is not None and raised.__cause__ is None:
            raised.__cause__ = stopped(call.done)
        if raised is not error:
            raise raised

    def _end_now(self, call: Call) -> None:
        self._perform(partial(self._core.abandon, call))
        # There may have been an end already, which the caller has taken and not used.
        call.put(None)

    # Below: in threads of this driver only.

    def _perform(self, step: Callable[[], Sends]) -> None:
        """Carries out a step, and one of the requests that it wants; the others go to other threads."""
        sends = self._step(step)
        while sends:
            self._hand_over(sends[1:])
            sends = self._send(sends[0])

    def _hand_over(self, requests: Sends) -> None:
        """Sends requests in other threads."""
        waiting = list(requests)
        while waiting:
            request = waiting.pop(0)
            try:
                self._workers.submit(partial(self._perform, partial(lambda request: [request], request)))
            except RuntimeError:
                waiting += self._tell(request.id, _http.no_thread_event(request.id, now()))

    def _step(self, step: Callable[[], Sends]) -> Sends:
        with self._lock:
            try:
                sends = step()
                self._set_timer()
            except BaseException as error:
                # No call may wait for what this step did not do.
                self._core.fail(f"a step failed ({type(error).__name__})")
                raise
        return sends

    def _set_timer(self) -> None:
        """Wakes the timekeeper, if it must look earlier than it would. One that looks too early looks again."""
        at = self._core.look_at()
        if at is not None and (self._next_look is None or at < self._next_look):
            self._next_look = at
            self._pokes.put(True)

    def _look(self) -> Optional[float]:
        """Tells the time if it is due. Returns the seconds until the next look; None if there is nothing to wait for."""
        self._hand_over(self._step(self._core.tick))
        with self._lock:
            at = self._next_look = self._core.look_at()
        return None if at is None else max(0.0, (at - now()) / 1000)

    def _tell(self, request: int, event: Json, piece: Union[bytes, memoryview] = b"") -> Sends:
        return self._step(partial(self._core.tell, request, event, piece))

    def _send(self, open_: Open) -> Sends:
        """Sends a request and tells its answer. Returns the requests that follow from its end."""
        if open_.id not in self._core.requests:
            return []
        if self._http.is_closed:
            return self._tell(open_.id, _http.closed_event(open_.id, now()))
        request: Optional[httpx.Request] = None
        try:
            request = _http.build(open_.request, _http.READ_TIMEOUT)
            if not self._is_own:
                request.extensions["trace"] = partial(_http.note_writing, open_)
            with carrying(open_):
                response = self._http.send(request, stream=True, auth=None, follow_redirects=False)
                open_.is_begun = True
                with contextlib.closing(response):
                    return self._receive(open_, response)
        except Exception as error:  # noqa: BLE001 - each becomes an event: an unknown one is possibly sent.
            return self._tell(open_.id, _http.failure_event(open_, now(), error, request))

    def _receive(self, open_: Open, response: httpx.Response) -> Sends:
        body = _http.Body(response)
        if body.refused is not None:
            return self._tell(open_.id, _http.encoding_event(open_.id, now(), body.refused))
        # `iter_raw` would refuse a response that is read already.
        stream = response.stream if body.content is None else httpx.ByteStream(body.content)
        assert isinstance(stream, httpx.SyncByteStream)
        with self._lock:
            self._core.hold(open_.id, _http.answer_event(open_.id, now(), response))
            self._set_timer()
        last: Union[bytes, memoryview] = b""
        for piece in itertools.chain.from_iterable(map(body.pieces, stream)):
            # The body is longer than its head says.
            told, last = last, b""
            if body.is_last(piece):
                piece, last = b"", piece
            for part in filter(len, (told, piece)):
                if open_.id not in self._core.requests:
                    return []
                self._hand_over(self._tell(open_.id, _http.body_event(open_.id, now(), True), part))
        response.close()
        return self._tell(open_.id, _http.body_event(open_.id, now(), False), last)


def _hear(items: Items, on_settled: Optional[OnSettled], timeout: Optional[float]) -> None:
    """Passes on what a call puts to its caller, to the end."""
    while True:
        item = items.get(timeout=timeout)
        if item is None or isinstance(item, Done):
            return
        if on_settled is not None:
            on_settled(read_settled(item))


def weightier(first: BaseException, second: BaseException) -> BaseException:
    """Returns the exception to go on with: a `KeyboardInterrupt` or the like is not lost to an `Exception` before it."""
    return second if isinstance(first, Exception) and not isinstance(second, Exception) else first


def stopped(done: Done) -> Stopped:
    """Returns the end of a call as the cause of an exception."""
    try:
        return Stopped(result=done.value())
    except UsersError as error:
        return Stopped(error=error)


def _keep_time(driver: weakref.ref[Driver], pokes: queue.SimpleQueue[bool]) -> None:
    """Wakes the module in time. Keeps no client alive."""
    timeout: Optional[float] = None
    while True:
        with contextlib.suppress(queue.Empty):
            if not pokes.get(timeout=timeout):
                # For another one, if an interrupt hid that this one was started.
                pokes.put(False)
                return
        it = driver()
        if it is None:
            return
        timeout = it._look()
        del it


def _end(workers: Workers, pokes: queue.SimpleQueue[bool], http: Optional[httpx.Client], pid: int) -> None:
    """Ends the threads and connections of a client that was not closed, when nothing uses it any more."""
    if os.getpid() == pid:
        workers.end()
        pokes.put(False)
        if http is not None:
            http.close()
