"""Runs the examples of the README against a simulated account, as they stand."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

from servers import Account

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"
# Another environment, in which nothing but the package is installed.
PYTHON = os.environ.get("README_PYTHON", sys.executable)
EXAMPLE = re.compile(r"<!-- run: (\w+) -->\n```(\w+)\n(.*?)```", re.DOTALL)


def example(name: str, language: str) -> str:
    """Returns the text of an example."""
    [text] = [
        text
        for name_, language_, text in EXAMPLE.findall(README.read_text(encoding="utf-8"))
        if (name_, language_) == (name, language)
    ]
    return str(text)


def run(command: list[str], account: Account) -> str:
    """Runs a command with the settings of an account. Returns its output."""
    environment = {**os.environ, "PYTHONWARNINGS": "error", **account.environment()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    return done.stdout


def test_every_example_is_run() -> None:
    names = {name for name, _, _ in EXAMPLE.findall(README.read_text(encoding="utf-8"))}
    assert names == {"contain", "async", "command", "error"}


def test_the_first_example_contains_a_user(account: Account) -> None:
    lines = run([PYTHON, "-c", example("contain", "python")], account).splitlines()
    assert lines[0].startswith("changed User(id=")
    assert lines[1:] == ["changed user0007@acme.example"]


def test_the_other_examples_run(account: Account) -> None:
    assert "user0007@acme.example" in run([PYTHON, "-c", example("async", "python")], account)
    assert run([PYTHON, "-c", example("error", "python")], account).startswith("not-found check the user's id")


def test_the_commands_run(account: Account) -> None:
    script = example("command", "sh").replace("python ", f"{PYTHON} ")
    output = run(["sh", "-ec", script], account)
    assert "list-users       passed" in output
    assert "user0009@acme.example  would-change" in output
