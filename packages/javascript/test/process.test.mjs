// The process that uses a client.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { inspect } from "node:util";

import { Client } from "../dist/index.js";
import { lab, runtime } from "./live/here.mjs";

/** Maximum time in milliseconds to end. A connection that is kept would hold a process for 4 seconds or more. */
const TIME = 2500;

const { account_id, client_id, client_secret, url } = lab.small;
const SETTINGS = { accountId: account_id, clientId: client_id, clientSecret: client_secret, baseUrl: url };

test("a process ends at once after its last call", async () => {
  const script = new URL("./live/one-call.mjs", import.meta.url).pathname;
  const options = runtime === "deno" ? ["run", "--allow-all", script] : [script];
  const child = spawn(process.execPath, options, { env: { ...process.env, SETTINGS: JSON.stringify(SETTINGS) } });
  let start;
  child.stdout.on("data", () => (start = performance.now()));
  child.stderr.pipe(process.stderr);
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
  assert.ok(performance.now() - start < TIME, `${performance.now() - start} ms`);
});

test("an inspected client shows no secret", () => {
  const shown = inspect(new Client(SETTINGS), { depth: Infinity, showHidden: true });
  assert.ok(!shown.includes(client_secret), shown);
  assert.ok(!shown.includes(client_id), shown);
});
