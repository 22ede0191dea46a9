#!/usr/bin/env python3
"""A custom alert action for Splunk: suspends the user that an alert names, through the service of op-users.

Splunk starts it with --execute and passes the alert as JSON on standard input. What it prints on standard error goes to splunkd.log.
Run by `cargo test -p onepassword-users-cli siem`, not by Splunk.
Exit status: 0 if the user is suspended, 1 if not or if that is not known, 2 if the alert or a parameter is wrong and nothing was sent.
"""

import http.client
import json
import sys
import urllib.parse

TIMEOUT_SECONDS = 60
MAX_ANSWER_BYTES = 1 << 20
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def contain(alert):
    """Sends the request, and returns the status of the answer and its body."""
    configuration = alert["configuration"]
    url = urllib.parse.urlsplit(configuration["url"])
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
        raise ValueError("the parameter url must begin with https")
    field = configuration["field"]
    user = alert["result"].get(field)
    if not isinstance(user, str) or not user.strip():
        raise ValueError(f"the result has no field {field}, or an empty one")
    with open(configuration["key_file"], encoding="ascii") as file:
        key = file.read().strip()
    body = {
        "users": [user.strip()],
        "reason": f"Splunk: {alert.get('search_name') or 'an alert'}"[:256],
        "ticket": str(alert.get("sid") or "")[:256],
        "dry_run": configuration.get("dry_run") == "1",
    }
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    # This library follows no redirect, so the key goes to this host only.
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname, url.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", url.path, json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read(MAX_ANSWER_BYTES)
    finally:
        connection.close()


def described(answer):
    """The answer in one line: its problem, or the outcome of the user."""
    try:
        body = json.loads(answer)
        if "detail" in body:
            return f"{body.get('code')}: {body['detail']}"
        return f"outcome {body['outcomes'][0]['outcome']}"
    except (KeyError, IndexError, TypeError, ValueError):
        return "the answer is not that of the service"


def main():
    if sys.argv[1:] != ["--execute"]:
        print("FATAL usage: op_users_contain.py --execute, with an alert on standard input", file=sys.stderr)
        return 2
    try:
        alert = json.load(sys.stdin)
        status, answer = contain(alert)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        print(f"ERROR nothing was sent: {error!r}", file=sys.stderr)
        return 2
    except (OSError, http.client.HTTPException) as error:
        print(f"ERROR no answer, and the user may be suspended: {error!r}", file=sys.stderr)
        return 1
    # Letters that are not ASCII are escaped, so that text from elsewhere cannot forge lines of the log.
    print(f"{'INFO' if status == 200 else 'ERROR'} status {status}: {ascii(described(answer))}", file=sys.stderr)
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
