// The pool of clients.

import assert from "node:assert/strict";
import { test } from "node:test";

import { driverOf } from "../dist/client.js";
import { Client, Pool } from "../dist/index.js";

const SETTINGS = { accountId: "A", clientId: "c", clientSecret: "s3cr3t-value", baseUrl: "http://127.0.0.1:1" };

function pool() {
  const made = [];
  const clients = new Pool(() => {
    made.push(new Client(SETTINGS));
    return made.at(-1);
  });
  return { made, clients };
}

test("a client is used again", async () => {
  const { made, clients } = pool();
  const work = async () => {
    throw new Error("of the work");
  };
  for (let turn = 0; turn < 3; turn++) await assert.rejects(clients.use(work), { message: "of the work" });
  assert.equal(made.length, 1);
});

test("clients are not shared by work at the same time", async () => {
  const { made, clients } = pool();
  const seen = await Promise.all([0, 1, 2].map(() => clients.use(async (client) => client)));
  assert.equal(new Set(seen).size, 3);
  assert.equal(made.length, 3);
});

test("a client that failed is not used again", async () => {
  const { made, clients } = pool();
  const seen = [];
  for (let turn = 0; turn < 2; turn++) {
    await clients.use((client) => {
      seen.push(client);
      // No module traps on demand.
      Object.defineProperty(driverOf(client), "isBroken", { value: true });
    });
  }
  assert.equal(made.length, 2);
  assert.notEqual(seen[0], seen[1]);
});

test("a pool takes a stand-in of a client", async () => {
  let made = 0;
  const clients = new Pool(() => ({ name: ++made }));
  assert.equal(await clients.use(({ name }) => name), 1);
  assert.equal(await clients.use(({ name }) => name), 1);
});

test("a client with a call under way is not used again", async () => {
  const made = [];
  let end;
  const fetch = () => new Promise((resolve, reject) => (end = reject));
  const busy = new Pool(() => {
    made.push(new Client({ ...SETTINGS, fetch }));
    return made.at(-1);
  });
  let call;
  await busy.use((client) => {
    call = client.get("U1");
  });
  await busy.use(() => {});
  assert.equal(made.length, 2);
  end(new Error());
  await assert.rejects(call);
});
