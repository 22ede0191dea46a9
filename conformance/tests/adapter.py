"""An adapter that plays no case: its results are those of the function below."""

import json
import os
import urllib.error
import urllib.request

URL = os.environ["CONFORMANCE_URL"]


def play(name, case):
    PLAY


def request(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(URL + path, data, method=method)) as answer:
        return json.load(answer)


for name in request("GET", "/cases"):
    played = play(name, request("POST", f"/cases/{name}/start", {}))
    if played is not None:
        request("POST", f"/cases/{name}/results", played)
