// The live cases in a Worker, and the example of a Worker.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import * as users from "../dist/index.js";
import { startWorker } from "../runtimes/workerd.mjs";
import { casesOf } from "./live/cases.mjs";
import { lab } from "./live/here.mjs";

const files = ["worker", "cases"].map((name) => new URL(`./live/${name}.mjs`, import.meta.url));
const worker = await startWorker(files, { LAB: lab });
after(worker.stop);

for (const name of Object.keys(casesOf(lab, users, "workerd"))) {
  test(name, async () => {
    const response = await fetch(`${worker.url}/?${encodeURIComponent(name)}`);
    assert.deepEqual(await response.json(), []);
  });
}

const { account_id, client_id, client_secret, url } = lab.small;
const KEY = "a key of sixteen letters or more";
const example = await startWorker([new URL("../examples/worker.mjs", import.meta.url)], {
  OP_USERS_ACCOUNT_ID: account_id,
  OP_USERS_CLIENT_ID: client_id,
  OP_USERS_CLIENT_SECRET: client_secret,
  OP_USERS_BASE_URL: url,
  ALERT_KEY: KEY,
  PROTECT: lab.small.owner_id,
});
after(example.stop);
const client = new users.Client({ accountId: account_id, clientId: client_id, clientSecret: client_secret, baseUrl: url });
const active = (await client.list({ maxPageSize: 60 })).users.filter(
  ({ id, state }) => state === "active" && id !== lab.small.externally_managed_id,
);
const alert = (body, key = KEY) =>
  fetch(example.url, { method: "POST", body: JSON.stringify(body), headers: { authorization: `Bearer ${key}` } });

test("the example contains the user of an alert", async () => {
  const { id, email } = active.at(-1);
  const response = await alert({ email });
  assert.deepEqual([response.status, (await response.json()).outcome], [200, "changed"]);
  assert.equal((await client.get(id)).state, "suspended");
  await client.reactivate(id);
});

test("the example refuses a wrong key and a wrong alert", async () => {
  const { email } = active.at(-1);
  assert.equal((await alert({ email }, "wrong")).status, 401);
  for (const body of [{}, null, 7, "wendy@a.example", [], { email: null }]) assert.equal((await alert(body)).status, 400);
  assert.equal((await alert({ email: "wendy" })).status, 502);
});

test("the example does not change a protected user", async () => {
  const owner = await client.get(lab.small.owner_id);
  const response = await alert({ email: owner.email });
  assert.deepEqual([response.status, (await response.json()).error.code], [502, "protected"]);
});

test("alerts at once do not wait for each other's token", async () => {
  const responses = await Promise.all(active.slice(-13, -1).map(({ email }) => alert({ email })));
  assert.deepEqual(responses.map(({ status }) => status), Array(12).fill(200));
  await client.restore(active.slice(-13, -1).map(({ id }) => ({ id })));
});
