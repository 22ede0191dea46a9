#!/usr/bin/env python3
"""Turns audit files of op-users and of its service into a table for an auditor. Needs Python 3.9, nothing else.

A file holds one event per line, as `op-users contain --audit` and `op-users serve --audit` write it. The prefix `stderr [7] ::`, which
`wasmtime serve` writes, is passed over. `-` reads standard input.

The first line about a change can say "Unknown", before the result is known. A later line of the same call replaces it; --all-lines
shows both. Nothing else is left out: a line that is no audit event is named, and makes the exit status 1. With --log, lines of other
kinds, such as the refusals that the service writes, are counted instead.

Exit status: 0 done; 1 damaged lines; 2 wrong usage, or a file that cannot be read.
"""

import argparse
import csv
import datetime
import json
import os
import re
import sys
import unicodedata

PREFIX = re.compile(rb"\s*stderr \[\d+\] ::\s*")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
CLASS_ACCOUNT_CHANGE = 3001
STATUS_UNKNOWN = 0
ACTIONS = {5: "suspend", 2: "reactivate"}
COLUMNS = (
    "time (UTC)",
    "operator",
    "application",
    "action",
    "user",
    "user id",
    "outcome",
    "effect",
    "previous state",
    "reason",
    "ticket",
    "correlation id",
    "source",
)
# Letters without a glyph, beyond the categories of HIDDEN_CATEGORIES: default ignorable code points of Unicode.
IGNORABLE = ((0x34F, 0x34F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0x3164, 0x3164),
             (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF))
HIDDEN_CATEGORIES = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
# A cell that begins like this is a formula for a spreadsheet, after white space too, and after a semicolon, which some take for the
# end of a cell. The last four are the wide forms of the first four.
FORMULA = re.compile(r"((?:^|;)\s*)([=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|~#&])")


class Damaged(Exception):
    """Cause why a line is no audit event."""


class Event:
    """An audit event, as far as the table shows it."""

    def __init__(self, line, source):
        try:
            value = json.loads(line, object_pairs_hook=without_repetition, parse_constant=refuse_constant)
        except RecursionError:
            raise Damaged("is nested too deeply") from None
        except ValueError as error:
            raise Damaged(f"is no JSON: {error}") from None
        if not isinstance(value, dict) or value.get("class_uid") != CLASS_ACCOUNT_CHANGE:
            raise Damaged("is no audit event")
        actor, user = part(value, "actor"), part(value, "user")
        metadata, unmapped = part(value, "metadata"), part(value, "unmapped")
        self.source = source
        self.milliseconds = value.get("time")
        self.time = utc(self.milliseconds, text(value, "time_dt"))
        activity = value.get("activity_id")
        if not isinstance(activity, int) or activity not in ACTIONS or value.get("type_uid") != 100 * CLASS_ACCOUNT_CHANGE + activity:
            raise Damaged("has an unknown activity")
        self.action = ACTIONS[activity]
        self.is_unknown = value.get("status_id") == STATUS_UNKNOWN
        self.operator = text(part(actor, "user"), "name")
        self.application = text(actor, "app_name") or text(actor, "app_uid")
        self.id = text(user, "uid")
        self.address = text(user, "email_addr") or text(user, "name")
        if not self.id and not self.address:
            raise Damaged("names no user")
        self.outcome = outcome(text(unmapped, "outcome"), text(unmapped, "effect"), text(value, "status_code"))
        self.effect = text(unmapped, "effect")
        self.previous_state = text(unmapped, "previous_state")
        self.reason, self.ticket = text(unmapped, "reason"), text(unmapped, "ticket")
        self.correlation_id = text(metadata, "correlation_uid")
        if not self.correlation_id:
            raise Damaged("has no correlation id")
        self.call = (text(metadata, "tenant_uid"), self.correlation_id, self.action)

    def is_replaced_by(self, later):
        """True if a later event is the final result of this one. A user who was `unchanged` was not changed by that call."""
        is_same_user = self.id == later.id if self.id and later.id else self.address.lower() == later.address.lower()
        return self.is_unknown and self.call == later.call and is_same_user and later.outcome != "unchanged"

    def row(self):
        return [self.time, self.operator, self.application, self.action, self.address or self.id, self.id, self.outcome, self.effect,
                self.previous_state, self.reason, self.ticket, self.correlation_id, self.source]


