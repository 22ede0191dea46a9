// Arguments: a wrong type or an unknown name is refused before anything is sent.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readName, readTarget } from "../dist/names.js";
import { readEnvironment, readHostOptions, readOptions } from "../dist/settings.js";

/** A module without content (WebAssembly 3.0, section 5.5.18). */
const EMPTY_MODULE = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));

const refused = (message) => ({ name: "UsersError", code: "invalid-argument", requests: 0, message });

test("a string with an at sign is an address and another an id", () => {
  assert.deepEqual(readName("user", " IR7VJHJ36JHINBFAD7V2T5MP3E\t"), { id: "IR7VJHJ36JHINBFAD7V2T5MP3E" });
  assert.deepEqual(readName("user", "wendy+x@acme.example"), { email: "wendy+x@acme.example" });
  assert.deepEqual(readName("user", { id: "a@b" }), { id: "a@b" });
});

test("a target with id and email must have this address", () => {
  assert.deepEqual(readTarget("targets[0]", { id: "A", email: "a@b.c" }), { who: { id: "A" }, expectEmail: "a@b.c" });
  assert.deepEqual(readTarget("targets[0]", { email: "a@b.c", expectEmail: "x@b.c" }), {
    who: { email: "a@b.c" },
    expectEmail: "x@b.c",
  });
  assert.deepEqual(readTarget("targets[0]", { id: "A" }), { who: { id: "A" } });
});

test("a target that is not understood is refused by its place", () => {
  for (const [value, message] of [
    [undefined, "targets[3] must be an object"],
    [null, "targets[3] must be an object"],
    [["A"], "targets[3] must be an object"],
    [{}, "targets[3] must have id or email"],
    [{ id: undefined }, "targets[3] must have id or email"],
    [{ id: 7 }, "targets[3].id must be a string"],
    [{ id: "A", name: "x" }, 'unknown option "targets[3].name"'],
    [{ id: "A", email: "a@b.c", expectEmail: "a@b.c" }, "targets[3] must not have id, email and expectEmail"],
    ["\ud800", "targets[3] must be valid Unicode"],
  ]) {
    assert.throws(() => readTarget("targets[3]", value), refused(message), JSON.stringify(value));
  }
});

test("a protected user has an id or an address", () => {
  for (const value of [{}, { id: "A", email: "a@b.c" }]) {
    assert.throws(() => readName("protect[0]", value), refused("protect[0] must have either id or email"));
  }
});

test("settings are read in the names of the messages", () => {
  const host = { fetch: () => {}, module: EMPTY_MODULE };
  const options = { accountId: "A", clientId: "c", clientSecret: "s", region: "eu", deadlineMs: 5, userAgent: undefined, ...host };
  assert.deepEqual(readOptions(options), {
    from: {
      settings: {
        accountId: "A",
        credentials: { client: { clientId: "c", clientSecret: "s" } },
        baseUrl: "eu",
        deadlineMs: 5,
      },
    },
    host,
  });
  const { from } = readOptions({ accountId: "A", basic: "Yzpz", baseUrl: "https://a.example" });
  assert.deepEqual(from.settings, { accountId: "A", credentials: { basic: "Yzpz" }, baseUrl: { origin: "https://a.example" } });
});

test("a module that is none is refused by its name", () => {
  for (const module of [{}, null, new Uint8Array(8), "module.wasm"]) {
    assert.throws(() => readHostOptions({ module }), {
      name: "UsersError",
      code: "not-configured",
      message: "module must be a WebAssembly.Module",
    });
  }
});

test("variables that are no settings are left out", () => {
  const variables = { OP_USERS_REGION: "eu", op_users_x: "1", PATH: "/bin", KV: {}, OP_USERS_BASIC: undefined };
  assert.deepEqual(readEnvironment(variables), { environment: { OP_USERS_REGION: "eu", op_users_x: "1" } });
});
