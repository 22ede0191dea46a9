"""Tests of the command `python -m onepassword_users`."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from typing import Any, Callable

import pytest
from servers import Account, Request, serving
from test_clients import IDS, JSON_USER, SETTINGS, api, change_server, suspended

from onepassword_users._names import parse_name, printable

COMMAND = [sys.executable, "-m", "onepassword_users"]


def run(environment: dict[str, str], *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs the command without a terminal."""
    options.setdefault("stdin", subprocess.DEVNULL)
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "error", **environment}
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        **options,
    )
    assert "Warning" not in done.stderr
    assert "Traceback" not in done.stderr
    return done


def hostile(url: str, **others: str) -> dict[str, str]:
    """Returns the variables for a server of a test."""
    settings = {**SETTINGS, "base_url": url, "api_version": "v1beta1", **others}
    return {f"OP_USERS_{name.upper()}": str(value) for name, value in settings.items()}


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_names_are_those_of_op_users() -> None:
    for text in (" IR7VJHJ36JHINBFAD7V2T5MP3E ", "wendy+x@acme.example", "élodie@bücher.example"):
        assert parse_name(text) == text.strip()
    refused = ["", " ", "Wendy Smith", "Wendy <wendy@acme.example>", "a@b;c@d", "a@b,c@d", "a@b@c", "@acme.example", "wendy@"]
    refused += [
        ".",
        "..",
        "a\x07b",
        "x" * 1025,
        "a@b",
        "-a@acme.example",
        "a@-b.example",
        "a..b@acme.example",
        "“a”@acme.example",
    ]
    refused += ["a\u202eb", "a\u200bb@acme.example", "a&b", "a@b&c.example", "a\u00adb"]
    for text in refused:
        with pytest.raises(ValueError, match="must"):
            parse_name(text)


def test_hidden_letters_are_escaped() -> None:
    assert printable("a\x1b[31m\u202eb\u3164\n\x85é田") == r"a\u{1b}[31m\u{202e}b\u{3164}\u{a}\u{85}é田"


def test_check_succeeds_and_fails(account: Account) -> None:
    done = run(account.environment(), "check")
    assert done.returncode == 0
    assert "list-users       passed" in done.stdout
    done = run({**account.environment(), "OP_USERS_CLIENT_SECRET": "another-secret"}, "check", "--json")
    assert done.returncode == 1
    assert {"token": "failed"}.items() <= {each["check"]: each["verdict"] for each in objects(done.stdout)}.items()


def test_lists_and_gets(account: Account) -> None:
    done = run(account.environment(), "list", "--limit", "3", "--json")
    assert (done.returncode, len(objects(done.stdout))) == (0, 3)
    assert "more follow" in done.stderr
    assert len(run(account.environment(), "list").stdout.splitlines()) == 100
    [user] = objects(run(account.environment(), "get", "user0005@acme.example", "--json").stdout)
    assert user["email"] == "user0005@acme.example"


def test_changes_and_their_exit_statuses(account: Account) -> None:
    names = ["user0020@acme.example", "user0021@acme.example"]
    done = run(account.environment(), "contain", "--yes", *names, "--json", "--protect", names[1])
    assert done.returncode == 3
    assert [each.get("outcome") for each in objects(done.stdout)] == [None, "changed", "protected"]
    assert run(account.environment(), "contain", "--yes", *names, "--max-changes", "0").returncode == 3
    assert run(account.environment(), "contain", "--yes", "NOSUCHUSER").returncode == 1
    done = run(account.environment(), "restore", "--yes", names[0])
    assert (done.returncode, done.stdout.splitlines()[1].split()[1]) == (0, "changed")


def test_a_change_without_a_terminal_needs_a_yes(account: Account) -> None:
    done = run(account.environment(), "contain", "user0030@acme.example", input="y\n", stdin=None)
    assert done.returncode == 1
    assert "--yes" in done.stderr
    done = run(account.environment(), "contain", "--dry-run", "user0030@acme.example")
    assert (done.returncode, "would-change" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("answer", "status", "outcome"), [("y", 0, "changed"), ("n", 1, "nothing was changed"), ("", 1, "nothing")]
)
def test_a_terminal_is_asked(answer: str, status: int, outcome: str) -> None:
    from servers import simulating

    with simulating() as account:
        controller, terminal = pty.openpty()
        try:
            os.write(controller, answer.encode() + b"\n")
            done = run(account.environment(), "contain", "user0030@acme.example", stdin=terminal)
        finally:
            os.close(controller)
            os.close(terminal)
    assert "suspend 1 users? [y/N]" in done.stderr
    assert outcome in done.stdout + done.stderr
    assert done.returncode == status


