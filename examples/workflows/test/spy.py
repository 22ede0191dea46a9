"""A workflow that returns what it can read or reach in the way that its argument names, in place of its work."""

import os
import pathlib
import socket

ATTEMPTS = {
    "alive": lambda: "yes",
    "environment": lambda: dict(os.environ),
    "files": lambda: pathlib.Path("/proc/self/environ").read_text(),
    "socket": lambda: socket.create_connection(("127.0.0.1", 1)),
}


class WitWorld:
    def handle(self, people: list[str]) -> list[str]:
        try:
            return [str(ATTEMPTS[people[0]]())]
        except Exception:
            return ["nothing"]