def without_repetition(pairs):
    """An object. Two values for one name could be read in two ways."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name is repeated")
    return dict(pairs)


def refuse_constant(name):
    raise ValueError(f"{name} is no number")


def part(value, name):
    """An object in an event; empty if it is absent."""
    inner = value.get(name, {})
    if not isinstance(inner, dict):
        raise Damaged(f"has a wrong {name}")
    return inner


def text(value, name):
    """A text in an event; empty if it is absent."""
    inner = value.get(name, "")
    if not isinstance(inner, str):
        raise Damaged(f"has a wrong {name}")
    return inner


def utc(milliseconds, formatted):
    """The time of an event in UTC, with milliseconds. The same event can also have it as a text, which must agree."""
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool):
        raise Damaged("has no time")
    try:
        moment = EPOCH + datetime.timedelta(milliseconds=milliseconds)
        if formatted and point(formatted) != moment:
            raise Damaged("has two times that differ")
    except (OverflowError, ValueError):
        raise Damaged("has a wrong time") from None
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def point(formatted):
    """A point in time from ISO 8601; UTC, unless it says otherwise."""
    moment = datetime.datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", formatted))
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)


def outcome(name, effect, code):
    """The outcome in the words of the command's tables."""
    if not name:
        raise Damaged("has no outcome")
    if name != "failed":
        return name
    if effect == "possibly-applied":
        return "maybe-changed"
    if code == "protected":
        return "protected"
    return f"failed ({code})" if code else "failed"


def is_hidden(letter):
    code = ord(letter)
    return unicodedata.category(letter) in HIDDEN_CATEGORIES or any(first <= code <= last for first, last in IGNORABLE)


def printable(cell):
    """A text from a file, with letters that cannot be seen as `\\u{202e}`."""
    return "".join(f"\\u{{{ord(letter):x}}}" if is_hidden(letter) else letter for letter in cell)


def read(names, is_log):
    """The events of all files in their order, what is damaged, and the number of lines of other kinds."""
    events, damaged, others = [], [], 0
    for name in names:
        shown = "standard input" if name == "-" else name
        file = sys.stdin.buffer if name == "-" else open(name, "rb")
        with file:
            # Only LF ends a line of a file in binary mode.
            for number, line in enumerate(file, 1):
                line = line.rstrip(b"\r\n")
                line = PREFIX.sub(b"", line, count=1) if PREFIX.match(line) else line
                line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if not line.strip():
                    continue
                source = f"{shown}:{number}"
                if is_log and is_other(line):
                    others += 1
                    continue
                try:
                    events.append(Event(line.decode(), source))
                except UnicodeDecodeError:
                    damaged.append(f"{source}: is no UTF-8")
                except Damaged as cause:
                    damaged.append(f"{source}: {cause}")
    return events, damaged, others


def is_other(line):
    """True if a line of a log is certainly no audit event, and no piece of one."""
    try:
        if json.loads(line).get("event") == "response":
            return True
    except (ValueError, RecursionError, AttributeError):
        pass
    if any(name in line for name in (b"class_uid", b"correlation_uid", b"activity_id", b"type_uid")):
        return False
    if not line.lstrip().startswith(b"{"):
        return True
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def final(events):
    """The events without those that a later one of the same call replaces."""
    kept, open_events = [], {}
    for event in events:
        waiting = open_events.setdefault(event.call, [])
        for earlier in [earlier for earlier in waiting if earlier.is_replaced_by(event)]:
            waiting.remove(earlier)
            kept.remove(earlier)
        if event.is_unknown:
            waiting.append(event)
        kept.append(event)
    return kept


