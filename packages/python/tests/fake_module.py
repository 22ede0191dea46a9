"""A small stand-in for the module, for tests of the drivers: no tokens, no retries, one request per user."""

from __future__ import annotations

import json
from typing import Any, Optional

Json = dict[str, Any]

_ERROR: Json = {"effect": "not-applied", "retryable": False, "candidates": [], "requests": 1}


class FakeModule:
    """Gets, suspends and lists users of a server by one request each; calls end at a deadline."""

    def __init__(self, origin: str, deadline_ms: float = 30_000) -> None:
        self.origin = origin
        self.deadline_ms = deadline_ms
        self.events: list[str] = []
        self.fails: list[Json] = []
        self._ids = 0
        self._calls: dict[int, Json] = {}
        self._requests: dict[int, Json] = {}
        self._actions: Json = {}

    def event(self, head: str, piece: Any = b"") -> Json:
        """Takes an event as the module does."""
        [(name, members)] = json.loads(head).items()
        self.events.append(name)
        self._actions = {"send": [], "cancel": [], "settled": [], "done": []}
        getattr(self, f"_{name}")(members, bytes(piece))
        wakes = [call["deadline"] for call in self._calls.values()]
        if wakes:
            self._actions["wake"] = int(min(wakes)) + 1
        return {key: value for key, value in self._actions.items() if value or key == "wake"}

    def _configure(self, members: Json, _: bytes) -> None:
        pass

    def _start(self, members: Json, _: bytes) -> None:
        [(operation, arguments)] = members["operation"].items()
        call = {"number": members["call"], "deadline": members["now"] + self.deadline_ms, "operation": operation}
        call["targets"] = [arguments["id"]] if "id" in arguments else [t["who"]["id"] for t in arguments["targets"]]
        call["reports"] = [None] * len(call["targets"])
        call["next"] = 0
        self._calls[call["number"]] = call
        for _slot in range(arguments.get("options", {}).get("concurrency", 4)):
            self._send(call)

    def _send(self, call: Json) -> None:
        if call["next"] < len(call["targets"]):
            index, call["next"] = call["next"], call["next"] + 1
            self._ids += 1
            is_get = call["operation"] == "get-user"
            user = call["targets"][index]
            request = {
                "id": self._ids,
                "call": call["number"],
                "purpose": "get" if is_get else "suspend",
                "user": user,
                "method": "GET" if is_get else "POST",
                "url": f"{self.origin}/{user}",
                "headers": {"authorization": "Bearer secret-token", "user-agent": "fake"},
                "connectMs": 5000,
            }
            self._requests[self._ids] = {"call": call, "index": index, "body": b"", "status": None}
            self._actions["send"].append(request)

    def _answer(self, members: Json, piece: bytes) -> None:
        request = self._requests.get(members["request"])
        if request is not None:
            request["status"] = members["status"]
            self._body(members, piece)

    def _body(self, members: Json, piece: bytes) -> None:
        request = self._requests.get(members["request"])
        if request is None:
            return
        request["body"] += piece
        if not members["more"]:
            del self._requests[members["request"]]
            if request["status"] == 200:
                self._settle(request, {"outcome": "changed", "user": json.loads(request["body"])})
            else:
                self._settle(request, self._failed("other", status=request["status"]))

    def _fail(self, members: Json, _: bytes) -> None:
        self.fails.append(members)
        request = self._requests.pop(members["request"], None)
        if request is not None:
            is_change = members["possiblySent"] and request["call"]["operation"] != "get-user"
            self._settle(request, self._failed("connection-failed", is_change, message=members["detail"]))

    def _tick(self, members: Json, _: bytes) -> None:
        for call in list(self._calls.values()):
            if call["deadline"] <= members["now"]:
                self._end(call, "timed-out")

    def _stop(self, members: Json, _: bytes) -> None:
        for call in list(self._calls.values()):
            if members.get("call") in (None, call["number"]):
                call["next"] = len(call["targets"])
                if members["atOnce"]:
                    self._end(call, "other")
                else:
                    self._finish(call)

    def _end(self, call: Json, code: str) -> None:
        for number, request in list(self._requests.items()):
            if request["call"] is call:
                del self._requests[number]
                purpose = "get" if call["operation"] == "get-user" else "suspend"
                self._actions["cancel"].append({"id": number, "call": call["number"], "purpose": purpose})
                self._settle(request, self._failed(code, purpose == "suspend"), go_on=False)
        self._finish(call)

    def _failed(self, code: str, is_change: bool = False, message: str = "failed", status: Optional[int] = None) -> Json:
        error = {**_ERROR, "code": code, "message": message, "effect": "possibly-applied" if is_change else "not-applied"}
        if status is not None:
            error["status"] = status
        return {"outcome": "failed", "error": error}

    def _settle(self, request: Json, report: Json, go_on: bool = True) -> None:
        call = request["call"]
        call["reports"][request["index"]] = report
        if call["operation"] == "suspend-users":
            settled = {"call": call["number"], "target": request["index"], "report": report}
            self._actions["settled"].append(settled)
        if go_on:
            self._send(call)
            self._finish(call)

    def _finish(self, call: Json) -> None:
        if any(request["call"] is call for request in self._requests.values()) or call["number"] not in self._calls:
            return
        del self._calls[call["number"]]
        reports = [report or {"outcome": "skipped"} for report in call["reports"]]
        if call["operation"] == "suspend-users":
            result: Json = {"report": {"targets": reports, "requests": len(reports), "warnings": []}}
        elif "error" in reports[0]:
            result = {"error": reports[0]["error"]}
        else:
            result = {"user": reports[0].get("user")}
        self._actions["done"].append({"call": call["number"], "result": result})
