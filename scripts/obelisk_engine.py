"""Tries deploy/obelisk against a simulator, and kills the engine in the middle of a workflow.

Usage: obelisk_engine.py OBELISK SIMULATOR FOLDER. FOLDER has the components and the files of deploy/obelisk. See obelisk.sh.
"""

from __future__ import annotations

import hashlib
import http.client
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable
from pathlib import Path

OBELISK, SIMULATOR, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3])
ACCESS = "onepassword:users-activity/access@0.2.0"
CONTAIN = "onepassword:users-workflow/containment@0.2.0.contain"
KEY = "a-key-of-the-responder-0123456789"
START_SECONDS = 60
RESULT_SECONDS = 120
# In place of the forty seconds of the deployment: after a kill, the engine waits for the end of the lock.
LOCK_SECONDS = 5


class Proxy(http.server.ThreadingHTTPServer):
    """A proxy in front of the simulator, which counts requests and can act before or after one of them."""

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = urllib.parse.urlsplit(upstream).netloc
        self.lock = threading.Lock()
        self.suspensions: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.before: Callable[[int], bool] = lambda _: False
        self.after: Callable[[int], bool] = lambda _: False
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def expect(self, before: Callable[[int], bool], after: Callable[[int], bool]) -> None:
        """Forgets what was counted. Each function gets the number of a suspension; if it returns true, nothing more is sent."""
        with self.lock:
            self.suspensions.clear()
            self.requests.clear()
            self.before, self.after = before, after

    def handle_error(self, request: object, client_address: object) -> None:
        # The engine was killed.
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        found = re.search(r"/users/([^/:?]+)(:suspend)?", self.path)
        number = 0
        with self.server.lock:
            if found:
                self.server.requests[found[1]] += 1
            if found and found[2]:
                self.server.suspensions[found[1]] += 1
                number = self.server.suspensions.total()
        if number and self.server.before(number):
            self.close_connection = True
            return
        upstream = http.client.HTTPConnection(self.server.upstream)
        headers = {**self.headers, "host": self.server.upstream}
        upstream.request(self.command, self.path, body, headers)
        response = upstream.getresponse()
        content = response.read()
        if number and self.server.after(number):
            self.close_connection = True
            return
        self.send_response_only(response.status)
        for name, value in response.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer

    def log_message(self, *_: object) -> None:
        pass


class Engine:
    """The engine, which can be killed and started again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.process: subprocess.Popen[str] | None = None
        self.service = ""
        deployment = (FOLDER / "deployment.toml").read_text()
        shorter, count = re.subn(r"lock_expiry\.seconds = \d+", f"lock_expiry.seconds = {LOCK_SECONDS}", deployment)
        assert count == 1, "the deployment has one lock"
        (FOLDER / "deployment.toml").write_text(shorter)
        server = (FOLDER / "server.toml").read_text().replace("/var/lib/obelisk", str(FOLDER))
        # The engine does not tell the port of its API, so that it must be a free one that is known.
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self.api = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert "127.0.0.1:5005" in server and "127.0.0.1:9090" in server, "the server has two addresses"
        server = server.replace("127.0.0.1:5005", self.api.removeprefix("http://"))
        (FOLDER / "server.toml").write_text(server.replace("127.0.0.1:9090", "127.0.0.1:0"))

    def start(self) -> None:
        """Starts the engine, and waits until it is ready."""
        command = [OBELISK, "server", "run", "--server-config", "server.toml", "--deployment", "deployment.toml"]
        log = (FOLDER / "server.log").open("a+")
        begin = log.seek(0, os.SEEK_END)
        self.process = subprocess.Popen(command, cwd=FOLDER, env=self.environment, stdout=log, stderr=log, text=True)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            log.seek(begin)
            text = log.read()
            if "Obelisk is ready" in text:
                self.service = re.search(r"`external` is listening on (http://\S+)", text)[1]
                return
            assert self.process.poll() is None, text
            time.sleep(0.05)
        raise AssertionError("the engine is not ready in time")

    def kill(self) -> None:
        """Kills the engine, which gets no chance to write anything."""
        self.process.kill()
        self.process.wait()

    def run(self, *arguments: str) -> str:
        command = [OBELISK, "execution", arguments[0], "--api-url", self.api, *arguments[1:]]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=RESULT_SECONDS, check=False)
        return done.stdout

    def call(self, function: str, *parameters: object) -> object:
        """Submits an execution and waits for its result."""
        return json.loads(self.run("submit", "--follow", "--json", function, json.dumps(parameters)))

    def submit(self, function: str, *parameters: object) -> str:
        """Submits an execution, and returns its id."""
        return re.search(r"E_\w+", self.run("submit", function, json.dumps(parameters)))[0]

    def result(self, execution: str) -> object:
        """Waits for the result of an execution."""
        return json.loads(self.run("result", "--follow", "--json", execution))


def ask(url: str, path: str, body: object = None) -> tuple[int, object]:
    """Sends a request to the service."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    method, text = ("GET", None) if body is None else ("POST", json.dumps(body))
    connection.request(method, path, text, headers)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def killed_workflow(engine: Engine, proxy: Proxy, users: list[str], before: int, after: int) -> None:
    """Kills the engine before or after a suspension of five, and checks what becomes of the workflow."""
    killed = threading.Event()

    def kill_at(wanted: int) -> Callable[[int], bool]:
        def act(number: int) -> bool:
            if number != wanted or killed.is_set():
                return False
            engine.kill()
            killed.set()
            return True

        return act

    proxy.expect(kill_at(before), kill_at(after))
    execution = engine.submit(CONTAIN, users)
    assert killed.wait(RESULT_SECONDS), "the suspension never came"
    engine.start()
    result = engine.result(execution)
    outcomes = result["ok"]
    assert [(it["name"], it["suspended"]) for it in outcomes] == [(user, True) for user in users], result
    number = before or after
    asked = [proxy.suspensions[user] for user in users]
    # The engine promises to run an activity at least once: only the one under way at the kill is asked for again.
    expected = [2 if index == number - 1 else 1 for index in range(len(users))]
    assert asked == expected, f"suspensions asked for: {asked} instead of {expected}"
    for user in users:
        status, found = ask(engine.service, f"/v1/users/{user}")
        assert (status, found["state"]) == (200, "suspended"), found
    place = "before" if before else "after"
    print(f"killed {place} suspension {number}: all five are suspended, and were asked {asked} times")


