// The driver against a module that plays a script.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Driver } from "../dist/driver.js";
import { done, fakeFetch, fakeStep, fakeTimers, request, response, settle } from "./fake.mjs";

const GET = { "get-user": { id: "A" } };
const FROM = { environment: {} };
const NEVER = () => new Promise(() => {});

function driver(answer, fetch = NEVER) {
  const module = fakeStep(answer);
  return { ...module, driver: new Driver(module.step, FROM, fetch) };
}

test("wrong settings are an error of the constructor", () => {
  const error = { code: "not-configured", message: "account-id is missing", effect: "not-applied", candidates: [] };
  assert.throws(() => new Driver(() => ({ error }), FROM, NEVER), { name: "UsersError", code: "not-configured" });
});

test("a request is sent without redirects, cookies and cache", async () => {
  const { fetch, sent } = fakeFetch();
  const one = driver((name) => (name === "start" ? { send: [request(1, { method: "POST", body: "x" })] } : {}), fetch);
  void one.driver.call(GET);
  const [{ url, options }] = sent;
  assert.equal(url, "https://a.example/1");
  const { signal, ...rest } = options;
  assert.equal(signal.aborted, false);
  assert.deepEqual(rest, {
    method: "POST",
    headers: {},
    body: "x",
    redirect: "manual",
    credentials: "omit",
    cache: "no-store",
  });
});

test("cancel, send and wake are carried out before a callback", async (t) => {
  const timers = fakeTimers(t);
  const { fetch, sent } = fakeFetch();
  const one = driver((name) => {
    if (name === "start") return { send: [request(1)] };
    if (name === "answer") {
      const settled = [{ call: 1, target: 0, report: { outcome: "changed" } }];
      return { cancel: [{ id: 2 }], send: [request(3)], settled, wake: performance.now() + 5000 };
    }
    return {};
  }, fetch);
  let seen;
  const onSettled = () => {
    seen = { urls: sent.map(({ url }) => url), timers: timers.delays().filter((delay) => delay > 1000).length };
  };
  void one.driver.call(GET, { onSettled });
  sent[0].resolve(response([]));
  await settle();
  assert.deepEqual(seen, { urls: ["https://a.example/1", "https://a.example/3"], timers: 1 });
});

test("a callback that stops its call leaves no older timer", async (t) => {
  const timers = fakeTimers(t);
  const one = driver((name) => {
    if (name === "stop") return { done: [done(1)] };
    return { settled: [{ call: 1, target: 0, report: { outcome: "changed" } }], wake: performance.now() + 5000 };
  });
  const stop = new AbortController();
  await one.driver.call(GET, { signal: stop.signal, onSettled: () => stop.abort() });
  assert.deepEqual(timers.delays(), []);
});

test("a callback hears every target before its call ends", async () => {
  const report = { outcome: "changed" };
  const one = driver((name) => {
    if (name === "stop") return { settled: [{ call: 1, target: 2, report }], done: [done(1)] };
    return { settled: [0, 1].map((target) => ({ call: 1, target, report })) };
  });
  const stop = new AbortController();
  const heard = [];
  const onSettled = (_, target) => {
    heard.push(target);
    stop.abort();
  };
  await one.driver.call(GET, { signal: stop.signal, onSettled });
  assert.deepEqual(heard, [0, 1, 2]);
});

test("a callback can start a call", async () => {
  const one = driver((name, { call }) => {
    if (call === 2) return { done: [done(2, { id: "B" })] };
    return { settled: [{ call: 1, target: 0, report: { outcome: "changed" } }], done: [done(1)] };
  });
  let inner;
  const outer = await one.driver.call(GET, { onSettled: () => (inner = one.driver.call(GET)) });
  assert.equal(outer.result.user.id, "A");
  assert.equal((await inner).result.user.id, "B");
});

test("a fetch that stops its call sends nothing more of it", async () => {
  const stop = new AbortController();
  const urls = [];
  const fetch = (url) => {
    urls.push(url);
    stop.abort();
    return NEVER();
  };
  const one = driver((name) => {
    if (name === "stop") return { cancel: [{ id: 1 }, { id: 2 }], done: [done(1)] };
    return { send: [request(1), request(2)] };
  }, fetch);
  await one.driver.call(GET, { signal: stop.signal });
  assert.deepEqual(urls, ["https://a.example/1"]);
});