def bound(argument):
    """A bound of time: its first millisecond, and the first millisecond after it. A day counts as a whole."""
    try:
        first = point(argument)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{argument!r} is no date or time of ISO 8601, such as 2026-11-26 or 2026-11-26T08:00Z")
    is_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", argument)
    start = (first - EPOCH) // datetime.timedelta(milliseconds=1)
    return start, start + (24 * 60 * 60 * 1000 if is_day else 1)


def selected(events, arguments):
    user = arguments.user and arguments.user.lower()
    for event in events:
        if arguments.since and event.milliseconds < arguments.since[0]:
            continue
        if arguments.until and event.milliseconds >= arguments.until[1]:
            continue
        if user and user not in (event.id.lower(), event.address.lower()):
            continue
        if arguments.correlation_id and event.correlation_id != arguments.correlation_id:
            continue
        yield event


def width(cell):
    """The width of a cell on a terminal, in columns."""
    wide = sum(1 for letter in cell if unicodedata.east_asian_width(letter) in "WF")
    return len(cell) + wide - sum(1 for letter in cell if unicodedata.combining(letter))


def print_table(rows):
    rows = [[column.upper() for column in COLUMNS], *rows]
    used = [at for at in range(len(COLUMNS)) if any(row[at] for row in rows[1:])]
    widths = {at: max(width(row[at]) for row in rows) for at in used}
    for row in rows:
        cells = (row[at] + " " * (widths[at] - width(row[at])) for at in used)
        print("  ".join(cells).rstrip())


def print_markdown(rows):
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + " --- |" * len(COLUMNS))
    for row in rows:
        print("| " + " | ".join(MARKDOWN.sub(r"\\\1", cell) for cell in row) + " |")


def print_csv(rows):
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(FORMULA.sub(r"\1'\2", cell) for cell in row)


def parse_arguments():
    summary, _, details = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(description=summary, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE", help="audit file; `-` is standard input")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="print CSV; a cell that a spreadsheet would calculate begins with '")
    form.add_argument("--markdown", action="store_true", help="print a table of Markdown")
    parser.add_argument("--since", type=bound, metavar="TIME", help="leave out what is older: a day, or a time of ISO 8601")
    parser.add_argument("--until", type=bound, metavar="TIME", help="leave out what is later; a day counts as a whole")
    parser.add_argument("--user", metavar="USER", help="show this e-mail address or id only")
    parser.add_argument("--correlation-id", metavar="ID", help="show this call only")
    parser.add_argument("--all-lines", action="store_true", help="also show lines that a later one replaces")
    parser.add_argument("--log", action="store_true", help="the files are logs: count lines of other kinds, and go on")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        events, damaged, others = read(arguments.files, arguments.log)
    except OSError as error:
        print(f"error: {printable(str(error.filename or ''))} cannot be read: {error.strerror}", file=sys.stderr)
        return 2
    shown = events if arguments.all_lines else final(events)
    replaced = len(events) - len(shown)
    shown = sorted(selected(shown, arguments), key=lambda event: event.milliseconds)
    rows = [[printable(cell) for cell in event.row()] for event in shown]
    if arguments.csv:
        print_csv(rows)
    elif arguments.markdown:
        print_markdown(rows)
    else:
        print_table(rows)
    sys.stdout.flush()
    notes = [f"{len(shown)} of {len(events)} events are shown"]
    if replaced:
        notes.append(f"{replaced} replaced by a later line, which --all-lines shows")
    if others:
        notes.append(f"{others} lines are no audit events")
    print("; ".join(notes), file=sys.stderr)
    for line in damaged:
        print(f"damaged: {printable(line)}", file=sys.stderr)
    if damaged:
        print(f"damaged lines, which are not in the table: {len(damaged)}", file=sys.stderr)
    return 1 if damaged else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # The reader has seen enough. Python would complain when it flushes standard output at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