def test_wrong_usage_is_found_before_anything_is_sent() -> None:
    with serving(lambda _: None) as server:
        for arguments in (["contain", "--yes", "Wendy Smith"], ["get"], ["list", "--limit", "x"], ["nothing"]):
            assert run(hostile(server.url), *arguments).returncode == 2
        done = run({**hostile(server.url), "OP_USERS_BASE_URL": "http://example.com"}, "check")
        assert (done.returncode, "OP_USERS_BASE_URL" in done.stderr) == (2, True)
        assert run(hostile(server.url), "contain", "--yes", "A", "--concurrency", "99").returncode == 2
        assert server.requests == []


def test_arguments_do_not_control_the_terminal() -> None:
    done = run(hostile("http://127.0.0.1:1"), "get", "a\x1b[31mb")
    assert done.returncode == 2
    assert "\x1b" not in done.stderr


def test_texts_of_the_server_do_not_control_the_terminal() -> None:
    user = {**JSON_USER, "display_name": "\x1b]0;x\x07\u202eWendy"}
    with serving(api(lambda request: request.answer(200, user))) as server:
        done = run(hostile(server.url), "get", JSON_USER["id"])
        assert r"\u{1b}]0;x\u{7}\u{202e}Wendy" in done.stdout
        done = run(hostile(server.url), "get", JSON_USER["id"], "--json")
        assert "\x1b" not in done.stdout
        assert objects(done.stdout)[0]["display_name"] == user["display_name"]


def test_all_that_can_succeed_later_is_75() -> None:
    done = run(hostile("http://127.0.0.1:1", deadline_ms="300"), "get", "A", "--json")
    assert done.returncode == 75
    [error] = objects(done.stderr)
    assert error["error"]["code"] == "connection-failed"


def interrupt(respond: Callable[[Request], None], again: bool) -> tuple[int, list[dict[str, Any]], str, int]:
    """Interrupts a change of 20 users when four requests wait for an answer, once or twice.

    Returns its status and output, and the number of users whom the server was asked to change.
    """
    process: subprocess.Popen[str]
    asked = set()

    def change(request: Request, count: int) -> None:
        asked.add(request.path)
        if count < 8:
            suspended(request)
            return
        if count == 11:
            process.send_signal(signal.SIGINT)
        respond(request)

    with serving(change_server(change)) as server:
        command = [*COMMAND, "contain", "--yes", "--json", *IDS]
        environment = {**os.environ, **hostile(server.url)}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                assert process.stderr is not None
                errors = process.stderr.readline()
                if again:
                    process.send_signal(signal.SIGINT)
                output, rest = process.communicate(timeout=60)
            finally:
                process.kill()
    return process.returncode, objects(output), errors + rest, len(asked)


def test_an_interrupted_change_tells_the_truth() -> None:
    status, (summary, *users), _, asked = interrupt(Request.hang, again=True)
    assert status == 130
    counts = summary["summary"]
    # Four wait for an answer; on a machine that stands still for long, the first of them times out, and others are asked for.
    assert asked >= 11
    assert (counts["changed"], counts["maybe_changed"], counts["skipped"]) == (7, asked - 7, 20 - asked), users
    assert len(users) == 20


def test_an_interrupt_lets_the_changes_under_way_end() -> None:
    def answer_later(request: Request) -> None:
        time.sleep(0.5)
        suspended(request)

    status, (summary, *_), errors, _ = interrupt(answer_later, again=False)
    assert status == 130
    assert summary["summary"]["maybe_changed"] == 0
    assert summary["summary"]["skipped"] > 0
    assert summary["summary"]["changed"] + summary["summary"]["skipped"] == 20
    assert "interrupt again" in errors


def test_a_reader_that_leaves_is_no_failure(account: Account) -> None:
    environment = {**os.environ, **account.environment()}
    with subprocess.Popen([*COMMAND, "list"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_a_failure(account: Account) -> None:
    environment = {**os.environ, **account.environment()}
    with open("/dev/full", "w") as full:
        assert subprocess.run([*COMMAND, "list"], env=environment, stdout=full, check=False).returncode == 1