test("a fetch that drains its call sends nothing more of it", async () => {
  const drain = new AbortController();
  const urls = [];
  const fetch = (url) => {
    urls.push(url);
    drain.abort();
    return NEVER();
  };
  const one = driver((name, { request: id }) => {
    if (name === "start") return { send: [request(1), request(2), request(3, { call: 9 })] };
    return name === "fail" && id === 2 ? { done: [done(1)] } : {};
  }, fetch);
  await one.driver.call(GET, { drain: drain.signal });
  assert.deepEqual(urls, ["https://a.example/1", "https://a.example/3"]);
  assert.deepEqual(one.events.map(({ name, now, ...fields }) => [name, fields]).slice(2), [
    ["stop", { call: 1, atOnce: false }],
    ["fail", { request: 2, kind: "denied", possiblySent: false, detail: "the call was stopped" }],
  ]);
});

test("requests that were never sent are told before an end at once", async () => {
  const stop = new AbortController();
  const fetch = () => {
    stop.abort();
    return NEVER();
  };
  const one = driver((name, { atOnce }) => {
    if (name === "start") return { send: [request(1), request(2)] };
    return atOnce ? { cancel: [{ id: 1 }], done: [done(1)] } : {};
  }, fetch);
  await one.driver.call(GET, { signal: stop.signal });
  const events = one.events.map(({ name, request, atOnce }) => [name, request ?? atOnce]);
  assert.deepEqual(events.slice(2), [["stop", false], ["fail", 2], ["stop", true]]);
});

test("a fetch that stops a call lets the other requests go first", async () => {
  const stop = new AbortController();
  const urls = [];
  const fetch = (url) => {
    if (urls.push(url) === 1) stop.abort();
    return NEVER();
  };
  const one = driver((name, { call }) => {
    if (name === "stop") return { settled: [{ call: 1, target: 0, report: { outcome: "skipped" } }], done: [done(1)] };
    return call === 2 ? { send: [request(1, { call }), request(2, { call })] } : {};
  }, fetch);
  let sent;
  const stopped = one.driver.call(GET, { signal: stop.signal, onSettled: () => (sent = urls.length) });
  void one.driver.call(GET);
  await stopped;
  assert.equal(sent, 2);
});

test("a callback that throws drains its call and keeps its result", async () => {
  const reason = new Error("the disk is full");
  const fails = [() => Promise.reject(reason), () => assert.fail(reason)];
  for (const onSettled of fails) {
    const one = driver((name) => {
      if (name === "stop") return { done: [done(1)] };
      return { settled: [{ call: 1, target: 0, report: { outcome: "changed" } }] };
    });
    const { result, thrown } = await one.driver.call(GET, { onSettled });
    assert.deepEqual(one.named("stop").map(({ call, atOnce }) => [call, atOnce]), [[1, false]]);
    assert.equal(result.user.id, "A");
    assert.equal(thrown.reason, reason);
  }
});

test("a call waits for its callbacks", async () => {
  const one = driver(() => ({ settled: [{ call: 1, target: 0, report: { outcome: "changed" } }], done: [done(1)] }));
  let finish;
  let isDone = false;
  const call = one.driver.call(GET, { onSettled: () => new Promise((resolve) => (finish = resolve)) });
  void call.then(() => (isDone = true));
  await settle();
  assert.equal(isDone, false);
  finish();
  await call;
});

test("the timer is limited to what a runtime can wait", async (t) => {
  const timers = fakeTimers(t);
  const one = driver((name) => (name === "start" ? { wake: 2 ** 40 } : {}));
  void one.driver.call(GET);
  assert.deepEqual(timers.delays(), [2 ** 31 - 1]);
  timers.ring();
  assert.deepEqual(timers.delays(), [2 ** 31 - 1]);
  assert.deepEqual(one.named("tick"), []);
});

