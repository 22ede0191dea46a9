#!/usr/bin/env python3
"""Finds how many requests at once `wasmtime serve` carries with the service, without options and with those of the unit in deploy/.

Usage: concurrent-requests.py SERVICE_WASM WASMTIME...

Every request waits half a second for the API, so that all of them are under way at once. Needs `bench-server` and `bench-client` in
target/release: cargo build --release -p onepassword-users-benches
"""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
KEY = "key-of-concurrent-requests-0123456789"
# More than any deployment of a few responders sends.
MOST = 512


def unit_options() -> "list[str]":
    """Options of `wasmtime serve` in the unit, without the address and the variables."""
    unit = (ROOT / "deploy" / "onepassword-users.service").read_text()
    command = re.search(r"wasmtime serve (.*?)--env", unit, re.DOTALL)
    words = command.group(1).replace("\\\n", " ").split()
    at = words.index("--addr")
    return words[:at] + words[at + 2 :]


def errors(wasmtime: str, options: "list[str]", component: str, settings: dict, callers: int) -> int:
    """Number of failed requests of this number at once."""
    environment = {**os.environ, **{name: value for name, value in settings.items() if name.startswith("OP_")}}
    environment["OP_SERVICE_KEYS"] = f"bench:read:{hashlib.sha256(KEY.encode()).hexdigest()}"
    names = [name for name in environment if name.startswith("OP_")]
    variables = [word for name in names for word in ("--env", name)]
    command = [wasmtime, "serve", *options, "--addr", "127.0.0.1:0", *variables, component]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        url = next(line.split()[-1].rstrip("/") for line in process.stderr if "Serving HTTP on" in line)
        # What the component writes must not fill the pipe.
        subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)
        load = [str(RELEASE / "bench-client"), "load", url, KEY, settings["id"], str(callers), "1"]
        return json.loads(subprocess.run(load, stdout=subprocess.PIPE, check=True).stdout)["errors"]
    finally:
        process.kill()
        process.wait()


def most(wasmtime: str, options: "list[str]", component: str, settings: dict) -> int:
    """The largest number of requests at once of which none fails, up to `MOST`."""
    carried, failed = 0, MOST + 1
    attempt = MOST
    while failed - carried > 1:
        if errors(wasmtime, options, component, settings, attempt):
            failed = attempt
        else:
            carried = attempt
        attempt = (carried + failed) // 2
    return carried


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    component, *runtimes = sys.argv[1:]
    server = subprocess.Popen([str(RELEASE / "bench-server"), "100", "500"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    settings = json.loads(server.stdout.readline())
    try:
        for wasmtime in runtimes:
            version = subprocess.run([wasmtime, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
            for name, options in (("by default", ["-S", "cli=y"]), ("with the unit's options", unit_options())):
                carried = most(wasmtime, options, component, settings)
                print(f"{version}, {name}: {'at least ' if carried == MOST else ''}{carried}", flush=True)
    finally:
        server.kill()


if __name__ == "__main__":
    main()
