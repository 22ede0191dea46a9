"""Tests of the instance and of the kept compiled form, with modules of a few lines."""

from __future__ import annotations

import os
import pathlib
import stat
import subprocess
import sys
import textwrap

import pytest
from wasmtime import Func, Instance, Store, wat2wasm

from onepassword_users import _compiled, _machine
from onepassword_users._machine import Machine, MachineError

# Answers each event with its length and itself. A second inbox is elsewhere, and the memory grows with each event.
ECHO = """
(module
  (memory (export "memory") 4)
  (global $at (mut i32) (i32.const 1024))
  (func (export "version") (result i32) (i32.const 1))
  (func (export "inbox") (param i32) (result i32)
    (if (i32.gt_u (local.get 0) (i32.const 80000)) (then (return (i32.const 0))))
    (global.set $at (i32.add (global.get $at) (i32.const 4096)))
    (global.get $at))
  (func (export "event") (param i32) (result i32)
    (drop (memory.grow (i32.const 1)))
    (i32.store (i32.sub (global.get $at) (i32.const 4)) (local.get 0))
    (i32.sub (global.get $at) (i32.const 4))))
"""
MINIMAL = """
(module
  (memory (export "memory") 3)
  (func (export "version") (result i32) (i32.const {version}))
  (func (export "inbox") (param i32) (result i32) (i32.const 1024))
  (func (export "event") (param i32) (result i32) {event}))
"""


def machine(wat: str) -> Machine:
    return Machine(_compiled.load(bytes(wat2wasm(wat)), None))


