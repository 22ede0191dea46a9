#!/usr/bin/env python3
"""Plays the conformance cases with the plugin under the Python package `wasmtime`.

Usage: conformance run --host "plugin in wasmtime-py 50.0.1" -- python3 wasmtime_python.py COMPONENT

COMPONENT is target/wasm32-unknown-unknown/plugin/onepassword_users_plugin.wasm. Needs `pip install wasmtime`.

The plugin runs one call at a time, and a call cannot be stopped from outside: a case with calls at once, or with a stop, is
reported as not supported.
"""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from wasmtime import Engine, Store, WasiConfig
from wasmtime.component import Component, Linker, Variant

PACKAGE = "onepassword:users"
VERSION = "0.2.0"
# Cases at a time. Each has its own instance, and most of them wait.
WORKERS = 4


class Record:
    """A record of the contract, with its fields by name."""

    def __init__(self, **fields):
        vars(self).update({name.replace("_", "-"): value for name, value in fields.items()})


class Plugin:
    """An instance of the plugin, for one account."""

    def __init__(self, engine, component, environment):
        linker = Linker(engine)
        linker.add_wasip2()
        linker.add_wasi_http()
        self.store = Store(engine)
        wasi = WasiConfig()
        wasi.env = list(environment.items())
        self.store.set_wasi(wasi)
        self.store.set_wasi_http()
        self.instance = linker.instantiate(self.store, component)

    def call(self, interface, function, *arguments):
        """Calls a function of the contract. Returns its value, and true if that is the error of a `result`."""
        exports = self.instance.get_export_index(self.store, f"{PACKAGE}/{interface}@{VERSION}")
        index = self.instance.get_export_index(self.store, function, exports)
        exported = self.instance.get_func(self.store, index)
        value = exported(self.store, *arguments)
        exported.post_return(self.store)
        if isinstance(value, Variant) and value.tag in ("ok", "err"):
            return value.payload, value.tag == "err"
        return value, False


def environment(settings):
    """Returns the environment variables for settings of the protocol."""
    variables = {"OP_USERS_ACCOUNT_ID": settings["accountId"]}
    base_url = settings.get("baseUrl", "com")
    variables["OP_USERS_BASE_URL"] = base_url if isinstance(base_url, str) else base_url["origin"]
    credentials = settings["credentials"]
    if "basic" in credentials:
        variables["OP_USERS_BASIC"] = credentials["basic"]
    else:
        variables["OP_USERS_CLIENT_ID"] = credentials["client"]["clientId"]
        variables["OP_USERS_CLIENT_SECRET"] = credentials["client"]["clientSecret"]
    for name, variable in (
        ("apiVersion", "OP_USERS_API_VERSION"),
        ("tokenPath", "OP_USERS_TOKEN_PATH"),
        ("revokePath", "OP_USERS_REVOKE_PATH"),
        ("userAgent", "OP_USERS_USER_AGENT"),
        ("deadlineMs", "OP_USERS_DEADLINE_MS"),
    ):
        if name in settings:
            variables[variable] = str(settings[name])
    return variables


def play(plugin, operation):
    """Carries out an operation of the protocol, and returns its result in the form of the protocol."""
    ((name, arguments),) = operation.items()
    if name == "list-users":
        options = Record(
            filter=arguments.get("filter"),
            max_page_size=arguments.get("maxPageSize"),
            page_token=arguments.get("pageToken"),
        )
        return result("page", *plugin.call("users", name, options))
    if name in ("get-user", "suspend-user", "reactivate-user"):
        return result("user", *plugin.call("users", name, arguments["id"]))
    if name == "find-user":
        return result("user", *plugin.call("containment", name, arguments["email"], arguments.get("deadlineMs")))
    if name == "list-all-users":
        values = (arguments.get("filter"), arguments["limit"], arguments.get("deadlineMs"))
        return result("list", *plugin.call("containment", name, *values))
    if name in ("suspend-users", "reactivate-users"):
        targets = [
            Record(who=selector(target["who"]), expect_email=target.get("expectEmail"))
            for target in arguments["targets"]
        ]
        options = arguments.get("options", {})
        options = Record(
            dry_run=options.get("dryRun", False),
            max_changes=options.get("maxChanges"),
            protect=[selector(entry) for entry in options.get("protect", [])],
            concurrency=options.get("concurrency"),
            stop_on_error=options.get("stopOnError", False),
            deadline_ms=options.get("deadlineMs"),
        )
        return result("report", *plugin.call("containment", name, targets, options))
    if name == "check":
        return result("findings", *plugin.call("connection", name))
    # A `result` without a value for its success is none or the error.
    error, _ = plugin.call("connection", name)
    return result("revoked", Record() if error is None else error, error is not None)


def selector(value):
    """Returns a `selector` of the contract."""
    ((kind, name),) = value.items()
    return Variant(kind, name)


def result(kind, value, is_error):
    """Returns a result in the form of the protocol."""
    return {"error" if is_error else kind: to_json(value)}


def to_json(value):
    """Returns a value of the contract in the form of the protocol: names in camel case, no field without a value."""
    if isinstance(value, Variant):
        return value.tag if value.payload is None else {value.tag: to_json(value.payload)}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if not hasattr(value, "__dict__"):
        return value
    fields = {}
    for name, field in vars(value).items():
        first, *rest = name.split("-")
        if name == "outcome" and isinstance(field, Variant):
            fields["outcome"] = field.tag
            if field.payload is not None:
                fields["error"] = to_json(field.payload)
        elif field is not None:
            fields[first + "".join(word.capitalize() for word in rest)] = to_json(field)
    return fields


def request(method, path, body=None):
    """Sends a request to the control server, and returns its answer."""
    url = os.environ["CONFORMANCE_URL"] + path
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, method=method)) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.read().decode()}")


def play_case(engine, component, name):
    """Plays a case and reports its results."""
    path = "/cases/" + urllib.parse.quote(name, safe="")
    case = request("POST", path + "/start", {})
    calls = [call for step in case["steps"] for call in step["calls"]]
    if any(len(step["calls"]) > 1 for step in case["steps"]):
        played = {"unsupported": "an instance of the plugin runs one call at a time"}
    elif any("abortAfterMs" in call or "drainAfterMs" in call for call in calls):
        played = {"unsupported": "a call of the plugin cannot be stopped"}
    else:
        plugin = Plugin(engine, component, environment(case["settings"]))
        played = {"results": [play(plugin, call["operation"]) for call in calls]}
    request("POST", path + "/results", played)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    engine = Engine()
    component = Component.from_file(engine, sys.argv[1])
    names = request("GET", "/cases")
    with ThreadPoolExecutor(WORKERS) as workers:
        for played in [workers.submit(play_case, engine, component, name) for name in names]:
            played.result()


if __name__ == "__main__":
    main()
