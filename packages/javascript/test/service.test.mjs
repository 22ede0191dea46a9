// The service where it cannot run, and the build of its component.

import assert from "node:assert/strict";
import { test } from "node:test";

import { mend } from "../build/mend.mjs";
import { Fields, FutureIncomingResponse, OutgoingBody, OutgoingRequest } from "../dist/service/http.js";
import { serve, Service } from "../dist/service/index.js";
import { dispose, poll } from "../dist/service/io.js";

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

/** A request under way, with the signal that `fetch` was given. */
function sent(respond) {
  const request = new OutgoingRequest(Fields.fromList([["accept", new TextEncoder().encode("application/json")]]));
  request.setScheme({ tag: "HTTPS" });
  request.setAuthority("api.example");
  const calls = [];
  const future = new FutureIncomingResponse((url, options) => {
    calls.push({ url, ...options });
    return respond(options.signal);
  }, request);
  return { future, calls };
}

const never = (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

test("a request whose response the component drops is aborted", async () => {
  const { future, calls } = sent(never);
  future[dispose]();
  assert.ok(calls[0].signal.aborted);
});

test("a response that the component does not take is aborted", async () => {
  const { future, calls } = sent(async () => new Response("{}"));
  await poll([future.subscribe()]);
  future[dispose]();
  assert.ok(calls[0].signal.aborted);
});

test("a response that the component has read is not aborted", async () => {
  const { future, calls } = sent(async () => new Response("{}"));
  await poll([future.subscribe()]);
  const response = future.get().val.val;
  future[dispose]();
  const stream = response.consume().stream();
  response[dispose]();
  let text = "";
  for (;;) {
    try {
      text += new TextDecoder().decode(stream.read(100n));
    } catch (end) {
      assert.equal(end.tag, "closed");
      break;
    }
    await poll([stream.subscribe()]);
  }
  stream[dispose]();
  assert.equal(text, "{}");
  assert.ok(!calls[0].signal.aborted);
  assert.deepEqual([calls[0].url, calls[0].redirect], ["https://api.example/", "manual"]);
});

test("a body that breaks off is a failure of the stream", async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("broken")) });
  const { future } = sent(async () => new Response(broken));
  await poll([future.subscribe()]);
  const stream = future.get().val.val.consume().stream();
  stream.read(1n);
  await poll([stream.subscribe()]);
  assert.throws(() => stream.read(1n), ({ tag }) => tag === "last-operation-failed");
});

test("a request with a body is sent when the body is whole", async () => {
  const request = new OutgoingRequest(Fields.fromList([]));
  request.setAuthority("api.example");
  request.setMethod({ tag: "post" });
  const body = request.body();
  const calls = [];
  const future = new FutureIncomingResponse(async (url, options) => (calls.push(options), new Response("{}")), request);
  body.write().write(new TextEncoder().encode("grant_type="));
  assert.equal(calls.length, 0);
  body.write().write(new TextEncoder().encode("client_credentials"));
  OutgoingBody.finish(body);
  await poll([future.subscribe()]);
  assert.deepEqual([calls[0].method, calls[0].body], ["POST", "grant_type=client_credentials"]);
});

test("an error that proves nothing is told as one that may have left", async () => {
  for (const [error, tag] of [
    [Object.assign(new Error(), { code: "ECONNREFUSED" }), "connection-refused"],
    [Object.assign(new Error(), { code: "ECONNRESET" }), "connection-terminated"],
    [new Error("connection refused"), "internal-error"],
    [null, "internal-error"],
  ]) {
    const { future } = sent(async () => Promise.reject(error));
    await poll([future.subscribe()]);
    assert.deepEqual(future.get().val.val.tag, tag);
  }
  // After an answer, no error proves that nothing was sent.
  const refused = () => {
    throw Object.assign(new Error(), { code: "ECONNREFUSED" });
  };
  const answers = [
    "no response",
    { get status() { return refused(); } },
    { status: 200, headers: { get: refused }, body: null },
  ];
  for (const answer of answers) {
    const { future } = sent(async () => answer);
    await poll([future.subscribe()]);
    assert.equal(future.get().val.val.tag, "HTTP-protocol-error");
  }
});

test("headers that HTTP does not allow are refused", () => {
  for (const [name, value] of [["a b", "x"], ["x", "a\nb"], ["", "x"]]) {
    assert.throws(() => Fields.fromList([[name, new TextEncoder().encode(value)]]), ({ tag }) => tag === "invalid-syntax");
  }
});
