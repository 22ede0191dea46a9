#!/usr/bin/env python3
"""Checks the files of deploy/: each says by which command it is run, or that it was not and why; and manifests that no script runs
name the right hosts and settings.

A file has, among its first lines, "Run by `COMMAND`" or "Not run: REASON". Each command between backquotes that begins with the name of a
file of this project, or with `cargo test`, must exist.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST_LINES = 12
# Data, or described by the README beside it.
WITHOUT_STATEMENT = {"deploy/README.md"}
HOSTS = {f"https://api.1password.{region}" for region in ("com", "ca", "eu")}
PACKAGES = {
    re.search(r'^name = "(.+)"', file.read_text(), re.MULTILINE)[1]
    for file in ROOT.glob("**/Cargo.toml")
    if "target" not in file.parts and re.search(r'^name = "', file.read_text(), re.MULTILINE)
}
problems = []


def check_statement(name: str, text: str) -> None:
    """Checks the statement of a file, and the commands in it."""
    head = " ".join(line.lstrip("#/ ") for line in text.splitlines()[:FIRST_LINES])
    run = re.search(r"\b[Rr]un by `([^`]+)`", head)
    reason = re.search(r"\bNot run: (\w[^.]+)\.", head)
    if not run and not reason:
        problems.append(f"{name}: says neither `Run by` with a command nor `Not run:` with a reason")
    for command in re.findall(r"\bby `([^`]+)`", head):
        first, *rest = command.split()
        if first == "cargo":
            package = rest[rest.index("-p") + 1]
            module = ROOT / package.removeprefix("onepassword-users-") / "tests/it" / f"{rest[-1]}.rs"
            if package not in PACKAGES or not module.is_file():
                problems.append(f"{name}: there is no `{command}`")
        elif "/" in first and not (ROOT / first).is_file():
            problems.append(f"{name}: there is no {first}")


def settings() -> set[str]:
    """Returns the names of all settings, from the documentation."""
    pages = [(ROOT / "docs" / page).read_text() for page in ("setup.md", "service.md")]
    return set(re.findall(r"^\| `(OP_(?:USERS|SERVICE)_[A-Z_]+)`", "\n".join(pages), re.MULTILINE))


def check_settings(name: str, found: set[str]) -> None:
    """Checks that a manifest names settings that exist."""
    if not found:
        problems.append(f"{name}: names no setting")
    for setting in sorted(found - settings()):
        problems.append(f"{name}: {setting} is no setting")


def check_spin(name: str) -> None:
    """Checks the manifest of Spin."""
    manifest = tomllib.loads((ROOT / name).read_text())
    component = manifest["component"][manifest["trigger"]["http"][0]["component"]]
    if set(component["allowed_outbound_hosts"]) != HOSTS:
        problems.append(f"{name}: the hosts are not those of all regions")
    check_settings(name, set(component["environment"]))


def check_wasmcloud(name: str) -> None:
    """Checks the manifest of wasmCloud, line by line: the standard library reads no YAML."""
    text = (ROOT / name).read_text()
    if set(re.findall(r"- (https://\S+)", text)) != HOSTS:
        problems.append(f"{name}: the hosts are not those of all regions")
    check_settings(name, set(re.findall(r"^ +(OP_[A-Z_]+):", text, re.MULTILINE)))


listed = subprocess.run(["git", "ls-files", "deploy"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
names = listed.split()
for name in names:
    if name not in WITHOUT_STATEMENT:
        check_statement(name, (ROOT / name).read_text())
check_spin("deploy/spin.toml")
check_wasmcloud("deploy/wasmcloud.yaml")
for problem in problems:
    print(problem)
print(f"{len(names)} files of deploy/, {len(problems)} problems")
sys.exit(bool(problems))
