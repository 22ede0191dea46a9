"""The driver of `AsyncClient`: one task for each request, and one timer."""

from __future__ import annotations

import asyncio
import collections
import contextlib
from functools import partial
from typing import Any, Optional, Union

import httpx

from . import _http
from ._core import Call, Core, Done, Item, OnSettled, Open, Sends, now
from ._driver import stopped, weightier
from ._errors import CallValue
from ._interruptible import make_interruptible
from ._results import settled as read_settled
from ._stop import Stop

Json = dict[str, Any]


class _Items:
    """What a call puts to its caller, in order."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._items: collections.deque[Item] = collections.deque()
        self._waiter: Optional[asyncio.Future[None]] = None

    def put(self, item: Item) -> None:
        self._items.append(item)
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def get(self) -> Item:
        while not self._items:
            self._waiter = self._loop.create_future()
            await self._waiter
        return self._items.popleft()

    def get_now(self) -> Item:
        return self._items.popleft() if self._items else None


class AsyncDriver:
    """Calls of one account in one event loop. No callback of a caller runs inside a step: each call hears of it in its own
    task.
    """

    def __init__(self, core: Core, http: httpx.AsyncClient, is_own: bool) -> None:
        self._core = core
        self._http = http
        self._is_own = is_own
        if is_own:
            make_interruptible(http)
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._is_closed = False
        self._calls: set[Call] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: Optional[asyncio.TimerHandle] = None

    async def run(
        self,
        operation: Json,
        on_settled: Optional[OnSettled] = None,
        stop: Optional[Stop] = None,
    ) -> CallValue:
        """Runs a call to its end and returns its value."""
        return (await self.run_to_end(operation, on_settled, stop)).value()

    async def run_to_end(
        self,
        operation: Json,
        on_settled: Optional[OnSettled] = None,
        stop: Optional[Stop] = None,
    ) -> Done:
        """Runs a call to its end. A cancelled task, or an exception of the callback, ends it at once, with the truth as the
        cause.
        """
        loop = self._own_loop()
        items = _Items(loop)
        call = Call(items.put)
        if stop is not None:
            # One that was asked for before: no request may be sent until it is carried out.
            call.stop = stop._asked
            stop._attach(id(call), partial(self._stop_soon, loop, [call]))
        try:
            self._calls.add(call)
            self._perform(self._core.start(call, operation))
            while not isinstance(item := await items.get(), Done):
                if on_settled is not None and item is not None:
                    on_settled(read_settled(item))
        except BaseException as error:
            self._abandon(call, items, error, on_settled)
            raise
        finally:
            self._calls.discard(call)
            if stop is not None:
                stop._detach(id(call))
        return item

    def stop(self, call: Optional[Call], at_once: bool) -> None:
        """Ends a call early, or all that are under way now."""
        if self._loop is not None and not self._is_closed:
            self._stop_soon(self._loop, list(self._calls) if call is None else [call], at_once)

    async def close(self) -> None:
        """Ends all calls at once, and then all connections."""
        if self._is_closed:
            return
        self._own_loop()
        self._is_closed = True
        self._core.close()
        if self._timer is not None:
            self._timer.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        try:
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            if self._is_own:
                await self._http.aclose()

    def _own_loop(self) -> asyncio.AbstractEventLoop:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise RuntimeError("AsyncClient needs a running event loop of asyncio: for others there is Client") from None
        if self._is_closed:
            raise RuntimeError("the client is closed")
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            raise RuntimeError("the client belongs to another event loop: make one in each, and close it there")
        return loop

    def _stop_soon(self, loop: asyncio.AbstractEventLoop, calls: list[Call], at_once: bool) -> None:
        # Also from another thread or a signal handler. A loop that is closed has no calls.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._stop_now, calls, at_once)

    def _stop_now(self, calls: list[Call], at_once: bool) -> None:
        self._perform(self._core.stop(calls, at_once))

    def _abandon(self, call: Call, items: _Items, error: BaseException, on_settled: Optional[OnSettled]) -> None:
        """Ends a call at once, and makes the truth about it the cause of the exception."""
        self._perform(self._core.abandon(call))
        raised = error
        while (item := items.get_now()) is not None:
            if isinstance(item, Done):
                if raised.__cause__ is None:
                    raised.__cause__ = stopped(item)
            elif on_settled is not None:
                try:
                    on_settled(read_settled(item))
                except BaseException as another:  # noqa: BLE001 - all that the callback would be told is in the report too.
                    raised = weightier(raised, another)
                    on_settled = None
        if raised is not error:
            raise raised

    def _perform(self, sends: Sends) -> None:
        """Carries out what a step wants: first the requests, then the timer."""
        assert self._loop is not None
        for open_ in sends:
            task = self._loop.create_task(self._send(open_))
            open_.cut = partial(_cancel, task)
            self._tasks.add(task)
            task.add_done_callback(partial(self._let_go, open_.id))
        self._set_timer()

    def _let_go(self, request: int, task: asyncio.Task[None]) -> None:
        """Forgets a task that has ended. One that was cancelled from outside, perhaps before its first step, told nothing."""
        self._tasks.discard(task)
        if task.cancelled():
            self._tell(request, _http.cancelled_event(request, now()))

    def _set_timer(self) -> None:
        """Sets the timer, if it must ring earlier than it does. One that rings too early is set again."""
        assert self._loop is not None
        due = self._core.look_at()
        if due is None:
            return
        # The loop's clock is that of `now`, but for its origin on some loops.
        at = self._loop.time() + max(0.0, due - now()) / 1000
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(at, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._perform(self._core.tick())

    def _tell(self, request: int, event: Json, piece: Union[bytes, memoryview] = b"") -> None:
        self._perform(self._core.tell(request, event, piece))

    async def _send(self, open_: Open) -> None:
        """Sends a request and tells its answer. Cancelled, it has nothing to tell."""
        if self._http.is_closed:
            return self._tell(open_.id, _http.closed_event(open_.id, now()))
        request: Optional[httpx.Request] = None
        try:
            request = _http.build(open_.request, None)
            if not self._is_own:
                request.extensions["trace"] = partial(_http.note_writing_in_task, open_)
            response = await self._http.send(request, stream=True, auth=None, follow_redirects=False)
            open_.is_begun = True
            try:
                await self._receive(open_, response)
            finally:
                await response.aclose()
        except Exception as error:  # noqa: BLE001 - each becomes an event: an unknown one is possibly sent.
            self._tell(open_.id, _http.failure_event(open_, now(), error, request))
        return None

    async def _receive(self, open_: Open, response: httpx.Response) -> None:
        body = _http.Body(response)
        if body.refused is not None:
            return self._tell(open_.id, _http.encoding_event(open_.id, now(), body.refused))
        self._core.hold(open_.id, _http.answer_event(open_.id, now(), response))
        self._set_timer()
        # `aiter_raw` would refuse a response that is read already.
        stream = response.stream if body.content is None else httpx.ByteStream(body.content)
        assert isinstance(stream, httpx.AsyncByteStream)
        last: Union[bytes, memoryview] = b""
        async for chunk in stream:
            for piece in body.pieces(chunk):
                # The body is longer than its head says.
                told, last = last, b""
                if body.is_last(piece):
                    piece, last = b"", piece
                for part in filter(len, (told, piece)):
                    if open_.id not in self._core.requests:
                        return None
                    self._tell(open_.id, _http.body_event(open_.id, now(), True), part)
        await response.aclose()
        return self._tell(open_.id, _http.body_event(open_.id, now(), False), last)


def _cancel(task: asyncio.Task[None]) -> None:
    """Cancels a request, but not from within: its task then ends by itself."""
    if task is not asyncio.current_task():
        task.cancel()