test("the timer rings at the latest wake and goes with the last", async (t) => {
  const timers = fakeTimers(t);
  const { fetch, sent } = fakeFetch();
  let wake = performance.now() - 1;
  const one = driver((name) => {
    if (name === "start") return { send: [request(1)], wake };
    if (name === "tick") return { done: [done(1)] };
    return {};
  }, fetch);
  const call = one.driver.call(GET);
  assert.deepEqual(timers.delays(), [0]);
  timers.ring();
  await call;
  assert.equal(one.named("tick").length, 1);
  assert.deepEqual(timers.delays(), []);
});

test("a small body comes with the head", async () => {
  const { fetch, sent } = fakeFetch();
  const one = driver((name) => (name === "start" ? { send: [request(1)] } : { done: [done(1)] }), fetch);
  const call = one.driver.call(GET);
  const headers = { "retry-after": "3", date: "Thu, 01 Jan 1970 00:00:00 GMT", "content-length": "4", "set-cookie": "a=b" };
  sent[0].resolve(response([new Uint8Array([1, 2]), new Uint8Array([3, 4])], { status: 429, headers }));
  await call;
  const [{ now, name, ...answer }] = one.named("answer");
  assert.deepEqual(answer, {
    request: 1,
    status: 429,
    retryAfter: "3",
    date: "Thu, 01 Jan 1970 00:00:00 GMT",
    contentLength: "4",
    more: false,
    piece: new Uint8Array([1, 2, 3, 4]),
  });
});

test("a large body comes in pieces of 64 KiB at most", async () => {
  const { fetch, sent } = fakeFetch();
  const body = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
  const one = driver((name, { more }) => {
    if (name === "start") return { send: [request(1)] };
    return more ? {} : { done: [done(1)] };
  }, fetch);
  const call = one.driver.call(GET);
  sent[0].resolve(response([body.subarray(0, 10), body.subarray(10)]));
  await call;
  const pieces = one.events.map(({ piece }) => piece).filter((piece) => piece);
  assert.ok(pieces.every((piece) => piece.length <= 65536));
  assert.deepEqual(Buffer.concat(pieces), Buffer.from(body));
  assert.equal(one.named("answer").length, 1);
  assert.equal(one.events.at(-1).more, false);
});

test("the head comes first if the body is late", async (t) => {
  const timers = fakeTimers(t);
  const { fetch, sent } = fakeFetch();
  const one = driver((name, { more }) => {
    if (name === "start") return { send: [request(1)] };
    return more ? {} : { done: [done(1)] };
  }, fetch);
  const call = one.driver.call(GET);
  let controller;
  const body = new ReadableStream({ start: (it) => (controller = it) });
  controller.enqueue(new Uint8Array([1]));
  sent[0].resolve({ status: 200, headers: new Headers(), body });
  await settle();
  assert.deepEqual(one.named("answer"), []);
  assert.deepEqual(timers.delays(), [100]);
  timers.ring();
  const [{ more, piece }] = one.named("answer");
  assert.deepEqual({ more, piece }, { more: true, piece: new Uint8Array([1]) });
  controller.enqueue(new Uint8Array([2]));
  controller.close();
  await call;
  assert.deepEqual(one.named("body").map(({ more, piece }) => [more, piece]), [
    [true, new Uint8Array([2])],
    [false, undefined],
  ]);
});

test("a redirect that a browser hides is a 302", async () => {
  const { fetch, sent } = fakeFetch();
  const one = driver((name) => (name === "start" ? { send: [request(1)] } : { done: [done(1)] }), fetch);
  const call = one.driver.call(GET);
  sent[0].resolve({ status: 0, headers: new Headers(), body: null });
  await call;
  const [{ status, more }] = one.named("answer");
  assert.deepEqual({ status, more }, { status: 302, more: false });
});