@pytest.fixture(params=["fast", "public"])
def calls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to call the module."""
    if request.param == "public":
        monkeypatch.setattr(_machine, "_fast", lambda *_: None)
    return str(request.param)


def test_the_fast_way_exists() -> None:
    compiled = _compiled.load(bytes(wat2wasm(ECHO)), None)
    store = Store(compiled.engine)
    function = Instance(store, compiled.module, []).exports(store)["version"]
    assert isinstance(function, Func)
    assert _machine._fast(store, function, 0) is not None


@pytest.mark.usefixtures("calls")
def test_events_go_in_and_actions_come_out_of_a_memory_that_moves() -> None:
    echo = machine(ECHO)
    for number in range(50):
        assert echo.event(f'{{"wake":{number}}}') == {"wake": number}
    assert echo.event('{"wake":', b"7}") == {"wake": 7}
    assert echo.event('{"wake":', memoryview(b"7}")) == {"wake": 7}


@pytest.mark.usefixtures("calls")
def test_an_event_without_room_is_refused_and_the_next_one_works() -> None:
    echo = machine(ECHO)
    with pytest.raises(MemoryError):
        echo.event(f'{{"a":"{"x" * 90_000}"}}')
    with pytest.raises(ValueError, match="more than"):
        echo.event("x" * (_machine.MAX_EVENT + 1))
    assert echo.event('{"wake":1}') == {"wake": 1}


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("unreachable", "trapped"),
        ("(i32.const -2)", "outside of its memory"),
        ("(i32.store (i32.const 8) (i32.const -1)) (i32.const 8)", "outside of its memory"),
        ("(i32.store (i32.const 8) (i32.const 3)) (i32.const 8)", "not JSON"),
        ("(i32.store (i32.const 8) (i32.const 1)) (i32.store (i32.const 12) (i32.const 0x31)) (i32.const 8)", "no object"),
    ],
)
def test_a_module_that_fails_is_told_apart(event: str, words: str) -> None:
    broken = machine(MINIMAL.format(version=1, event=event))
    with pytest.raises(MachineError, match=words):
        broken.event("{}")


def test_a_module_of_another_version_is_refused() -> None:
    with pytest.raises(MachineError, match="version 2"):
        machine(MINIMAL.format(version=2, event="unreachable"))


def test_a_module_with_other_types_is_refused() -> None:
    with pytest.raises(MachineError, match="another type"):
        machine(
            ECHO.replace('"event") (param i32)', '"event") (param i64)').replace(
                "(local.get 0))\n    (i32.sub", "(i32.const 1))\n    (i32.sub"
            )
        )


def kept_files(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(folder.iterdir())


WASM = bytes(wat2wasm(ECHO))


def test_the_compiled_form_is_kept_and_used(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "deep" / "cache"
    assert not _compiled.load(WASM, str(folder)).is_kept
    [file] = kept_files(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = _compiled.load(WASM, str(folder))
    assert kept.is_kept
    assert Machine(kept).event('{"wake":1}') == {"wake": 1}
    assert not _compiled.load(bytes(wat2wasm(MINIMAL.format(version=1, event="unreachable"))), str(folder)).is_kept


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_a_folder_that_others_can_write_is_not_trusted(tmp_path: pathlib.Path, mode: int) -> None:
    folder = tmp_path / "cache"
    _compiled.load(WASM, str(folder))
    folder.chmod(mode)
    assert not _compiled.load(WASM, str(folder)).is_kept


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_file_that_others_can_write_is_not_trusted(tmp_path: pathlib.Path, mode: int) -> None:
    _compiled.load(WASM, str(tmp_path))
    [file] = kept_files(tmp_path)
    file.chmod(mode)
    assert not _compiled.load(WASM, str(tmp_path)).is_kept


def test_links_are_not_trusted(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "cache"
    _compiled.load(WASM, str(folder))
    [file] = kept_files(folder)
    (tmp_path / "link").symlink_to(folder)
    assert not _compiled.load(WASM, str(tmp_path / "link")).is_kept
    os.link(file, tmp_path / "second name")
    assert not _compiled.load(WASM, str(folder)).is_kept
    [file] = kept_files(folder)
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert not _compiled.load(WASM, str(folder)).is_kept


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_not_trusted(tmp_path: pathlib.Path) -> None:
    _compiled.load(WASM, str(tmp_path))
    [file] = kept_files(tmp_path)
    os.chown(file, 12345, -1)
    assert not _compiled.load(WASM, str(tmp_path)).is_kept
    os.chown(tmp_path, 12345, -1)
    assert not _compiled.load(WASM, str(tmp_path)).is_kept


@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda content: content[:-1] + b"?", lambda _: b""])
def test_a_damaged_file_is_compiled_anew(tmp_path: pathlib.Path, damage: object) -> None:
    _compiled.load(WASM, str(tmp_path))
    [file] = kept_files(tmp_path)
    assert callable(damage)
    file.write_bytes(damage(file.read_bytes()))
    assert not _compiled.load(WASM, str(tmp_path)).is_kept
    assert _compiled.load(WASM, str(tmp_path)).is_kept


def test_a_form_of_another_wasmtime_is_compiled_anew(tmp_path: pathlib.Path) -> None:
    _compiled.load(WASM, str(tmp_path))
    [file] = kept_files(tmp_path)
    foreign = file.read_bytes()[4:].replace(b"x86_64", b"mips64").replace(b"aarch64", b"mips-64")
    _compiled._keep(str(tmp_path), file.name, foreign)
    assert not _compiled.load(WASM, str(tmp_path)).is_kept


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("")
    assert not _compiled.load(WASM, str(tmp_path / "file" / "cache")).is_kept


def test_the_cache_folder_is_that_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert _compiled.cache_folder() == "/somewhere/onepassword-users"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/wendy")
    folder = _compiled.cache_folder()
    assert folder is not None
    assert folder.startswith("/home/wendy/")


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of the address space is that of Linux")
def test_an_instance_works_under_an_address_space_of_4_gib() -> None:
    program = """
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        from test_machine import ECHO, machine
        machines = [machine(ECHO) for _ in range(20)]
        assert all(each.event('{"wake":1}') == {"wake": 1} for each in machines)
    """
    path = os.pathsep.join([os.path.dirname(__file__), *sys.path])
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], env={**os.environ, "PYTHONPATH": path}, check=True)
