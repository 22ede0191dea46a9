// The service where it cannot run, and the build of its component.

import assert from "node:assert/strict";
import { test } from "node:test";

import { mend } from "../build/mend.mjs";
import { serve, Service } from "../dist/service/index.js";

test("a runtime without promise integration is refused by name", async () => {
  if ("Suspending" in WebAssembly) {
    assert.equal((await new Service({}).serve(new Request("http://localhost/healthz"))).status, 200);
    return;
  }
  assert.throws(() => new Service({}), /no JavaScript Promise Integration .*use Node 24/);
  await assert.rejects(serve(new Request("http://localhost/healthz"), { settings: {} }), /use Node 24/);
});

const WRITTEN = `const _debugLog = (...args) => {
    if (!globalThis?.process?.env?.JCO_DEBUG) { return; }
    console.debug(...args);
  };
    table._createdReps.add(rep);
const fetchCompile = url => fetch(url).then(WebAssembly.compileStreaming);
const helper = new WebAssembly.Module(new Uint8Array([
0x00, 0x61,
]));
if (!getCoreModule) getCoreModule = (name) => fetchCompile(new URL(name, import.meta.url));
`;

test("what jco writes is mended", () => {
  const { source, modules } = mend(WRITTEN, "it");
  assert.match(source, /const helper = getCoreModule\("it\.helper0\.wasm"\)/);
  assert.doesNotMatch(source, /_createdReps|process|import\.meta/);
  assert.deepEqual(modules, [["it.helper0.wasm", Uint8Array.of(0, 0x61)]]);
});

test("the build fails if jco writes something else", () => {
  for (const line of WRITTEN.split("\n").filter((line) => /_debugLog|_createdReps|fetchCompile =|WebAssembly\.Module|getCoreModule\)/.test(line))) {
    assert.throws(() => mend(WRITTEN.replace(line, ""), "it"), /jco writes something new/, line);
  }
  const added = ["table._createdReps.add(other);", "process.exit();", "eval('1');", "new WebAssembly.Module(bytes);"];
  for (const line of added) assert.throws(() => mend(`${WRITTEN}${line}\n`, "it"), /jco writes something new/, line);
});