test("a response that is none is a malformed one", async () => {
  const headers = new Headers();
  const body = { getReader: () => ({ read: async () => ({ done: false, value: "text" }) }) };
  const statuses = [undefined, null, "200", 99, 1000, 99999, NaN, -1, 200.5, 200n, {}].map((status) => ({ status, headers, body: null }));
  const odd = [undefined, null, {}, { get: () => 7 }, { get: () => ({}) }].map((headers) => ({ status: 200, headers, body: null }));
  const bodies = ["text", {}, body].map((body) => ({ status: 200, headers, body }));
  for (const response of [undefined, null, "text", ...statuses, ...odd, ...bodies]) {
    const one = driver((name) => (name === "start" ? { send: [request(1)] } : { done: [done(1)] }), () => response);
    await one.driver.call(GET);
    const [{ kind, possiblySent, ...fail }, ...more] = one.events.slice(2);
    assert.deepEqual([fail.name, kind, possiblySent, more], ["fail", "malformed", true, []]);
  }
});

test("a header that no client can use is left out", async () => {
  for (const value of [undefined, null, "\ud800", "\u20ac", "\0", "a\nb"]) {
    const response = { status: 200, headers: { get: () => value }, body: null };
    const one = driver((name) => (name === "start" ? { send: [request(1)] } : { done: [done(1)] }), async () => response);
    await one.driver.call(GET);
    const [{ name, now, ...answer }] = one.events.slice(2);
    assert.deepEqual([name, answer], ["answer", { request: 1, status: 200, more: false }]);
  }
});

test("a response that the module refuses is a malformed one", async () => {
  const error = { code: "invalid-argument", message: "answer.status: is too large", effect: "not-applied" };
  for (const refused of ["answer", "body"]) {
    const { fetch, sent } = fakeFetch();
    const one = driver((name) => {
      if (name === "start") return { send: [request(1)] };
      if (name === refused) return { error };
      return name === "fail" ? { done: [done(1)] } : {};
    }, fetch);
    const call = one.driver.call(GET);
    sent[0].resolve(response([new Uint8Array(60_000), new Uint8Array(60_000), new Uint8Array(1)]));
    assert.equal((await call).result.user.id, "A");
    await settle();
    const [{ kind, possiblySent }] = one.named("fail");
    assert.deepEqual([kind, possiblySent, one.events.at(-1).name], ["malformed", true, "fail"]);
    assert.equal(sent[0].options.signal.aborted, true);
    assert.equal(one.driver.isBroken, false);
  }
});

test("a body of empty pieces takes no room and lets timers run", async () => {
  let reads = 0;
  const body = { getReader: () => ({ read: async () => (reads++, { done: false, value: new Uint8Array() }) }) };
  const stop = new AbortController();
  const fetch = async () => ({ status: 200, headers: new Headers(), body });
  const one = driver((name) => {
    if (name === "start") return { send: [request(1)] };
    return name === "stop" ? { cancel: [{ id: 1 }], done: [done(1)] } : {};
  }, fetch);
  setTimeout(() => stop.abort(), 150);
  await one.driver.call(GET, { signal: stop.signal });
  const [{ more, piece }] = one.named("answer");
  assert.deepEqual({ more, piece }, { more: true, piece: undefined });
  const before = reads;
  await settle();
  assert.ok(reads <= before + 1, `${reads - before} reads after the end`);
});

test("a large body in memory lets timers run", async () => {
  const { fetch, sent } = fakeFetch();
  let pieces = 0;
  const one = driver((name, { more }, piece) => {
    if (name === "start") return { send: [request(1)] };
    if (piece) pieces++;
    return more ? {} : { done: [done(1)] };
  }, fetch);
  const call = one.driver.call(GET);
  sent[0].resolve(response([new Uint8Array(8 * 1024 * 1024)]));
  let seen;
  setTimeout(() => (seen = pieces));
  await call;
  assert.equal(pieces, 128);
  assert.ok(seen < pieces, `${seen} pieces before the timer`);
});

test("a cancelled request is aborted and told nothing of", async () => {
  const { fetch, sent } = fakeFetch();
  const stop = new AbortController();
  const one = driver((name) => (name === "start" ? { send: [request(1)] } : { cancel: [{ id: 1 }], done: [done(1)] }), fetch);
  const call = one.driver.call(GET, { signal: stop.signal });
  stop.abort();
  await call;
  await settle();
  assert.equal(sent[0].options.signal.aborted, true);
  assert.deepEqual(one.events.map(({ name }) => name), ["configure", "start", "stop"]);
});

