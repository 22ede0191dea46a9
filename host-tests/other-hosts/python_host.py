#!/usr/bin/env python3
"""Runs the plugin under the Python package `wasmtime`, a host other than the Rust library of this repository.

Usage: python_host.py COMPONENT SIMULATOR

COMPONENT is target/wasm32-unknown-unknown/plugin/onepassword_users_plugin.wasm, SIMULATOR the binary of the simulator.
Needs `pip install wasmtime`. The instance gets outgoing HTTP, clocks and its own environment variables only.
"""

import json
import subprocess
import sys

from wasmtime import Engine, Store, WasiConfig
from wasmtime.component import Component, Linker, Variant

PACKAGE = "onepassword:users"
VERSION = "0.2.0"


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
        """Calls a function of the contract. Returns the value of a `result`, or the record of its error."""
        exports = self.instance.get_export_index(self.store, f"{PACKAGE}/{interface}@{VERSION}")
        index = self.instance.get_export_index(self.store, function, exports)
        exported = self.instance.get_func(self.store, index)
        value = exported(self.store, *arguments)
        exported.post_return(self.store)
        if isinstance(value, Variant) and value.tag in ("ok", "err"):
            return value.payload
        return value


class Record:
    """A record of the contract, with its fields by name."""

    def __init__(self, fields):
        vars(self).update(fields)


def list_options(page_token=None):
    """Returns `list-options` for a page of 25 users."""
    return Record({"filter": None, "max-page-size": 25, "page-token": page_token})


def change_options():
    """Returns `change-options` for a real run without guards."""
    return Record(
        {
            "dry-run": False,
            "max-changes": None,
            "protect": [],
            "concurrency": None,
            "stop-on-error": False,
            "deadline-ms": None,
        }
    )


def target(kind, value):
    """Returns a `target` named by `id` or `email`."""
    return Record({"who": Variant(kind, value), "expect-email": None})


def expect(behaviour, holds, value):
    """Prints that a behaviour holds, or ends the run and shows the value."""
    if not holds:
        sys.exit(f"failed: {behaviour}: {describe(value)}")
    print(f"ok: {behaviour}")


def describe(value):
    """Returns a value of the contract as nested dictionaries and lists."""
    if isinstance(value, Variant):
        return f"{value.tag}({describe(value.payload)})"
    if isinstance(value, list):
        return [describe(item) for item in value]
    if hasattr(value, "__dict__"):
        return {name: describe(field) for name, field in vars(value).items()}
    return value


def case(value):
    """Returns the name of the case of an enum or a variant."""
    return value if isinstance(value, str) else value.tag


def state(user):
    """Returns the name of the state of a user."""
    return case(user.state)


def run_operations(component, engine, account, api_version):
    """Calls every function of the contract with one API version."""
    environment = {
        "OP_USERS_BASE_URL": account["url"],
        "OP_USERS_ACCOUNT_ID": account["account_id"],
        "OP_USERS_CLIENT_ID": account["client_id"],
        "OP_USERS_CLIENT_SECRET": account["client_secret"],
        "OP_USERS_API_VERSION": api_version,
    }
    plugin = Plugin(engine, component, environment)

    findings = plugin.call("connection", "check")
    verdicts = [finding.verdict for finding in findings]
    expect(f"{api_version}: check reports no failure", "failed" not in verdicts and "passed" in verdicts, findings)

    users, page_token = [], None
    while True:
        page = plugin.call("users", "list-users", list_options(page_token))
        users += page.users
        page_token = getattr(page, "next-page-token")
        if page_token is None:
            break
    expect(f"{api_version}: list-users returns 60 users", len({user.id for user in users}) == 60, users)

    members = [user for user in users[2:] if state(user) == "active"]
    member = members[0]
    user = plugin.call("users", "get-user", member.id)
    expect(f"{api_version}: get-user returns the user", user.email == member.email, user)
    for time in ("first", "second"):
        user = plugin.call("users", "suspend-user", member.id)
        expect(f"{api_version}: the {time} suspend-user suspends", state(user) == "suspended", user)
    error = plugin.call("users", "suspend-user", account["owner_id"])
    is_expected = getattr(error, "code", None) == "last-owner" and error.effect == "not-applied" and error.requests == 1
    expect(f"{api_version}: the last owner cannot be suspended", is_expected and error.hint, error)
    user = plugin.call("users", "reactivate-user", member.id)
    expect(f"{api_version}: reactivate-user reactivates", state(user) == "active", user)

    user = plugin.call("containment", "find-user", member.email, None)
    expect(f"{api_version}: find-user finds the user", user.id == member.id, user)
    listed = plugin.call("containment", "list-all-users", None, 1000, 30_000)
    expect(f"{api_version}: list-all-users is complete", listed.complete and len(listed.users) == 60, listed)
    targets = [target("id", members[0].id), target("email", members[1].email)]
    for function, previous in (("suspend-users", "active"), ("reactivate-users", "suspended")):
        report = plugin.call("containment", function, targets, change_options())
        outcomes = [(case(item.outcome), case(getattr(item, "previous-state"))) for item in report.targets]
        expect(f"{api_version}: {function} changes both users", outcomes == [("changed", previous)] * 2, report)

    revoked = plugin.call("connection", "revoke-token")
    expect(f"{api_version}: revoke-token revokes the token", revoked is None, revoked)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    _, component_path, simulator_path = sys.argv
    engine = Engine()
    component = Component.from_file(engine, component_path)
    simulator = subprocess.Popen(
        [simulator_path, "--users", "60", "--seed", "1", "--json"], stdout=subprocess.PIPE, text=True
    )
    try:
        account = json.loads(simulator.stdout.readline())
        for api_version in ("v1beta1", "v1"):
            run_operations(component, engine, account, api_version)
    finally:
        simulator.kill()


if __name__ == "__main__":
    main()
