"""A client in Python as a careful program has it, over requests or httpx: one token, time-outs, checks. Speaks as `bench-client` does.

Usage: python_client.py requests|requests-fresh|httpx
"""

import json
import os
import sys
import time
from urllib.parse import quote

TIMEOUT = 10
ORIGIN = os.environ["OP_USERS_BASE_URL"]
USERS = f"{ORIGIN}/v1beta1/accounts/{os.environ['OP_USERS_ACCOUNT_ID']}/users"
CREDENTIALS = (os.environ["OP_USERS_CLIENT_ID"], os.environ["OP_USERS_CLIENT_SECRET"])


def transport(kind: str):
    """The functions `get` and `post` of a library."""
    if kind == "httpx":
        import httpx

        return httpx.Client(timeout=TIMEOUT, trust_env=False)
    import requests

    if kind == "requests-fresh":
        return requests
    session = requests.Session()
    session.trust_env = False
    return session


class Client:
    """A client of one account."""

    def __init__(self, kind: str) -> None:
        self._http = transport(kind)
        self._timeout = {} if kind == "httpx" else {"timeout": TIMEOUT}
        self._token = ""
        self._expiry = 0.0

    def _get(self, url: str, params: "dict[str, str] | None" = None) -> dict:
        if time.monotonic() >= self._expiry:
            headers = {"accept": "application/json", "user-agent": "Rival/1"}
            form = {"grant_type": "client_credentials"}
            response = self._http.post(
                f"{ORIGIN}/v1beta1/users/oauth2/token", auth=CREDENTIALS, data=form, headers=headers, **self._timeout
            )
            response.raise_for_status()
            token = response.json()
            self._token = token["access_token"]
            self._expiry = time.monotonic() + token["expires_in"] - 60
        headers = {"accept": "application/json", "user-agent": "Rival/1", "authorization": f"Bearer {self._token}"}
        response = self._http.get(url, params=params, headers=headers, **self._timeout)
        response.raise_for_status()
        return response.json()

    def get(self, order: dict) -> None:
        user = self._get(f"{USERS}/{quote(order['id'], safe='')}")
        if user["id"] != order["id"]:
            raise ValueError("another user")

    def _page(self, token: "str | None" = None) -> dict:
        params = {"max_page_size": "1000"}
        if token:
            params["page_token"] = token
        return self._get(USERS, params)

    def list(self, _order: dict) -> None:
        users = self._page()["results"]
        if len(users) != 1000:
            raise ValueError(f"{len(users)} users")

    def find(self, order: dict) -> None:
        wanted = order["email"].lower()
        found = token = None
        while True:
            page = self._page(token)
            for user in page["results"]:
                if user["email"].lower() == wanted:
                    found = user
            token = page.get("next_page_token")
            if not token:
                break
        if found is None:
            raise ValueError("no user has the address")


def main() -> None:
    client = Client(sys.argv[1])
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        call = getattr(client, order["operation"])
        nanoseconds = []
        for _ in range(order["count"]):
            start = time.perf_counter_ns()
            call(order)
            nanoseconds.append(time.perf_counter_ns() - start)
        print(json.dumps({"nanoseconds": nanoseconds}), flush=True)


if __name__ == "__main__":
    main()
