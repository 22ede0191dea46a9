// The files of deploy/ for JavaScript, as users start them, in a project with the packed package: see
// conformance/service/start.sh. DATES are the compatibility dates for workerd.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";

import { lab } from "./live/here.mjs";

const START = fileURLToPath(new URL("../conformance/service/start.sh", import.meta.url));
const KEY = randomBytes(32).toString("hex");
const { account_id, client_id, client_secret, url } = lab.small;
const SETTINGS = {
  OP_USERS_ACCOUNT_ID: account_id,
  OP_USERS_CLIENT_ID: client_id,
  OP_USERS_CLIENT_SECRET: client_secret,
  OP_USERS_BASE_URL: url,
  OP_SERVICE_KEYS: `responder:contain:${createHash("sha256").update(KEY).digest("hex")}`,
};

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts the service in a runtime. Returns its URL, its lines on standard error, and a function that ends it. */
async function start(runtime, settings = {}) {
  const child = spawn(START, [runtime], { env: { ...process.env, ...SETTINGS, ...settings }, stdio: ["ignore", "pipe", "pipe"] });
  const errors = [];
  createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  for await (const line of createInterface({ input: child.stdout })) {
    const stop = async () => {
      const exit = child.exitCode === null ? once(child, "exit") : [child.exitCode];
      child.kill();
      return (await exit)[0];
    };
    const hasLine = (text) => errors.some((line) => line.includes(text));
    return { url: JSON.parse(line).url, errors, hasLine, stop };
  }
  throw new Error(`${runtime} did not start:\n${errors.join("\n")}`);
}

async function ask(service, path, body) {
  const response = await fetch(service.url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return [response.status, await response.json()];
}

const hosts = [["node"], ["deno"], ["bun"], ["wrangler"], ...process.env.DATES.split(" ").map((date) => ["workerd", date])];

for (const [runtime, date] of hosts) {
  suite(`${runtime} ${date ?? ""}`, () => {
    let service;
    let user;
    before(async () => {
      service = await start(runtime, { ...(date && { DATE: date }) });
      const [, { users }] = await ask(service, "/v1/users?page_size=60");
      user = users.find(({ id, state }) => state === "active" && id !== lab.small.owner_id && id !== lab.small.externally_managed_id);
    });
    after(async () => service?.stop());

    test("a user is contained and gets the access back", async () => {
      const [status, { summary }] = await ask(service, "/v1/contain", { users: [user.email], reason: "phished" });
      assert.deepEqual([status, summary.changed], [200, 1]);
      assert.equal((await ask(service, `/v1/users/${user.id}`))[1].state, "suspended");
      assert.equal((await ask(service, "/v1/restore", { users: [user.id] }))[1].summary.changed, 1);
      // wrangler passes lines on when it likes.
      for (let tries = 0; tries < 100 && !service.hasLine("phished"); tries++) await wait(50);
      assert.ok(service.hasLine("phished"), service.errors.join("\n"));
    });

    test("fifty requests at once are answered", async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => ask(service, `/v1/users/${user.id}`)));
      assert.deepEqual(new Set(answers.map(([status]) => status)), new Set([200]));
    });

    test("it ends when it is told to", async () => {
      assert.equal(await service.stop(), 0);
    });
  });

  test(`${runtime} ${date ?? ""}: a call that hangs holds up no other`, async () => {
    const service = await start(runtime, { OP_USERS_BASE_URL: lab.hang, OP_USERS_DEADLINE_MS: "2000", ...(date && { DATE: date }) });
    try {
      const begun = performance.now();
      const hung = ask(service, "/v1/users");
      assert.equal((await ask(service, "/healthz"))[0], 200);
      assert.ok(performance.now() - begun < 1900);
      assert.equal((await hung)[0], 504);
    } finally {
      await service.stop();
    }
  });
}

test("the cron trigger suspends the leavers, and fails if one is not", async () => {
  const service = await start("wrangler", { CRON_KEY: KEY });
  try {
    const none = await fetch(`${service.url}/cdn-cgi/handler/scheduled?cron=0+3+*+*+*`);
    assert.equal(none.status, 500, "no leavers are named, and the trigger succeeded");
  } finally {
    await service.stop();
  }
  const [, { users }] = await (async () => {
    const node = await start("node");
    try {
      return await ask(node, "/v1/users?page_size=60");
    } finally {
      await node.stop();
    }
  })();
  const leaver = users.findLast(({ id, state }) => state === "active" && id !== lab.small.owner_id && id !== lab.small.externally_managed_id);
  const full = await start("wrangler", { CRON_KEY: KEY, LEAVERS_TEXT: `${leaver.email}\n\n` });
  try {
    const response = await fetch(`${full.url}/cdn-cgi/handler/scheduled?cron=0+3+*+*+*`);
    assert.equal(response.status, 200, full.errors.join("\n"));
    assert.equal((await ask(full, `/v1/users/${leaver.id}`))[1].state, "suspended");
    assert.equal((await ask(full, "/v1/restore", { users: [leaver.id] }))[0], 200);
  } finally {
    await full.stop();
  }
});
