"""Hooks of schemathesis: sign webhooks, and leave out values that no schema can describe."""

import base64
import hashlib
import hmac
import os
import time
import uuid

import requests
import schemathesis

SECRET = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))


class Signature(requests.auth.AuthBase):
    """Signs a webhook according to Standard Webhooks, over the bytes that are sent."""

    def __call__(self, request):
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        message = f"msg_{uuid.uuid4().hex}"
        now = str(int(time.time()))
        signature = hmac.digest(SECRET, f"{message}.{now}.".encode() + body, hashlib.sha256)
        request.headers["webhook-id"] = message
        request.headers["webhook-timestamp"] = now
        request.headers["webhook-signature"] = f"v1,{base64.b64encode(signature).decode()}"
        return request


schemathesis.auth.set_from_requests(Signature()).apply_to(path="/hooks/contain")


@schemathesis.hook
def before_call(context, case, kwargs):
    """Removes an invented page token: the server accepts only its own."""
    is_positive = case.meta is None or case.meta.generation.mode.is_positive
    if case.operation.path == "/v1/users" and is_positive:
        case.query.pop("page_token", None)


@schemathesis.check
def signed_webhooks_are_accepted(context, response, case):
    """Checks that signatures are valid; otherwise every webhook would be rejected and nothing else tested."""
    if case.operation.path == "/hooks/contain" and "webhook-signature" in response.request.headers:
        assert response.status_code != 401, "a signed webhook was rejected"
