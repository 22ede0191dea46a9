"""Plays a responder's work with the client of PyPI's `mcp`, against one face of the tools.

    python client.py MODE stdio OP_USERS     starts `OP_USERS --simulator mcp`
    python client.py MODE http URL KEY       calls URL/mcp

MODE is `legacy`, which opens with `initialize`, or `auto`, which asks for the newest revision first. Prints one line, and fails if
anything is not as it should be.
"""

import asyncio
import sys

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import ElicitResult

MODE, FACE, TARGET, *KEY = sys.argv[1:]
USER = "user0007@acme.example"


def connect(**options):
    if FACE == "stdio":
        server = StdioServerParameters(command=TARGET, args=["--simulator", "mcp", "--allow-contain"])
    else:
        headers = {"authorization": f"Bearer {KEY[0]}"}
        server = streamable_http_client(f"{TARGET}/mcp", http_client=httpx2.AsyncClient(headers=headers, timeout=30))
    return Client(server, mode=MODE, **options)


async def change(client, tool):
    """Plans a change, and carries it out."""
    dry_run = await client.call_tool(tool, {"users": [USER], "dry_run": True})
    assert not dry_run.is_error, dry_run
    plan = dry_run.structured_content["plan"]["digest"]
    done = await client.call_tool(tool, {"users": [USER], "plan": plan})
    return plan, done.structured_content


async def work():
    async with connect() as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names[4:] == ["suspend_users", "reactivate_users"], names
        found = await client.call_tool("find_user", {"email": USER})
        user_id = found.structured_content["user"]["id"]

        async def state():
            got = await client.call_tool("get_user", {"id": user_id})
            return got.structured_content["user"]["state"]

        unplanned = await client.call_tool("suspend_users", {"users": [USER]})
        assert unplanned.is_error and unplanned.structured_content["error"]["code"] == "plan-required", unplanned
        assert await state() == "active"
        plan, done = await change(client, "suspend_users")
        assert done["outcomes"][0]["outcome"] == "changed", done
        assert await state() == "suspended"
        again = await client.call_tool("suspend_users", {"users": [USER], "plan": plan})
        assert again.structured_content["error"]["code"] == "plan-used", again
        _, done = await change(client, "reactivate_users")
        assert done["summary"]["changed"] == 1, done
        assert await state() == "active"
        return client.protocol_version


async def ask():
    """Works with a client that can ask its person. Over HTTP and before 2026-07-28, the service cannot ask it."""
    asked = []

    async def person(_context, params):
        assert USER in params.message, params
        asked.append(params.message)
        return ElicitResult(action="accept", content={"approve": len(asked) > 1})

    async with connect(elicitation_callback=person) as client:
        _, done = await change(client, "suspend_users")
        if FACE == "http" and MODE == "legacy":
            assert done["summary"]["changed"] == 1 and not asked, (done, asked)
        else:
            assert done["error"]["code"] == "declined", done
            _, done = await change(client, "suspend_users")
            assert done["summary"]["changed"] == 1 and len(asked) == 2, (done, asked)
        _, done = await change(client, "reactivate_users")
        assert done["summary"]["changed"] == 1, done


async def main():
    revision = await work()
    await ask()
    print(f"PyPI, {FACE}, {revision}: ok")


asyncio.run(main())
