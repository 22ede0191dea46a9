"""Composes the workflows with the plugin, checks their imports, and runs them.

Usage: workflows_check.py FOLDER WASMTIME OP_USERS SIMULATOR. See workflows.sh.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from wasmtime import Engine
from wasmtime.component import Component

FOLDER, WASMTIME, OP_USERS, SIMULATOR = Path(sys.argv[1]), *sys.argv[2:]
CONTRACT = "onepassword:users/"
ENGINE = Engine()
ALERT = "user0030@acme.example", "user0031@acme.example", "user0032@acme.example"


def imports(file: Path) -> set[str]:
    """Returns the imports of a component."""
    return set(Component.from_file(ENGINE, str(file)).type.imports(ENGINE))


def composed(name: str) -> Path:
    """Composes a workflow with the plugin, checks the imports of both, and compiles the file."""
    workflow, both, compiled = (FOLDER / f"{name}{end}" for end in (".wasm", "-composed.wasm", ".cwasm"))
    outside = {it for it in imports(workflow) if not it.startswith(CONTRACT)}
    assert not outside, f"{name}: the workflow imports {sorted(outside)}"
    subprocess.run([OP_USERS, "component", "--with", workflow, both], check=True)
    assert imports(both) == PLUGIN, f"{name}: the composed file imports {sorted(imports(both) ^ PLUGIN)} more or less than the plugin"
    subprocess.run([WASMTIME, "compile", "-o", compiled, both], check=True)
    return compiled


def run(compiled: Path, environment: dict[str, str], *people: str) -> subprocess.CompletedProcess[str]:
    """Runs a workflow, with the settings in its environment."""
    names = [option for name in environment for option in ("--env", name)]
    call = f"handle([{', '.join(json.dumps(name) for name in people)}])"
    command = [WASMTIME, "run", "--allow-precompiled", "-S", "http", "-S", "cli", *names, "--invoke", call, compiled]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False)


def returned(compiled: Path, environment: dict[str, str], *people: str) -> str:
    """Runs a workflow, and returns what it returns."""
    done = run(compiled, environment, *people)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def check(name: str, account: dict[str, str]) -> None:
    """Contains the people of an alert, twice, and one who does not exist."""
    compiled = composed(name)
    for outcome in ("changed", "unchanged"):
        expected = ", ".join(f'"{person}: {outcome}, suspended"' for person in ALERT)
        lines = returned(compiled, account, *ALERT)
        assert lines == f"ok([{expected}])", lines
    error = returned(compiled, account, ALERT[0], "NOSUCHUSER")
    assert error == 'err("NOSUCHUSER: not-found, not-applied")', error
    error = returned(compiled, {}, *ALERT)
    assert error.startswith('err("not-configured: '), error
    print(f"{name}: contains the people of an alert, and imports what the plugin imports")


def check_spy(name: str, account: dict[str, str], attempts: list[str]) -> None:
    """Runs a workflow that tries to read the settings: it must find none, or trap."""
    compiled = composed(name)
    alive = returned(compiled, account, "alive")
    assert alive == 'ok(["yes"])', alive
    for attempt in attempts:
        done = run(compiled, account, attempt)
        assert (done.returncode == 0) == done.stdout.startswith("ok("), done.stdout
        found = [name for setting in account.items() for name in setting if name in done.stdout + done.stderr]
        assert not found, f"{name}: {attempt} found {found}"
    print(f"{name}: a workflow that looks for the secret finds no setting")


def simulating() -> tuple[subprocess.Popen[str], dict[str, str]]:
    """Starts a simulator, and returns it with the settings of its account."""
    simulator = subprocess.Popen([SIMULATOR, "--users", "60", "--json"], stdout=subprocess.PIPE, text=True)
    account = json.loads(simulator.stdout.readline())
    names = {"ACCOUNT_ID": "account_id", "CLIENT_ID": "client_id", "CLIENT_SECRET": "client_secret", "BASE_URL": "url"}
    return simulator, {f"OP_USERS_{setting}": account[name] for setting, name in names.items()}


subprocess.run([OP_USERS, "component", FOLDER / "plugin.wasm"], check=True)
PLUGIN = imports(FOLDER / "plugin.wasm")
for name in ("rust", "javascript-js", "python-py"):
    simulator, account = simulating()
    try:
        check(name, account)
    finally:
        simulator.kill()
for name, attempts in (("test-js", ["process", "names", "fetch"]), ("test-py", ["environment", "files", "socket"])):
    simulator, account = simulating()
    try:
        check_spy(name, account, attempts)
    finally:
        simulator.kill()
