#!/usr/bin/env python3
"""Runs the component under a host that is not ours: wasmtime's Python package, with WASI as it comes.

Usage: python_host.py COMPONENT SIMULATOR

COMPONENT is target/wasm32-unknown-unknown/release/onepassword_users.wasm, SIMULATOR the simulator's binary. Needs
`pip install wasmtime`. The instance gets outgoing HTTP, clocks and its own environment, and nothing of this process.
"""

import json
import subprocess
import sys

from wasmtime import Engine, Store, WasiConfig
from wasmtime.component import Component, Linker, Variant

PACKAGE = "onepassword:users"
VERSION = "0.2.0"


class Plugin:
    """An instance of the component, for one account."""

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
        """Calls a function of the contract. A `result` comes back as its ok value, or as the error's record."""
        exports = self.instance.get_export_index(self.store, f"{PACKAGE}/{interface}@{VERSION}")
        index = self.instance.get_export_index(self.store, function, exports)
        called = self.instance.get_func(self.store, index)
        value = called(self.store, *arguments)
        called.post_return(self.store)
        if isinstance(value, Variant) and value.tag in ("ok", "err"):
            return value.payload
        return value


class Options:
    """The record `list-options`; a field by the name that the contract has for it."""

    def __init__(self, page_token=None):
        setattr(self, "filter", None)
        setattr(self, "max-page-size", 25)
        setattr(self, "page-token", page_token)


def expect(what, holds, seen):
    """Ends the run where something is not as it should be."""
    if not holds:
        sys.exit(f"failed: {what}: {describe(seen)}")
    print(f"ok: {what}")


def describe(value):
    """A value of the contract, for a person."""
    if isinstance(value, Variant):
        return f"{value.tag}({describe(value.payload)})"
    if hasattr(value, "__dict__"):
        return {name: describe(field) for name, field in vars(value).items()}
    return value


def state(user):
    """The name of a user's state."""
    return tag(user.state)


def tag(value):
    """The name of a case, of an enum or a variant."""
    return value if isinstance(value, str) else value.tag


def tell(component, engine, account, api_version):
    """Every operation once, as the API has them."""
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
    expect(f"{api_version}: check fails nothing", "failed" not in verdicts and "passed" in verdicts, findings)

    users, page_token = [], None
    while True:
        page = plugin.call("users", "list-users", Options(page_token))
        users += page.users
        page_token = getattr(page, "next-page-token")
        if page_token is None:
            break
    expect(f"{api_version}: list shows all 60 users once", len({user.id for user in users}) == 60, users)

    member = next(user for user in users[2:] if state(user) == "active")
    user = plugin.call("users", "get-user", member.id)
    expect(f"{api_version}: get shows the user", user.email == member.email, user)
    for time in ("first", "second"):
        user = plugin.call("users", "suspend-user", member.id)
        expect(f"{api_version}: the {time} suspend suspends", state(user) == "suspended", user)
    error = plugin.call("users", "suspend-user", account["owner_id"])
    expect(f"{api_version}: the last owner is refused", getattr(error, "code", None) == "last-owner", error)
    user = plugin.call("users", "reactivate-user", member.id)
    expect(f"{api_version}: reactivate reactivates", state(user) == "active", user)
    revoked = plugin.call("connection", "revoke-token")
    expect(f"{api_version}: the token is revoked", revoked is None, revoked)


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
            tell(component, engine, account, api_version)
    finally:
        simulator.kill()


if __name__ == "__main__":
    main()
