// The packed package in a fresh project, by the lines of its README.

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Client } from "../dist/index.js";
import { lab } from "./live/here.mjs";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const project = mkdtempSync(join(tmpdir(), "project-"));
after(() => rmSync(project, { recursive: true }));
const npm = (...options) => execFileSync("npm", options, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

const readme = readFileSync(join(PACKAGE, "README.md"), "utf8");
for (const [, name, lines] of readme.matchAll(/<!-- example: (\S+) -->\n```js\n([^]*?)```/g)) {
  writeFileSync(join(project, name), lines);
}

const { account_id, client_id, client_secret, url } = lab.small;
const env = {
  PATH: process.env.PATH,
  OP_USERS_ACCOUNT_ID: account_id,
  OP_USERS_CLIENT_ID: client_id,
  OP_USERS_CLIENT_SECRET: client_secret,
  OP_USERS_BASE_URL: url,
};
const users = Client.fromEnv(env);
const isFree = ({ id, state }) => state === "active" && id !== lab.small.owner_id && id !== lab.small.externally_managed_id;
const user = (await users.list({ maxPageSize: 60 })).users.find(isFree);

/** Runs an example, and returns its output. */
async function run(name, options = [], more = {}) {
  const { stdout } = await promisify(execFile)(process.execPath, [name, ...options], { cwd: project, env: { ...env, ...more } });
  return stdout;
}

npm("init", "--yes");
const [packed] = JSON.parse(npm("pack", "--json", PACKAGE));
npm("install", "--no-audit", "--no-fund", packed.filename);

test("the package has what it needs and nothing else", () => {
  const names = packed.files.map(({ path }) => path);
  const kindOf = (name) =>
    name.replace(/^(dist\/(?:service\/)?)[a-z_]+(\.d\.ts|\.js)$/, "$1*$2").replace(/\.(core|helper)\d*\.wasm$/, ".*.wasm");
  const kinds = new Set(names.map(kindOf));
  assert.deepEqual([...kinds].sort(), [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "dist/*.d.ts",
    "dist/*.js",
    "dist/onepassword_users_steps.wasm",
    "dist/schema.json",
    "dist/service/*.d.ts",
    "dist/service/*.js",
    "dist/service/component.*.wasm",
    "examples/worker.mjs",
    "package.json",
  ]);
  const installed = readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."));
  assert.deepEqual(installed, ["onepassword-users"]);
});

test("the first example contains a user", async () => {
  assert.equal((await run("contain.mjs", [user.email])).trim(), `${user.email} changed`);
  assert.equal((await users.get(user.id)).state, "suspended");
  await users.reactivate(user.id);
});

test("the example of lists prints users and a plan", async () => {
  assert.match(await run("list.mjs", [user.id]), /\[ 'would-change' \]\n$/);
});

test("the example of errors prints the cause", async () => {
  assert.match(await run("error.mjs"), /^not-found not-applied suspend-user: /);
});

test("the example of proxies sends through the proxy", async () => {
  npm("install", "--no-audit", "--no-fund", "undici@7");
  let tunnels = 0;
  const proxy = http.createServer().on("connect", ({ url }, socket, head) => {
    tunnels++;
    const [host, port] = url.split(":");
    const server = net.connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      server.write(head);
      server.pipe(socket).pipe(server);
    });
    for (const end of [server, socket]) end.on("error", () => {});
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const output = await run("proxy.mjs", [], { HTTPS_PROXY: `http://127.0.0.1:${proxy.address().port}` });
  assert.equal(output, "1\n");
  assert.ok(tunnels > 0);
  proxy.close();
  proxy.closeAllConnections();
});

test("the schema of the messages is in the package", async () => {
  const print = 'console.log(require("fs").readFileSync(require.resolve("onepassword-users/schema.json"), "utf8"));';
  writeFileSync(join(project, "schema.cjs"), print);
  const schema = readFileSync(new URL("../../../protocol/schema.json", import.meta.url), "utf8");
  assert.deepEqual(JSON.parse(await run("schema.cjs")), JSON.parse(schema));
});

test("every entry can be imported", async () => {
  const core = 'const { Client } = await import("onepassword-users/core"); new Client({ accountId: "A", basic: "Yzpz" });';
  writeFileSync(join(project, "core.mjs"), `try { ${core} } catch (error) { console.log(error.message); }`);
  assert.equal(await run("core.mjs"), "module is missing\n");
  const compiled = `import { readFileSync } from "node:fs"; import { Client } from "onepassword-users/core";
const module = new WebAssembly.Module(readFileSync(new URL(import.meta.resolve("onepassword-users/module.wasm"))));
console.log((await Client.fromEnv(process.env, { module }).list({ maxPageSize: 1 })).users.length);`;
  writeFileSync(join(project, "compiled.mjs"), compiled);
  assert.equal(await run("compiled.mjs"), "1\n");
});