test("a response after its request was cancelled is discarded", async () => {
  const stop = new AbortController();
  let respond;
  const fetch = () => new Promise((resolve) => (respond = resolve));
  const one = driver((name) => (name === "start" ? { send: [request(1)] } : { cancel: [{ id: 1 }], done: [done(1)] }), fetch);
  const call = one.driver.call(GET, { signal: stop.signal });
  stop.abort();
  await call;
  let isCancelled = false;
  respond({ status: 200, headers: new Headers(), body: new ReadableStream({ cancel: () => void (isCancelled = true) }) });
  await settle();
  assert.equal(isCancelled, true);
  assert.deepEqual(one.named("answer"), []);
});

test("an exception of fetch is a failure without its words", async () => {
  const fetch = () => {
    throw new Error("Bearer secret-token");
  };
  const one = driver((name) => (name === "start" ? { send: [request(1)] } : { done: [done(1)] }), fetch);
  await one.driver.call(GET);
  const [{ now, name, ...failure }] = one.named("fail");
  const detail = "the host failed to carry out the request";
  assert.deepEqual(failure, { request: 1, kind: "connection", possiblySent: true, detail });
});

test("a call whose signal is aborted before is not started", async () => {
  const one = driver(() => assert.fail("an event was told"));
  const reason = new Error("the shift is over");
  const signal = AbortSignal.abort(reason);
  const wanted = { name: "UsersError", code: "other", effect: "not-applied", requests: 0, aborted: true, cause: reason };
  await assert.rejects(one.driver.call(GET, { signal }), wanted);
  await assert.rejects(one.driver.call(GET, { drain: signal }), wanted);
});

test("a signal has no listeners after its call", async () => {
  const stop = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = stop.signal;
  stop.signal.addEventListener = (...args) => (listeners++, addEventListener.apply(stop.signal, args));
  stop.signal.removeEventListener = (...args) => (listeners--, removeEventListener.apply(stop.signal, args));
  const one = driver((name) => ({ done: [done(1)] }));
  await one.driver.call(GET, { signal: stop.signal });
  assert.equal(listeners, 0);
  stop.abort();
  assert.deepEqual(one.named("stop"), []);
});

test("a module that traps ends calls by what each has sent", async () => {
  const { fetch, sent } = fakeFetch();
  const refused = Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } });
  const one = driver((name, { call, request: id }) => {
    if (name === "answer") throw new WebAssembly.RuntimeError("unreachable");
    if (name === "fail") return {};
    const token = request(10 * call, { call, purpose: "token" });
    const change = request(10 * call + 1, { call, purpose: "suspend" });
    return { send: [[token], [token, change], [change], []][call - 1] };
  }, fetch);
  const calls = [1, 2, 3, 4].map(() => one.driver.call(GET));
  sent.find(({ url }) => url.endsWith("/31")).reject(refused);
  await settle();
  sent.find(({ url }) => url.endsWith("/10")).resolve(response([]));
  const errors = (await Promise.all(calls)).map(({ result }) => result.error);
  assert.deepEqual(new Set(errors.map(({ code }) => code)), new Set(["other"]));
  assert.deepEqual(errors.map(({ effect, requests }) => [effect, requests]), [
    ["not-applied", 1],
    ["possibly-applied", 2],
    ["not-applied", 0],
    ["not-applied", 0],
  ]);
  assert.ok(sent.filter(({ url }) => /(20|21)$/.test(url)).every(({ options }) => options.signal.aborted));
  assert.equal(one.driver.isBroken, true);
  await assert.rejects(one.driver.call(GET), { name: "UsersError", effect: "not-applied" });
});

test("a call that the module does not take is an error", async () => {
  const error = { code: "invalid-argument", message: "no such call", effect: "not-applied", candidates: [], requests: 0 };
  const one = driver(() => ({ error }));
  await assert.rejects(one.driver.call(GET), { name: "UsersError", code: "invalid-argument" });
});