def main() -> None:
    simulator = subprocess.Popen([SIMULATOR, "--users", "60", "--json"], stdout=subprocess.PIPE, text=True)
    account = json.loads(simulator.stdout.readline())
    proxy = Proxy(account["url"])
    engine = Engine({
        **os.environ,
        "OP_USERS_ACCOUNT_ID": account["account_id"],
        "OP_USERS_CLIENT_ID": account["client_id"],
        "OP_USERS_CLIENT_SECRET": account["client_secret"],
        "OP_USERS_BASE_URL": proxy.url,
        "OP_SERVICE_KEYS": f"responder:contain:{hashlib.sha256(KEY.encode()).hexdigest()}",
        "OP_SERVICE_WEBHOOK_SECRETS": "siem:whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    })
    try:
        engine.start()
        _, page = ask(engine.service, "/v1/users?page_size=60")
        kept = (account["owner_id"], account["externally_managed_id"])
        users = [it["id"] for it in page["users"] if it["state"] == "active" and it["id"] not in kept]
        emails = {it["id"]: it["email"] for it in page["users"]}

        first = users.pop()
        found = engine.call(f"{ACCESS}.find-user", emails[first])
        assert found["ok"]["id"] == first, found
        suspended = engine.call(f"{ACCESS}.suspend-user", first)
        assert suspended["ok"]["state"] == "suspended", suspended
        print("an activity suspends a user")

        proxy.expect(lambda _: False, lambda _: False)
        unknown = engine.call(f"{ACCESS}.suspend-user", "NOSUCHUSER")
        assert unknown["error"]["permanent"].startswith("not-found: "), unknown
        tries = proxy.requests["NOSUCHUSER"]
        assert tries == 1, f"an unknown user was asked for {tries} times"
        print("a user who is not found is a permanent error, and not asked for again")

        proxy.expect(lambda number: number == 1, lambda _: False)
        broken = users.pop()
        retried = engine.call(f"{ACCESS}.suspend-user", broken)
        assert retried["ok"]["state"] == "suspended", retried
        print("a suspension whose connection breaks is tried again")

        for before, after in ((1, 0), (3, 0), (0, 3), (0, 5)):
            killed_workflow(engine, proxy, [users.pop() for _ in range(5)], before, after)

        assert ask(engine.service, "/healthz")[0] == 200
        status, report = ask(engine.service, "/v1/restore", {"users": [first]})
        assert (status, report["summary"]["changed"]) == (200, 1), report
        print("the service answers as a webhook endpoint")

        secret = account["client_secret"]
        assert secret not in (FOLDER / "server.log").read_text(), "the log of the engine has the secret"
        database = b"".join(file.read_bytes() for file in (FOLDER / "database").iterdir())
        assert secret.encode() not in database, "the database of the engine has the secret"
        print("neither the log nor the database of the engine has the secret")
    finally:
        engine.kill()
        simulator.kill()


main()
