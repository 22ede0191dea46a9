"""The compiled module: from the package's file, or from the form that an earlier process kept in the user's cache folder.

Compilation takes some 700 ms, the kept form some 4 ms. Machine code that is loaded runs with all rights of the process, so that
a folder or file that another user could have written is not trusted, and neither is one that is reached through a link.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.resources
import os
import platform
import secrets
import stat
import sys
import threading
import zlib
from importlib.metadata import PackageNotFoundError, version
from typing import Optional

from wasmtime import Config, Engine, Module, WasmtimeError

FILE_NAME = "onepassword_users_steps.wasm"
_CACHE_NAME = "onepassword-users"
_MAX_KEPT = 16 << 20
_CHECKSUM_SIZE = 4


class Compiled:
    """A compiled module and its engine, for any number of instances."""

    def __init__(self, engine: Engine, module: Module, is_kept: bool) -> None:
        self.engine = engine
        self.module = module
        self.is_kept = is_kept
        """True if the module was loaded from its kept form."""


_lock = threading.Lock()
_shared: dict[bool, Compiled] = {}


def _forget() -> None:
    # A forked child makes its own: a lock may be held by a thread that it does not have.
    global _lock
    _lock = threading.Lock()
    _shared.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def shared(keep: bool) -> Compiled:
    """Returns the compiled module of this process. With `keep`, the compiled form may be read from and written to the
    cache.
    """
    with _lock:
        compiled = _shared.get(keep)
        if compiled is None:
            folder = cache_folder() if keep else None
            compiled = _shared[keep] = load(read_module(), folder)
        return compiled


def read_module() -> bytes:
    """Returns the package's module."""
    return importlib.resources.files(__package__).joinpath(FILE_NAME).read_bytes()


def make_engine() -> Engine:
    """Makes an engine that takes little address space: by default an instance reserves 4 GiB, which the limits of jails
    forbid.
    """
    config = Config()
    config.memory_reservation = 0
    config.memory_guard_size = 0
    config.memory_reservation_for_growth = 1 << 20
    # One small module: the threads would cost more than they save, and do not outlive a fork.
    config.parallel_compilation = False
    return Engine(config)


def load(wasm: bytes, folder: Optional[str]) -> Compiled:
    """Loads a module from its kept form in a folder, or compiles it and keeps it there. Without a folder it is only
    compiled.
    """
    engine = make_engine()
    if folder is None:
        return Compiled(engine, Module(engine, wasm), is_kept=False)
    name = kept_name(wasm)
    kept = _read_kept(folder, name)
    if kept is not None:
        # Another processor or a build of wasmtime with the same version: compiled anew.
        with contextlib.suppress(WasmtimeError):
            return Compiled(engine, Module.deserialize(engine, kept), is_kept=True)
    module = Module(engine, wasm)
    # A full disk or a folder that is not ours costs the next start some time, and nothing else.
    with contextlib.suppress(OSError, WasmtimeError):
        _keep(folder, name, bytes(module.serialize()))
    return Compiled(engine, module, is_kept=False)


def kept_name(wasm: bytes) -> str:
    """Returns the name of the kept form's file: it depends on everything that the compiled code depends on."""
    parts = (
        _version("onepassword-users"),
        _version("wasmtime"),
        sys.platform,
        platform.machine(),
        hashlib.sha256(wasm).hexdigest(),
    )
    return f"steps-{hashlib.sha256(repr(parts).encode()).hexdigest()[:40]}.cwasm"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def cache_folder() -> Optional[str]:
    """Returns the package's cache folder. None where there is none, or where owners and modes of files say nothing
    (Windows).
    """
    if not hasattr(os, "geteuid") or not hasattr(os, "O_NOFOLLOW"):
        return None
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            return None
        base = os.path.join(home, "Library", "Caches") if sys.platform == "darwin" else os.path.join(home, ".cache")
    return os.path.join(base, _CACHE_NAME)


def _is_ours(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@contextlib.contextmanager
def _opened_folder(folder: str):  # type: ignore[no-untyped-def]
    """Opens a folder that belongs to this user and that no other user can write to. Raises `OSError` for any other one."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not _is_ours(os.fstat(descriptor)):
            raise PermissionError("other users can write to the cache folder")
        yield descriptor
    finally:
        os.close(descriptor)


def _read_kept(folder: str, name: str) -> Optional[bytes]:
    """Reads the kept form, if it is there, whole and not writable by others."""
    with contextlib.suppress(OSError), _opened_folder(folder) as directory:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory)
        with open(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            is_plain = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
            if not is_plain or not _is_ours(status) or not _CHECKSUM_SIZE < status.st_size <= _MAX_KEPT:
                return None
            content = file.read(_MAX_KEPT + 1)
        # Against a damaged disk: wasmtime checks versions only, and would run what is there.
        kept = content[_CHECKSUM_SIZE:]
        if _checksum(kept) == content[:_CHECKSUM_SIZE]:
            return kept
    return None


def _checksum(content: bytes) -> bytes:
    # A digest of 1 MB would take longer than all the rest. Against a person protect owner and mode.
    return zlib.crc32(content).to_bytes(_CHECKSUM_SIZE, "little")


def _keep(folder: str, name: str, kept: bytes) -> None:
    """Writes the kept form in one step: a reader sees the whole file or none."""
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)
    with _opened_folder(folder) as directory:
        temporary = f"{name}.{secrets.token_hex(8)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, 0o600, dir_fd=directory)
        try:
            with open(descriptor, "wb") as file:
                file.write(_checksum(kept) + kept)
            os.replace(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=directory)
            raise
