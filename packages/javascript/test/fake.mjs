// Stand-ins for what surrounds the driver: the module, `fetch` and the timers.

/** A module that answers each event by a function, and keeps the events. */
export function fakeStep(answer) {
  const events = [];
  const step = (event, piece) => {
    const [[name, fields]] = Object.entries(event);
    events.push({ name, ...fields, ...(piece && { piece: piece.slice() }) });
    return (name === "configure" ? undefined : answer(name, fields, piece)) ?? {};
  };
  return { step, events, named: (name) => events.filter((event) => event.name === name) };
}

/** A request as the module asks for it. */
export function request(id, more = {}) {
  return { id, call: 1, purpose: "get", method: "GET", url: `https://a.example/${id}`, headers: {}, connectMs: 5000, ...more };
}

/** The end of a call. */
export function done(call, user = { id: "A" }) {
  return { call, result: { user } };
}

/** A `fetch` whose responses the test gives. */
export function fakeFetch() {
  const sent = [];
  const fetch = (url, options) =>
    new Promise((resolve, reject) => {
      options.signal.addEventListener("abort", () => reject(options.signal.reason));
      sent.push({ url, options, resolve, reject });
    });
  return { fetch, sent };
}

/** A response with a body in these pieces. */
export function response(pieces, { status = 200, headers = {} } = {}) {
  return { status, headers: new Headers(headers), body: stream(pieces) };
}

/** A body in these pieces. */
export function stream(pieces) {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

/** Replaces the timers by ones that the test rings. */
export function fakeTimers(t) {
  const timers = new Map();
  const [setTimeout, clearTimeout] = [globalThis.setTimeout, globalThis.clearTimeout];
  let last = 0;
  globalThis.setTimeout = (ring, delay) => (timers.set(++last, { ring, delay }), last);
  globalThis.clearTimeout = (timer) => void timers.delete(timer);
  t.after(() => Object.assign(globalThis, { setTimeout, clearTimeout }));
  return {
    delays: () => [...timers.values()].map(({ delay }) => delay),
    ring() {
      const [[timer, { ring }]] = timers;
      timers.delete(timer);
      ring();
    },
  };
}

/** Lets everything run that waits for nothing from outside. */
export async function settle() {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
