// Functions of the caller, `onSettled` and `fetch`, through the client and the module.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "../dist/index.js";

const reply = (body, status = 200) => new Response(JSON.stringify(body), { status });
const TOKEN = { access_token: "t0ken-of-the-tests", token_type: "Bearer", expires_in: 900 };
const user = (id, state) => ({ id, email: `${id}@a.example`, display_name: "", state, create_time: "", name: "" });

const SETTINGS = {
  accountId: "A",
  clientId: "c",
  clientSecret: "s3cr3t-value",
  baseUrl: "http://127.0.0.1:1",
  apiVersion: "v1beta1",
};

/** A client over a `fetch` that calls `stops` for each path, and the number of its changes. */
function client(stops = () => {}, token = () => reply(TOKEN)) {
  const paths = [];
  const fetch = async (url) => {
    const { pathname } = new URL(url);
    paths.push(pathname);
    stops(pathname);
    if (pathname.endsWith("/token")) return token();
    const [, id, suspend] = /users\/([^:]+)(:suspend)?$/.exec(pathname);
    return reply(user(id, suspend ? "SUSPENDED" : "ACTIVE"));
  };
  const changes = () => paths.filter((path) => path.endsWith(":suspend")).length;
  return { changes, users: new Client({ ...SETTINGS, fetch }) };
}

const SIX = ["U1", "U2", "U3", "U4", "U5", "U6"];

test("an exception of onSettled is the cause of the call's error", async () => {
  const reason = new Error("the disk is full");
  const { users } = client(undefined, () => reply({ error: "invalid_client" }, 401));
  let heard = 0;
  const onSettled = () => {
    heard++;
    throw reason;
  };
  // The name that is no id settles first.
  await assert.rejects(users.contain(["U1", "no id!"], { onSettled }), (error) => {
    assert.equal(heard, 1);
    assert.equal(error.cause, reason);
    return error.name === "UsersError" && error.report === undefined;
  });
});

test("an exception of onSettled comes before the reason of a signal", async () => {
  const stop = new AbortController();
  const reason = new Error("the disk is full");
  const { users } = client();
  const onSettled = () => {
    stop.abort();
    throw reason;
  };
  await assert.rejects(users.contain(["U1", "no id!"], { onSettled, signal: stop.signal }), { aborted: true, cause: reason });
});

test("a drain in fetch sends no other change", async () => {
  const drain = new AbortController();
  const { users, changes } = client((path) => path.endsWith(":suspend") && drain.abort());
  const report = await users.contain(SIX, { drain: drain.signal });
  assert.equal(changes(), 1);
  assert.deepEqual(report.targets.map(({ outcome }) => outcome).sort(), ["changed", ...Array(5).fill("skipped")]);
});

test("an abort in fetch tells only the change that was sent", async () => {
  const stop = new AbortController();
  const { users, changes } = client((path) => path.endsWith(":suspend") && stop.abort());
  const report = await users.contain(SIX, { signal: stop.signal });
  assert.equal(changes(), 1);
  const told = report.targets.map(({ outcome, error }) => [outcome, error?.effect]);
  assert.deepEqual(told.filter(([outcome]) => outcome !== "skipped"), [["failed", "possibly-applied"]]);
  assert.equal(report.requests, 8);
});

test("a change with a response that is none is possibly applied", async () => {
  const calls = [undefined, "200", 99999, NaN].map(async (status) => {
    const fetch = async (url) => {
      if (url.endsWith("/token")) return reply(TOKEN);
      return url.endsWith(":suspend") ? { status, headers: new Headers(), body: null } : reply(user("U1", "ACTIVE"));
    };
    const odd = new Client({ ...SETTINGS, fetch, deadlineMs: 2000 });
    await assert.rejects(odd.suspend("U1"), { code: "malformed-response", effect: "possibly-applied" });
    // The client is of use afterwards.
    assert.equal((await odd.get("U1")).state, "active");
  });
  await Promise.all(calls);
});

/** A body that breaks like a connection that was refused. */
function breaking() {
  const error = new TypeError("terminated", { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) });
  return { status: 200, headers: new Headers(), body: new ReadableStream({ start: (controller) => controller.error(error) }) };
}

/** Headers that throw like a name that cannot be resolved. */
const unreadable = {
  get() {
    throw Object.assign(new Error(), { code: "ENOTFOUND" });
  },
};

test("a failure after the response came is possibly applied", async () => {
  for (const odd of [breaking, () => ({ status: 200, headers: unreadable, body: null })]) {
    let requests = 0;
    const fetch = async (url) => {
      requests++;
      return url.endsWith("/token") ? reply(TOKEN) : odd();
    };
    const users = new Client({ ...SETTINGS, fetch, deadlineMs: 2000 });
    await assert.rejects(users.suspend("U1"), (error) => {
      assert.deepEqual([error.code, error.effect, error.requests], ["connection-failed", "possibly-applied", requests]);
      return true;
    });
  }
});

test("a list that is stopped gives no more users", async () => {
  for (const name of ["signal", "drain"]) {
    const stop = new AbortController();
    const page = { results: [user("U1", "ACTIVE"), user("U2", "ACTIVE")] };
    const fetch = async (url) => reply(url.endsWith("/token") ? TOKEN : page);
    const users = new Client({ ...SETTINGS, fetch });
    const seen = [];
    const read = async () => {
      for await (const { id } of users.listAll({ [name]: stop.signal })) {
        seen.push(id);
        stop.abort();
      }
    };
    await assert.rejects(read(), (error) => error.aborted && error.cause === stop.signal.reason);
    assert.deepEqual(seen, ["U1"]);
  }
});
