#!/usr/bin/env python3
"""Checks that every file that names the project's version names the one of Cargo.toml. Prints each that does not.

Usage: check-versions.py
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERSION = r"(\d+\.\d+\.\d+)"
# Files, and the text before the version in each. A text that is not there is a problem too.
PLACES = {
    "CHANGELOG.md": r"^## (?:Unreleased: )?",
    "README.md": r"\*\*Version ",
    "components/environment/wit/world.wit": r"package onepassword:users-environment@",
    "components/obelisk-workflow/wit/world.wit": r"package onepassword:users-workflow@",
    "components/obelisk/wit/world.wit": r"package onepassword:users-activity@",
    "components/service/src/openapi.json": r'"title": "onepassword-users service",\s*"version": "',
    "components/service/wit/world.wit": r"package onepassword:users-service@",
    "deploy/kubernetes/service.yaml": r"image: \S*onepassword-users-service:",
    "deploy/kubernetes/spin.yaml": r'image: "?\S*onepassword-users-service:',
    "deploy/spin.toml": r'^version = "',
    "deploy/wasmcloud.yaml": r"image: \S*onepassword-users-service:",
    "docs/install.md": r"--tag v",
    "docs/verify.md": r"^version=",
    "fuzz/Cargo.toml": r'^version = "',
    "host-tests/other-hosts/python_host.py": r'^VERSION = "',
    "packages/javascript/package.json": r'"version": "',
    "packages/python/pyproject.toml": r'^version = "',
    "packages/python/src/onepassword_users/__init__.py": r'^__version__ = "',
    **{f"wit/{name}.wit": r"package onepassword:users@" for name in
       ("configuration", "connection", "containment", "types", "users", "world")},
}
# Versions of the contract anywhere: in imports, and in what is shown to people.
ANYWHERE = re.compile(r"onepassword:users(?:-\w+)?(?:/[\w-]+)?@" + VERSION)


def main() -> None:
    cargo = (ROOT / "Cargo.toml").read_text()
    found = re.search(rf'^version = "{VERSION}"', cargo, re.MULTILINE)
    assert found, "Cargo.toml has no version"
    version = found[1]
    problems = []
    for name, before in PLACES.items():
        place = re.search(before + VERSION, (ROOT / name).read_text(), re.MULTILINE)
        if place is None:
            problems.append(f"{name}: has no version after {before}")
        elif place[1] != version:
            problems.append(f"{name}: {place[1]}")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        path = ROOT / name
        if not path.is_file() or name.startswith("xtask/released/"):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        problems.extend(f"{name}: {other[0]}" for other in ANYWHERE.finditer(text) if other[1] != version)
    if problems:
        sys.exit("\n".join([f"not {version}, which Cargo.toml has:", *problems]))
    print(f"{version} in {len(PLACES)} files")


if __name__ == "__main__":
    main()
