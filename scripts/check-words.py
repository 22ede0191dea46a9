#!/usr/bin/env python3
"""Checks the rules of CONTRIBUTING.md on words that a machine can check.

Usage: check-words.py [FOLDER...]

- Doc lines that open with a question word: fewer than 2 % outside of tests.
- Words that leave the subject of a sentence open: none.
- Type names: one definition each in a crate, outside of tests.
- Test names: at most 60 characters.

With folders, only files below them are checked.
"""

import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_QUESTION_WORDS = 0.02
MAX_TEST_NAME = 60
QUESTION_WORD = re.compile(r"\s*//[/!]\s*(What|Who|Whose|Whom|Whether|How|Where)\b")
OPEN_SUBJECT = re.compile("(?i)(?<![a-z])(who" "ever|no" "body|every" "body|some" "body)(?![a-z])")
TYPE = re.compile(r"(?m)^\s*(?:pub(?:\([a-z ]+\))? )?(?:struct|enum|trait|union) (\w+)|^(?:pub(?:\([a-z ]+\))? )?type (\w+)")
TEST = re.compile(r"#\[(?:tokio::)?test(?:\([^\]]*\))?\]\s*(?:#\[[^\]]*\]\s*)*(?:async )?fn (\w+)")
INLINE_TESTS = re.compile(r"#\[cfg\(test\)\]\s*(?:pub(?:\([a-z]+\))? )?mod \w+ \{")
# Files whose words are data: corpora, locks, licences, and this script's own list.
SKIPPED = ("fuzz/corpus/", "Cargo.lock", "LICENSE", "scripts/check-words.py")


def files() -> list[pathlib.Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    names = [name for name in listed.stdout.split("\0") if name and not any(part in name for part in SKIPPED)]
    folders = [pathlib.Path(folder).resolve() for folder in sys.argv[1:]] or [ROOT]
    paths = [ROOT / name for name in names]
    return [path for path in paths if path.is_file() and any(path.is_relative_to(folder) for folder in folders)]


def is_test(path: pathlib.Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return "tests" in parts or "tests.rs" in parts or parts[0] == "host-tests"


def crate(path: pathlib.Path) -> pathlib.Path:
    """The folder of the crate that a file belongs to."""
    return next(folder for folder in path.parents if (folder / "Cargo.toml").is_file())


def main() -> None:
    problems = []
    doc_lines = question_words = 0
    types = collections.defaultdict(list)
    for path in files():
        name = path.relative_to(ROOT)
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if word := OPEN_SUBJECT.search(line):
                problems.append(f"{name}:{number}: `{word.group(1)}`: name the subject")
        if path.suffix == ".rs":
            for test in TEST.findall(text):
                if len(test) > MAX_TEST_NAME:
                    problems.append(f"{name}: the test name `{test}` has {len(test)} characters")
        if path.suffix not in (".rs", ".wit") or is_test(path):
            continue
        text = INLINE_TESTS.split(text)[0]
        for number, line in enumerate(text.splitlines(), 1):
            if re.match(r"\s*//[/!]", line):
                doc_lines += 1
            if QUESTION_WORD.match(line):
                question_words += 1
                print(f"{name}:{number}: {line.strip()}")
        if path.suffix == ".rs" and "examples" not in path.parts:
            for names in TYPE.findall(text):
                types[crate(path), names[0] or names[1]].append(str(name))
    for (folder, type_name), defined in types.items():
        if len(defined) > 1:
            problems.append(f"the type name `{type_name}` is defined {len(defined)} times: {', '.join(defined)}")
    share = question_words / max(doc_lines, 1)
    print(f"{question_words} of {doc_lines} doc lines open with a question word ({share:.1%})")
    if share >= MAX_QUESTION_WORDS:
        problems.append("too many doc lines open with a question word")
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(f"{len(problems)} problems")


if __name__ == "__main__":
    main()
