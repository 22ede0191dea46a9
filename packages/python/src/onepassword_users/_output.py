"""Output of the command: text or JSON. Each text from outside is shown by one function, `printable`."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Optional, TextIO

from ._errors import UsersError
from ._names import printable
from ._types import Effect, ErrorCode, Finding, Outcome, Report, TargetReport, User

Json = dict[str, Any]


class Output:
    """Results on standard output, errors and remarks on standard error."""

    def __init__(self, *, is_json: bool) -> None:
        self._is_json = is_json
        self._is_failed = False

    def findings(self, findings: Iterable[Finding]) -> None:
        """Prints the findings of a check."""
        for finding in findings:
            if self._is_json:
                self._json({"check": finding.check, "verdict": finding.verdict, "detail": finding.detail})
            else:
                self._line(f"{finding.check:15}  {finding.verdict:7}  {finding.detail}")

    def users(self, users: Iterable[User]) -> None:
        """Prints users."""
        for user in users:
            if self._is_json:
                self._json(_user(user))
            else:
                self._line(f"{user.id}  {user.state}  {user.email}  {user.display_name}")

    def report(self, report: Report, names: Sequence[str]) -> None:
        """Prints the report of a bulk change: a summary, and a line for each user."""
        counts = Counter(_class(target) for target in report.targets)
        if self._is_json:
            refused = None if report.refused is None else _error(report.refused)
            words = ("changed", "unchanged", "would-change", "failed", "maybe-changed", "protected", "skipped")
            summary: Json = {word.replace("-", "_"): counts[word] for word in words}
            summary.update(requests=report.requests, warnings=report.warnings, refused=refused)
            self._json({"summary": summary})
        else:
            summed = ", ".join(f"{count} {word.replace('-', ' ')}" for word, count in counts.items())
            self._line(f"{summed} ({report.requests} requests sent)")
        for name, target in zip(names, report.targets):
            self._target(name, target)
        if not self._is_json:
            for warning in report.warnings:
                self.remark(f"warning: {warning}")
            if report.refused is not None:
                self.error(report.refused)

    def _target(self, name: str, target: TargetReport) -> None:
        word = _class(target)
        if self._is_json:
            user = None if target.user is None else _user(target.user)
            state = None if target.previous_state is None else str(target.previous_state)
            error = None if target.error is None else _error(target.error)
            self._json({"who": name, "outcome": word, "user": user, "previous_state": state, "error": error})
        else:
            shown = "" if target.user is None else f"  {target.user.display_name} <{target.user.email}>"
            cause = "" if target.error is None else f"  {target.error.code}: {target.error.message}"
            self._line(f"{name}  {word}{shown}{cause}")

    def error(self, error: UsersError) -> None:
        """Prints an error."""
        if self._is_json:
            self._json({"error": _error(error)}, sys.stderr)
            return
        self._line(f"error[{error.code}]: {error.message}", sys.stderr)
        if error.hint is not None:
            self._line(f"  hint: {error.hint}", sys.stderr)
        is_sure = error.effect is Effect.NOT_APPLIED
        effect = "nothing was changed" if is_sure else "the change may have been made"
        self._line(f"  ({effect}, {error.requests} requests sent)", sys.stderr)

    def problem(self, message: str, hint: str) -> None:
        """Prints an error of the command itself."""
        if self._is_json:
            self._json({"error": {"code": "usage", "message": message, "hint": hint}}, sys.stderr)
        else:
            self._line(f"error: {message}", sys.stderr)
            self._line(f"  hint: {hint}", sys.stderr)

    def remark(self, text: str) -> None:
        """Prints a sentence for people on standard error."""
        self._line(text, sys.stderr)

    def flush(self) -> bool:
        """Returns true if standard output has everything. A reader that has left is no failure."""
        self._guard(sys.stdout.flush)
        return not self._is_failed

    def _json(self, value: Json, stream: Optional[TextIO] = None) -> None:
        # ASCII only: letters that control a terminal are escaped.
        text = json.dumps(value, ensure_ascii=True, sort_keys=True)
        self._guard(lambda: print(text, file=stream or sys.stdout))

    def _line(self, text: str, stream: Optional[TextIO] = None) -> None:
        stream = stream or sys.stdout
        encoding = stream.encoding or "ascii"
        shown = printable(text).encode(encoding, "backslashreplace").decode(encoding)
        self._guard(lambda: print(shown, file=stream))

    def _guard(self, write: Any) -> None:
        try:
            write()
        except BrokenPipeError:
            # So that the interpreter does not fail with it at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError:
            self._is_failed = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _class(target: TargetReport) -> str:
    """Returns the outcome, in the words of `op-users`: failures that differ for a person have names of their own."""
    if target.outcome is Outcome.FAILED and target.error is not None:
        if target.error.effect is Effect.POSSIBLY_APPLIED:
            return "maybe-changed"
        if target.error.code is ErrorCode.PROTECTED:
            return "protected"
    return str(target.outcome)


def _user(user: User) -> Json:
    return {
        "id": user.id,
        "email": user.email,
        "display_name": user.display_name,
        "state": str(user.state),
        "create_time": user.create_time,
        "path": user.path,
    }


def _error(error: UsersError) -> Json:
    return {
        "code": str(error.code),
        "message": error.message,
        "hint": error.hint,
        "effect": str(error.effect),
        "retryable": error.retryable,
        "retry_after_ms": error.retry_after_ms,
        "status": error.status,
        "api_code": error.api_code,
        "api_message": error.api_message,
        "candidates": list(error.candidates),
        "requests": error.requests,
    }
