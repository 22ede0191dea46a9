#!/usr/bin/env python3
"""Measures the client against others, and writes docs/benchmarks.md with its plots.

Builds what is measured, installs the rivals at the versions below, and runs all of them in turn against the same simulator: in each round
every client makes the same calls, so that what else the machine does falls on all of them. The simulator has one core, the clients have
the other one. About a quarter of an hour, after a release build.

Usage: run.py [--quick] [--output FOLDER]

--quick: few rounds, to see that everything runs. --output: folder of the page, by default docs.

Needs cargo with the targets wasm32-unknown-unknown and wasm32-wasip2, Node 20 with npm, Python 3.11 with venv, and Linux.
"""

import argparse
import base64
import contextlib
import gzip
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
FOLDER = TARGET / "rivals"

NPM = {"node": "24.21.0", "axios": "1.21.1", "undici": "8.13.1", "binaryen": "132.0.0"}
COMPONENTIZE_JS = "0.23.0"
PYTHON = {"requests": "2.34.2", "httpx": "0.28.1", "matplotlib": "3.11.2"}
WASM = "wasm32-unknown-unknown"

# Names of the clients in the tables.
NAMES = {
    "native": "native: reqwest, serde",
    "floor": "floor: a guest with a careful client's host calls",
    "plugin": "**plugin**",
    "steps": "module without I/O",
    "undici": "Node, undici",
    "axios": "Node, axios, keep-alive",
    "axios-fresh": "Node, axios as it comes",
    "httpx": "Python, httpx",
    "requests": "Python, requests, session",
    "requests-fresh": "Python, requests as it comes",
    "plain-plugin": "**plugin** in a host of wasmtime's parts",
    "wstd": "component over wstd, in the same",
    "componentize-js": "component by componentize-js, in the same",
}


def run(*command: "str | pathlib.Path", **options) -> None:
    subprocess.run([str(part) for part in command], check=True, **options)


