"""The command: arguments, confirmation, exit statuses. Its names, statuses and JSON are those of `op-users`."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn, Optional

from ._client import Client
from ._errors import Stopped, UsersError
from ._names import parse_name, printable
from ._output import Output
from ._stop import Stop
from ._types import ErrorCode, Outcome, Report, Target, TargetReport, Verdict

DONE, FAILED, USAGE, GUARDS, LATER, INTERRUPTED = 0, 1, 2, 3, 75, 130

_EXIT_STATUSES = """\
exit status: 0 done; 1 failed, skipped or not confirmed; 2 wrong usage or settings; 75 all that failed can succeed later;
of contain and restore also: 3 only guards failed; 130 interrupted"""
_DEFAULT_MAX_CHANGES = 25
_HOUR_MS = 3_600_000


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        # The message repeats the arguments.
        print(f"{self.prog}: error: {printable(message)}", file=sys.stderr)
        sys.exit(USAGE)


def _name(text: str) -> str:
    try:
        return parse_name(text)
    except ValueError as error:
        problem = f"{text!r} is neither an id nor an e-mail address: it {error}"
        raise argparse.ArgumentTypeError(problem) from None


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument("--json", action="store_true", help="print JSON, one object per line")
    description = "Calls the 1Password Users API. Settings come from the variables OP_USERS_*."
    parser = _Parser(prog="python -m onepassword_users", description=description, epilog=_EXIT_STATUSES)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("check", parents=[common], help="check the settings; changes nothing")
    listing = commands.add_parser("list", parents=[common], help="list users")
    listing.add_argument("--state", choices=("active", "suspended"), help="users in this state")
    listing.add_argument("--limit", type=_positive, metavar="N", help="the first N users")
    getting = commands.add_parser("get", parents=[common], help="show a user")
    getting.add_argument("user", type=_name, metavar="USER", help="id or e-mail address")
    for command, help_ in (("contain", "suspend users"), ("restore", "reactivate users")):
        _add_change(commands.add_parser(command, parents=[common], help=help_))
    return parser


def _add_change(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("users", nargs="+", type=_name, metavar="USER", help="ids and e-mail addresses")
    parser.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")
    parser.add_argument("--max-changes", type=_count, default=_DEFAULT_MAX_CHANGES, metavar="N", help="default: %(default)s")
    parser.add_argument("--protect", action="append", default=[], type=_name, metavar="USER", help="a user to leave alone")
    parser.add_argument("--stop-on-error", action="store_true", help="start nothing new after the first failure")
    parser.add_argument("--concurrency", type=_positive, metavar="N", help="1 to 16 requests at a time; default: 4")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r} is no number")
    return int(text)


def _positive(text: str) -> int:
    number = _count(text)
    if number == 0:
        raise argparse.ArgumentTypeError("it must be at least 1")
    return number


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs the command and returns its exit status."""
    options = _parser().parse_args(arguments)
    output = Output(is_json=options.json)
    try:
        status = _run(options, output)
    except UsersError as error:
        output.error(error)
        status = _status_of(error)
    except KeyboardInterrupt:
        status = INTERRUPTED
    return status if output.flush() else status or FAILED


def _status_of(error: UsersError) -> int:
    if error.requests == 0 and error.code in (ErrorCode.NOT_CONFIGURED, ErrorCode.INVALID_ARGUMENT):
        return USAGE
    return LATER if error.retryable else FAILED


def _run(options: argparse.Namespace, output: Output) -> int:
    with Client.from_env() as client:
        if options.command == "check":
            findings = client.check()
            output.findings(findings)
            return FAILED if any(finding.verdict is Verdict.FAILED for finding in findings) else DONE
        if options.command == "list":
            return _list(client, options, output)
        if options.command == "get":
            user = client.find(options.user) if "@" in options.user else client.get(options.user)
            output.users([user])
            return DONE
        return _change(client, options, output)


def _list(client: Client, options: argparse.Namespace, output: Output) -> int:
    for count, user in enumerate(client.list_all(state=options.state)):
        if count == options.limit:
            output.remark(f"these are the first {count} users: more follow")
            break
        output.users([user])
    return DONE


def _change(client: Client, options: argparse.Namespace, output: Output) -> int:
    verb = "suspend" if options.command == "contain" else "reactivate"
    targets: list[Target] = [Target(user) for user in options.users]
    if not (options.yes or options.dry_run):
        if not sys.stdin.isatty():
            output.problem("standard input is no terminal, so that no question can be asked", "use --yes, or --dry-run")
            return FAILED
        plan = _call(client, options, targets, dry_run=True)
        output.report(plan, options.users)
        planned = [report for report in plan.targets if report.outcome is Outcome.WOULD_CHANGE]
        if not planned or plan.refused is not None:
            return _status(plan)
        if not _confirm(f"{verb} {len(planned)} users? [y/N] "):
            output.remark("nothing was changed")
            return FAILED
        targets = [_as_shown(target, report) for target, report in zip(targets, plan.targets)]
    with _interrupts(output) as stop:
        try:
            report = _call(client, options, targets, dry_run=options.dry_run, stop=stop)
        except KeyboardInterrupt as error:
            if not isinstance(error.__cause__, Stopped) or not isinstance(error.__cause__.result, Report):
                raise
            report = error.__cause__.result
    output.report(report, options.users)
    return INTERRUPTED if stop.asked else _status(report)


def _as_shown(target: Target, report: TargetReport) -> Target:
    """The user who was shown, with the address that was shown."""
    if report.user is None or not report.user.email:
        return target
    return Target(report.user.id, expect_email=report.user.email)


def _call(
    client: Client,
    options: argparse.Namespace,
    targets: list[Target],
    *,
    dry_run: bool,
    stop: Optional[Stop] = None,
) -> Report:
    change = client.contain if options.command == "contain" else client.restore
    return change(
        targets,
        dry_run=dry_run,
        max_changes=options.max_changes,
        protect=options.protect,
        concurrency=options.concurrency,
        stop_on_error=options.stop_on_error,
        deadline_ms=None if os.environ.get("OP_USERS_DEADLINE_MS") else _HOUR_MS,
        stop=stop,
    )


def _confirm(question: str) -> bool:
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


@contextlib.contextmanager
def _interrupts(output: Output) -> Iterator[Stop]:
    """The first interrupt lets the requests under way end, the second cuts them off."""
    stop = Stop()

    def handle(_: int, __: object) -> None:
        if stop.asked:
            stop.cancel()
        else:
            output.remark("interrupted: waiting for what is under way; interrupt again to end at once")
            stop.drain()

    previous = signal.signal(signal.SIGINT, handle)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, previous)


def _status(report: Report) -> int:
    errors = [target.error for target in report.targets if target.error is not None]
    if errors:
        if all(error.code in (ErrorCode.PROTECTED, ErrorCode.PRECONDITION_FAILED) for error in errors):
            return GUARDS
        return LATER if all(error.retryable for error in errors) else FAILED
    if report.refused is not None:
        return GUARDS
    return FAILED if any(target.outcome is Outcome.SKIPPED for target in report.targets) else DONE
