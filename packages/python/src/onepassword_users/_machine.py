"""An instance of the module: an event in, actions out."""

from __future__ import annotations

import ctypes
import json
from typing import Any, Callable, Union

from wasmtime import Func, Instance, Memory, Store, Trap, WasmtimeError

from ._compiled import Compiled

Json = dict[str, Any]

VERSION = 1
MAX_EVENT = 32 << 20
# A piece of a body with its event. Only a bulk change of many users needs more.
_INBOX = (64 << 10) + (8 << 10)
_U32 = 0xFFFF_FFFF

encode: Callable[[Any], str] = json.JSONEncoder(separators=(",", ":")).encode


class MachineError(Exception):
    """The module does not do what its interface says. The instance is of no use any more."""


class Machine:
    """An instance of the module, for one account. Used by one thread at a time."""

    def __init__(self, compiled: Compiled) -> None:
        self._store = Store(compiled.engine)
        exports = Instance(self._store, compiled.module, []).exports(self._store)
        version = _function(self._store, exports["version"], parameters=0)()
        if version != VERSION:
            raise MachineError(f"the module has version {version} of its interface, and this package needs {VERSION}")
        memory = exports["memory"]
        if not isinstance(memory, Memory):
            raise MachineError("the module exports no memory")
        self._memory = memory
        self._inbox = _function(self._store, exports["inbox"], parameters=1)
        self._event = _function(self._store, exports["event"], parameters=1)
        self._size = 0
        self._address = 0
        self._base = 0
        self._end = 0
        self._make_room(_INBOX)

    def _make_room(self, size: int) -> None:
        if size > MAX_EVENT:
            raise ValueError(f"the call has {size} bytes of arguments, more than {MAX_EVENT}")
        address = self._inbox(size)
        if address == 0:
            raise MemoryError("the module has no memory for the call")
        self._size, self._address = size, address
        self._look_up_memory()

    def _look_up_memory(self) -> None:
        """Looks the module's memory up after a call, which may have moved it."""
        self._base = ctypes.addressof(self._memory.data_ptr(self._store).contents)
        self._end = self._memory.data_len(self._store)

    def event(self, head: str, piece: Union[bytes, memoryview] = b"") -> Json:
        """Tells the module an event, with a piece of a body, and returns its actions.

        Raises `ValueError` or `MemoryError` for an event that is too large, and `MachineError` if the module fails.
        """
        event = b"".join((head.encode(), b"\n", piece)) if piece else head.encode()
        size = len(event)
        if size > self._size:
            self._make_room(size)
        ctypes.memmove(self._within(self._address, size), event, size)
        address = self._event(size)
        self._look_up_memory()
        length = int.from_bytes(ctypes.string_at(self._within(address, 4), 4), "little")
        text = ctypes.string_at(self._within(address + 4, length), length)
        try:
            actions = json.loads(text)
        except ValueError as error:
            raise MachineError("the module's actions are not JSON") from error
        if not isinstance(actions, dict):
            raise MachineError("the module's actions are no object")
        return actions

    def _within(self, address: int, size: int) -> int:
        """Returns the address in this process of a place in the module's memory."""
        if address + size > self._end:
            raise MachineError("the module names a place outside of its memory")
        return self._base + address


def _function(store: Store, function: object, parameters: int) -> Callable[..., int]:
    """Returns an export as a function of unsigned numbers."""
    if not isinstance(function, Func):
        raise MachineError("the module lacks a function")
    type_ = function.type(store)
    if [str(kind) for kind in type_.params] != ["i32"] * parameters or [str(kind) for kind in type_.results] != ["i32"]:
        raise MachineError("a function of the module has another type")

    def call(*arguments: int) -> int:
        try:
            result = function(store, *arguments)
        except (Trap, WasmtimeError) as error:
            raise MachineError("the module trapped") from error
        return int(result) & _U32

    return _fast(store, function, parameters) or call


def _fast(store: Store, function: Func, parameters: int) -> Union[Callable[..., int], None]:
    """Returns the function without the checks of types that `wasmtime.Func` repeats for each call, and which take several
    times as long as the module. They use names that are not public: without them there is no such function.
    """
    try:
        from wasmtime import _ffi as ffi

        context = store._context()
        pointer = ctypes.byref(function._func)
        call_unchecked = ffi.wasmtime_func_call_unchecked
        values = (ffi.wasmtime_val_raw_t * 1)()
        trap = ctypes.POINTER(ffi.wasm_trap_t)()
        take_trap, take_error = Trap._from_ptr, WasmtimeError._from_ptr
        trap_pointer = ctypes.byref(trap)
    except (ImportError, AttributeError):
        return None

    def call(*arguments: int) -> int:
        # The store must live as long as its functions.
        assert store is not None
        for argument in arguments:
            values[0].i32 = argument
        error = call_unchecked(context, pointer, values, 1, trap_pointer)
        if error:
            raise MachineError("the module trapped") from take_error(error)
        if trap:
            raise MachineError("the module trapped") from take_trap(trap)
        return int(values[0].i32) & _U32

    assert parameters <= 1
    return call