class Process:
    """A program that answers lines of JSON with lines of JSON, on one core."""

    def __init__(self, command: list, core: int, environment: "dict[str, str] | None" = None) -> None:
        environment = {**os.environ, **(environment or {})}
        self._process = subprocess.Popen(
            ["taskset", "-c", str(core), *map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.first = self._read()

    def _read(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._process.args} ended: {self._process.wait()}")
        return json.loads(line)

    def ask(self, line: str) -> dict:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._read()

    def order(self, **order) -> "tuple[list[int], float]":
        """Makes calls. Returns the time of each and the CPU time of one, in nanoseconds."""
        before = self._cpu()
        answer = self.ask(json.dumps(order))
        used = self._cpu() - before
        return answer["nanoseconds"], used / order["count"]

    def _cpu(self) -> int:
        # The clock of another process: clock_getcpuclockid(3).
        return time.clock_gettime_ns((~self._process.pid << 3) | 2)

    def peak(self) -> int:
        """Largest resident memory so far, in bytes."""
        status = pathlib.Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


@contextlib.contextmanager
def server(users: int):
    """A simulator with this many users."""
    process = Process([TARGET / "release" / "bench-server", users], core=1)
    try:
        yield process
    finally:
        process.close()


def counts(simulator: Process) -> dict:
    return simulator.ask("count")


def build() -> dict:
    """Builds and installs everything. Returns the commands of the clients, and the versions."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    packages = ["onepassword-users-benches", "onepassword-users-cli"]
    run("cargo", "build", "--locked", "--release", *sum((["-p", package] for package in packages), []), cwd=ROOT)
    floor = ["--profile", "plugin", "--target", WASM, "-p", "onepassword-users-floor"]
    run("cargo", "build", "--locked", *floor, cwd=ROOT)
    shutil.copy(TARGET / WASM / "plugin" / "onepassword_users_floor.wasm", FOLDER / "floor.wasm")
    run(TARGET / "release" / "op-users", "component", FOLDER / "plugin.wasm")
    run("rustup", "target", "add", "wasm32-wasip2", cwd=ROOT)
    wstd = ["--release", "--target", "wasm32-wasip2", "--target-dir", FOLDER / "wstd"]
    run("cargo", "build", "--locked", *wstd, cwd=HERE / "wstd")
    shutil.copy(FOLDER / "wstd" / "wasm32-wasip2" / "release" / "wstd_rival.wasm", FOLDER / "wstd.wasm")

    node = FOLDER / "node"
    install(node, NPM)
    shutil.copy(HERE / "node.mjs", node)
    componentize = FOLDER / "componentize"
    install(componentize, {"@bytecodealliance/componentize-js": COMPONENTIZE_JS})
    shutil.copy(HERE / "componentize.mjs", componentize)
    run("node", "componentize.mjs", HERE / "component.js", HERE / "wit", FOLDER / "componentize-js.wasm", cwd=componentize)

    python = FOLDER / "python"
    if not python.exists():
        run(sys.executable, "-m", "venv", python)
    pinned = [f"{name}=={version}" for name, version in PYTHON.items()]
    run(python / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pinned)

    client = TARGET / "release" / "bench-client"
    commands = {kind: [client, kind] for kind in ("native", "floor", "plugin", "steps", "plain-plugin")}
    for kind in ("undici", "axios", "axios-fresh"):
        commands[kind] = [node / "node_modules" / "node" / "bin" / "node", "node.mjs", kind]
    for kind in ("httpx", "requests", "requests-fresh"):
        commands[kind] = [python / "bin" / "python", HERE / "python_client.py", kind]
    for kind in ("wstd", "componentize-js"):
        commands[kind] = [client, "rival"]
    return commands


def install(folder: pathlib.Path, packages: "dict[str, str]") -> None:
    """Installs packages of npm, unless they are there."""
    folder.mkdir(exist_ok=True)
    wanted = json.dumps({"private": True, "dependencies": packages})
    manifest = folder / "package.json"
    if manifest.exists() and manifest.read_text() == wanted and (folder / "node_modules").exists():
        return
    shutil.rmtree(folder / "node_modules", ignore_errors=True)
    (folder / "package-lock.json").unlink(missing_ok=True)
    manifest.write_text(wanted)
    run("npm", "install", "--silent", "--no-audit", "--no-fund", cwd=folder)


def environment_of(kind: str, settings: "dict[str, str]", token: str) -> "dict[str, str]":
    environment = {name: value for name, value in settings.items() if name.startswith("OP_USERS_")}
    # Long enough for the largest account.
    environment["OP_USERS_DEADLINE_MS"] = "600000"
    environment["FLOOR_TOKEN"] = token
    environment["FLOOR_COMPONENT"] = str(FOLDER / "floor.wasm")
    environment["RIVAL_COMPONENT"] = str(FOLDER / f"{kind}.wasm")
    return environment


def token_of(settings: "dict[str, str]") -> str:
    """A token for the clients that exchange none."""
    pair = f"{settings['OP_USERS_CLIENT_ID']}:{settings['OP_USERS_CLIENT_SECRET']}"
    request = urllib.request.Request(
        settings["OP_USERS_BASE_URL"] + "/v1beta1/users/oauth2/token",
        data=b"grant_type=client_credentials",
        headers={
            "authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
            "user-agent": "Rival/1",
        },
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return json.load(opener.open(request))["access_token"]


def start(kind: str, commands: dict, settings: dict, token: str) -> Process:
    folder = FOLDER / "node" if kind.startswith(("undici", "axios")) else None
    command = commands[kind]
    if folder:
        command = [command[0], folder / command[1], *command[2:]]
    return Process(command, core=0, environment=environment_of(kind, settings, token))


class Series:
    """Times of one operation of one client, round by round."""

    def __init__(self) -> None:
        self.medians: "list[float]" = []
        self.cpu: "list[float]" = []
        self.all: "list[int]" = []

    def add(self, nanoseconds: "list[int]", cpu: float) -> None:
        self.medians.append(statistics.median(nanoseconds))
        self.cpu.append(cpu)
        self.all += nanoseconds

    @property
    def busy(self) -> float:
        return statistics.median(self.cpu)

    @property
    def p99(self) -> float:
        return sorted(self.all)[len(self.all) * 99 // 100]


def calls(commands: dict, rounds: int) -> "tuple[dict, dict]":
    """Warm gets and pages of a thousand users, and the connections of a thousand gets in turn."""
    results: dict = {}
    connections: dict = {}
    with server(1000) as simulator:
        settings = simulator.first
        token = token_of(settings)
        clients = {}
        for kind in commands:
            before = counts(simulator)["connections"]
            clients[kind] = start(kind, commands, settings, token)
            clients[kind].order(operation="get", count=999, id=settings["id"])
            clients[kind].order(operation="list", count=5)
            connections[kind] = counts(simulator)["connections"] - before
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
            for operation, count in (("get", 200), ("list", 10)):
                for kind, client in clients.items():
                    times = client.order(operation=operation, count=count, id=settings["id"])
                    results.setdefault((operation, kind), Series()).add(*times)
        for client in clients.values():
            client.close()
    return results, connections


def growth(commands: dict, sizes: "list[int]") -> dict:
    """Time, CPU and peak memory of finding the last user, as the account grows."""
    results: dict = {}
    kinds = ["plugin", "native", "undici", "httpx"]
    for users in sizes:
        rounds = 5 if users <= 100_000 else 1
        with server(users) as simulator:
            settings = simulator.first
            token = token_of(settings)
            clients = {kind: start(kind, commands, settings, token) for kind in kinds}
            # The first look-up compiles and fills caches.
            if users <= 100_000:
                for client in clients.values():
                    client.order(operation="find", count=1, email=settings["email"])
            for _ in range(rounds):
                for kind, client in clients.items():
                    times = client.order(operation="find", count=1, email=settings["email"])
                    results.setdefault((users, kind), Series()).add(*times)
            for kind, client in clients.items():
                results[users, kind].peak = client.peak()
                client.close()
        print(f"{users:,} users: {[round(results[users, kind].busy / 1e6) for kind in kinds]} ms", file=sys.stderr)
    return results


def starts(rounds: int) -> "list[float]":
    """Milliseconds from the start of `op-users get` to its first request."""
    op_users = TARGET / "release" / "op-users"
    milliseconds = []
    with server(100) as simulator:
        settings = simulator.first
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("OP_", "SSL_CERT"))}
        environment.update((name, value) for name, value in settings.items() if name.startswith("OP_USERS_"))
        for number in range(rounds + 2):
            counts(simulator)
            begun = time.time_ns()
            command = ["taskset", "-c", "0", str(op_users), "get", settings["id"]]
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
            # The first one compiles.
            if number >= 2:
                milliseconds.append((counts(simulator)["first_request"] - begun) / 1e6)
    return milliseconds


def service(callers: int, calls_each: int) -> dict:
    """The service under load: tokens, errors, requests a second."""
    key = "key-of-the-benchmark-0123456789abcdef"
    digest = subprocess.run(["sha256sum"], input=key.encode(), stdout=subprocess.PIPE, check=True).stdout.split()[0].decode()
    with server(1000) as simulator:
        settings = simulator.first
        environment = {**os.environ, **{name: value for name, value in settings.items() if name.startswith("OP_USERS_")}}
        environment["OP_SERVICE_KEYS"] = f"bench:read:{digest}"
        command = [str(TARGET / "release" / "op-users"), "serve", "--listen", "127.0.0.1:0", "--json"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        try:
            url = json.loads(process.stdout.readline())["url"]
            before = counts(simulator)["tokens"]
            command = [TARGET / "release" / "bench-client", "load", url, key, settings["id"], callers, calls_each]
            loaded = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, check=True).stdout
            result = json.loads(loaded)
            result["tokens"] = counts(simulator)["tokens"] - before
            result["calls"] = len(result["nanoseconds"])
            return result
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def instances(commands: dict) -> "tuple[list[int], list[int]]":
    with server(100) as simulator:
        settings = simulator.first
        client = start("plugin", commands, settings, token_of(settings))
        answer = client.ask(json.dumps({"operation": "instantiate", "count": 3000}))
        client.close()
    return answer["plugin"], answer["floor"]


def sizes() -> "dict[str, tuple[int, int]]":
    """Bytes of the components after `wasm-opt -Oz`, and with gzip."""
    sys.path.insert(0, str(ROOT / "scripts"))
    module = __import__("component-size")
    os.environ["PATH"] = f"{FOLDER / 'node' / 'node_modules' / '.bin'}:{os.environ['PATH']}"
    measured = {}
    for name in ("plugin", "floor"):
        small = module.optimised((FOLDER / f"{name}.wasm").read_bytes())
        measured[name] = (len(small), len(gzip.compress(small, 9, mtime=0)))
    for name in ("wstd", "componentize-js"):
        built = (FOLDER / f"{name}.wasm").read_bytes()
        measured[name] = (len(built), len(gzip.compress(built, 9, mtime=0)))
    return measured


def budgets() -> "dict[str, int]":
    """What the tests count exactly: fuel and memory of the plugin."""
    command = ["cargo", "test", "--locked", "--workspace", "--test", "it", "budgets::", "--", "--nocapture", "--test-threads", "1"]
    output = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    lines = re.findall(r"((?:fuel|memory) of [^:]+): (\d+) of \d+", output)
    return {name: int(measured) for name, measured in lines}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rounds, to see that everything runs")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "docs", help="folder of the page (default: docs)")
    arguments = parser.parse_args()
    rounds = 2 if arguments.quick else 15
    commands = build()
    measured, connections = calls(commands, rounds)
    accounts = [1000, 10_000] if arguments.quick else [1000, 10_000, 100_000, 1_000_000]
    results = {
        "rounds": rounds,
        "calls": {
            f"{operation} {kind}": {"wall": series.medians, "cpu": series.cpu, "p99": series.p99}
            for (operation, kind), series in measured.items()
        },
        "connections": connections,
        "growth": {
            f"{users} {kind}": {"wall": series.medians, "cpu": series.cpu, "peak": series.peak}
            for (users, kind), series in growth(commands, accounts).items()
        },
        "starts": starts(5 if arguments.quick else 40),
        "service": {str(callers): service(callers, each) for callers, each in ((50, 20 if arguments.quick else 200), (200, 5 if arguments.quick else 50))},
        "instances": instances(commands),
        "sizes": sizes(),
        "budgets": budgets(),
        "machine": machine(),
    }
    for load in results["service"].values():
        del load["nanoseconds"]
    (FOLDER / "results.json").write_text(json.dumps(results))
    arguments.output.mkdir(parents=True, exist_ok=True)
    run(FOLDER / "python" / "bin" / "python", HERE / "report.py", FOLDER / "results.json", arguments.output)


def machine() -> dict:
    model = next(
        (line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    rustc = subprocess.run(["rustc", "--version"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split()[1]
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "rust": rustc,
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
        "npm": NPM,
        "componentize-js": COMPONENTIZE_JS,
        "pip": PYTHON,
        "wstd": version_in(HERE / "wstd" / "Cargo.lock", "wstd"),
        "wasmtime": version_in(ROOT / "Cargo.lock", "wasmtime"),
        "reqwest": version_in(ROOT / "Cargo.lock", "reqwest"),
    }


def version_in(lock: pathlib.Path, package: str) -> str:
    lines = lock.read_text().splitlines()
    at = lines.index(f'name = "{package}"')
    return lines[at + 1].split('"')[1]


if __name__ == "__main__":
    main()
