// The explanations of errors of `fetch`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { explain } from "../dist/failure.js";
import { NotAResponse } from "../dist/http.js";

const wrapped = (cause) => Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error("x"), cause) });
const sent = (cause) => explain(wrapped(cause)).possiblySent;

test("only failures before the connection are surely not sent", () => {
  for (const code of ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "UND_ERR_CONNECT_TIMEOUT", "DEPTH_ZERO_SELF_SIGNED_CERT"]) {
    assert.equal(sent({ code }), false, code);
  }
  assert.equal(sent({ code: "EHOSTUNREACH", syscall: "connect" }), false);
  for (const code of ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "EPROTO", "ERR_SSL_ALERT", "EHOSTUNREACH", "HPE_INVALID", "X"]) {
    assert.equal(sent({ code }), true, code);
  }
});

test("several addresses are surely not sent to if all failed before", () => {
  const [refused, reset] = [{ code: "ECONNREFUSED" }, { code: "ECONNRESET" }];
  assert.equal(sent({ code: "ECONNREFUSED", errors: [refused, refused] }), false);
  assert.equal(sent({ code: "ECONNREFUSED", errors: [refused, reset] }), true);
});

test("words of a runtime prove nothing", () => {
  const message = "client error (Connect): tcp connect error: Connection refused (os error 111)";
  assert.equal(explain(Object.assign(new TypeError(message), { cause: new Error(message) })).possiblySent, true);
});

test("a response that is none is malformed and possibly sent", () => {
  const { kind, possiblySent } = explain(new NotAResponse("the status is none"));
  assert.deepEqual({ kind, possiblySent }, { kind: "malformed", possiblySent: true });
});

test("a thrown value of any type is possibly sent", () => {
  for (const value of [undefined, null, "ECONNREFUSED", 7, {}, { cause: null }]) {
    const { kind, possiblySent } = explain(value);
    assert.deepEqual({ kind, possiblySent }, { kind: "connection", possiblySent: true });
  }
});

test("the kind of a failure follows its code", () => {
  const kinds = { HPE_INVALID_CONSTANT: "malformed", Z_DATA_ERROR: "malformed", UND_ERR_HEADERS_OVERFLOW: "too-large" };
  for (const [code, kind] of Object.entries(kinds)) assert.equal(explain(wrapped({ code })).kind, kind);
  assert.equal(explain(wrapped({ code: "UND_ERR_BODY_TIMEOUT" })).kind, "timed-out");
});

test("an error that cannot be looked at is possibly sent", () => {
  const cyclic = Object.assign(new Error(), { code: "ECONNREFUSED" });
  cyclic.errors = [cyclic, cyclic];
  const thrower = () => {
    throw new Error("of the trap");
  };
  const getter = Object.defineProperty(new Error(), "cause", { get: thrower });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const odd of [cyclic, getter, proxy, new Proxy({}, { get: thrower, getPrototypeOf: thrower })]) {
    assert.equal(explain(odd).possiblySent, true);
  }
});
