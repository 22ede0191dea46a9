// Plays a responder's work with the client of npm's `@modelcontextprotocol/client`, against one face of the tools.
//
//   node client.mjs ERA stdio OP_USERS     starts `OP_USERS --simulator mcp`
//   node client.mjs ERA http URL KEY       calls URL/mcp
//
// ERA is `legacy`, which opens with `initialize`, or `auto`, which asks for the newest revision first. Prints one line, and fails if
// anything is not as it should be.

import assert from "node:assert/strict";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const [era, face, target, key] = process.argv.slice(2);
const user = "user0007@acme.example";
const read = ["list_users", "get_user", "find_user", "check_connection"];

function transport(canContain) {
  if (face === "stdio") {
    const args = ["--simulator", "mcp", ...(canContain ? ["--allow-contain"] : [])];
    return new StdioClientTransport({ command: target, args, stderr: "ignore" });
  }
  return new StreamableHTTPClientTransport(new URL(`${target}/mcp`), { authProvider: { token: async () => key } });
}

/** Connects, and counts the questions to the person, who answers `approve`. None if `approve` is undefined. */
async function connect(canContain, approve) {
  const capabilities = approve === undefined ? {} : { elicitation: { form: {} } };
  const client = new Client({ name: "npm", version: "1" }, { capabilities, versionNegotiation: { mode: era } });
  let asked = 0;
  if (approve !== undefined) {
    client.setRequestHandler("elicitation/create", async (request) => {
      asked += 1;
      assert.match(request.params.message, /user0007@acme\.example/);
      return { action: "accept", content: { approve } };
    });
  }
  await client.connect(transport(canContain));
  const call = (name, args) => client.callTool({ name, arguments: args });
  return { client, call, asked: () => asked };
}

/** Plans a change, and carries it out. */
async function change(call, name) {
  const dryRun = await call(name, { users: [user], dry_run: true });
  assert.equal(dryRun.isError, false);
  const plan = dryRun.structuredContent.plan.digest;
  assert.ok(dryRun.content[0].text.includes(plan));
  return { plan, done: await call(name, { users: [user], plan }) };
}

const session = await connect(true);
const { call } = session;
const names = (await session.client.listTools()).tools.map((tool) => tool.name);
assert.deepEqual(names, [...read, "suspend_users", "reactivate_users"]);
const { id } = (await call("find_user", { email: user })).structuredContent.user;
const unplanned = await call("suspend_users", { users: [user] });
assert.equal(unplanned.structuredContent.error.code, "plan-required");
const state = async () => (await call("get_user", { id })).structuredContent.user.state;
assert.equal(await state(), "active");
const contained = await change(call, "suspend_users");
assert.equal(contained.done.structuredContent.outcomes[0].outcome, "changed");
assert.equal(await state(), "suspended");
const again = await call("suspend_users", { users: [user], plan: contained.plan });
assert.equal(again.structuredContent.error.code, "plan-used");
const restored = await change(call, "reactivate_users");
assert.equal(restored.done.structuredContent.summary.changed, 1);
assert.equal(await state(), "active");
// The client compares each result with the schema of its tool.
assert.equal((await call("check_connection", {})).isError, false);
assert.equal((await call("list_users", { state: "suspended", page_size: 2 })).structuredContent.users.length, 2);
assert.equal((await call("find_user", { email: "missing@acme.example" })).structuredContent.error.code, "not-found");
const partly = await call("suspend_users", { users: [user, "missing@acme.example"], dry_run: true, reason: "a rule" });
assert.deepEqual(partly.structuredContent.outcomes.map((outcome) => outcome.outcome), ["would-change", "failed"]);
const refused = await call("suspend_users", { users: [user], dry_run: true, max_changes: 0 });
assert.equal(refused.structuredContent.error.code, "precondition-failed");
const revision = session.client.getNegotiatedProtocolVersion();
await session.client.close();

// A client that can ask its person. Over HTTP and before 2026-07-28, the service cannot ask it.
const canAsk = face === "stdio" || era !== "legacy";
for (const approve of [false, true]) {
  const person = await connect(true, approve);
  for (const name of ["suspend_users", "reactivate_users"]) {
    const { done } = await change(person.call, name);
    if (canAsk && !approve) {
      assert.equal(done.structuredContent.error.code, "declined");
      break;
    }
    assert.equal(done.structuredContent.summary.changed, 1);
  }
  assert.equal(person.asked(), canAsk ? (approve ? 2 : 1) : 0);
  await person.client.close();
}

if (face === "stdio") {
  const reader = await connect(false);
  assert.deepEqual((await reader.client.listTools()).tools.map((tool) => tool.name), read);
  await assert.rejects(reader.call("suspend_users", { users: [user], dry_run: true }), /role `contain`/);
  await reader.client.close();
}
console.log(`npm, ${face}, ${revision}: ok`);
