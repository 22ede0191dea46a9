"""Tests of the package in processes of its own: limits, forks, the kept compiled form, the end of the interpreter."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import textwrap
from typing import Any

import pytest
from servers import Account, Request, serving
from test_clients import api, settings


def run(program: str, given: dict[str, Any], **environment: str) -> str:
    """Runs a program, in which `SETTINGS` are the settings of a client. Returns its output."""
    text = f"import json\nSETTINGS = json.loads({json.dumps(given)!r})\n{textwrap.dedent(program)}"
    command = [sys.executable, "-W", "error", "-c", text]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of the address space is that of Linux")
def test_both_clients_work_under_an_address_space_of_4_gib(account: Account) -> None:
    program = """
        import asyncio, resource
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        from onepassword_users import AsyncClient, Client
        with Client(**SETTINGS, keep_compiled=False) as client:
            ids = [user.id for user in client.list_all(state="active")][40:70]
            report = client.contain(ids, concurrency=16)
            print(*{str(target.outcome) for target in report.targets})
        async def restore():
            async with AsyncClient(**SETTINGS) as client:
                report = await client.restore(ids, concurrency=16)
                print(*{str(target.outcome) for target in report.targets})
        asyncio.run(restore())
    """
    assert run(program, account.settings()) == "changed\nchanged\n"


def test_the_compiled_form_is_kept_for_the_next_process(account: Account, tmp_path: pathlib.Path) -> None:
    program = """
        from onepassword_users import Client, _compiled
        with Client(**SETTINGS) as client:
            client.list(page_size=1)
        print(_compiled.shared(True).is_kept)
    """
    if os.name == "nt":
        pytest.fail("nothing is kept on Windows: test that")
    outputs = [run(program, account.settings(), XDG_CACHE_HOME=str(tmp_path)) for _ in range(2)]
    assert outputs == ["False\n", "True\n"]
    without = program.replace("**SETTINGS", "**SETTINGS, keep_compiled=False").replace("shared(True)", "shared(False)")
    assert run(without, account.settings(), XDG_CACHE_HOME=str(tmp_path / "none")) == "False\n"
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_makes_a_client_of_its_own(account: Account) -> None:
    program = """
        import os, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        from onepassword_users import Client
        client = Client(**SETTINGS)
        client.list(page_size=1)
        child = os.fork()
        if child == 0:
            try:
                client.list(page_size=1)
            except RuntimeError as error:
                print(error, flush=True)
            client.close()
            with Client(**SETTINGS) as fresh:
                print(len(fresh.list(page_size=2).users), flush=True)
            os._exit(0)
        os.waitpid(child, 0)
        print(len(client.list(page_size=3).users))
        client.close()
    """
    assert run(program, account.settings()).split("\n")[1:] == ["2", "3", ""]


def test_a_client_that_is_not_closed_does_not_hold_the_process(account: Account) -> None:
    program = """
        from onepassword_users import Client
        client = Client(**SETTINGS)
        print(len(client.list(page_size=3).users))
    """
    assert run(program, account.settings()) == "3\n"


def test_a_call_under_way_in_a_daemon_does_not_hold_the_process() -> None:
    program = """
        import threading
        from onepassword_users import Client
        client = Client(**SETTINGS)
        thread = threading.Thread(target=client.get, args=("B" * 26,), daemon=True)
        thread.start()
        thread.join(1)
        print(thread.is_alive())
    """
    with serving(api(Request.hang)) as server:
        assert run(program, settings(server)) == "True\n"
