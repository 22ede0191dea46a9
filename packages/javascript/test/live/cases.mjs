// The live cases: what the package does on every runtime, against the servers of the lab. No API of one runtime is used.

/** An assertion failed. */
class Difference extends Error {}

function check(condition, message) {
  if (!condition) throw new Difference(message);
}

/** Compares by JSON. */
function same(actual, expected) {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  check(left === right, `${left} instead of ${right}`);
}

/** The error of a call that fails, compared in some fields. */
async function failure(call, fields = {}) {
  let error;
  try {
    await call;
  } catch (thrown) {
    error = thrown;
  }
  check(error !== undefined, "the call succeeded");
  check(error.name === "UsersError", String(error.stack ?? error));
  for (const [name, value] of Object.entries(fields)) {
    check(error[name] === value, `${name} is ${JSON.stringify(error[name])} instead of ${JSON.stringify(value)}: ${error.message}`);
  }
  return error;
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const elapsed = (start) => performance.now() - start;

/**
 * The cases, by name.
 *
 * @param lab - Addresses of the servers.
 * @param users - The package.
 * @param runtime - Its name, for what runtimes hide: `node`, `deno`, `bun`, `workerd`.
 */
export function casesOf(lab, { Client, UsersError }, runtime) {
  const client = (baseUrl = lab.small.url, options = {}) =>
    new Client({
      accountId: lab.small.account_id,
      clientId: lab.small.client_id,
      clientSecret: lab.small.client_secret,
      baseUrl,
      ...options,
    });
  const stats = async () => (await fetch(`${lab.slow}/stats`)).json();
  const small = client();
  // Each case that changes users has its own: cases may run in any order.
  let ids;
  const idsOf = async (start, count) => {
    ids ??= small.list({ maxPageSize: 60 }).then((page) =>
      page.users
        .filter(({ id, state }) => id !== lab.small.owner_id && id !== lab.small.externally_managed_id && state === "active")
        .map(({ id }) => id),
    );
    const some = (await ids).slice(start, start + count);
    check(some.length === count, "the simulator has too few users");
    return some;
  };
  const endsAtDeadline = async (server) => {
    const start = performance.now();
    await failure(client(server, { deadlineMs: 1000 }).get("A"), { code: "timed-out" });
    check(elapsed(start) >= 990 && elapsed(start) < 1900, `${elapsed(start)} ms`);
  };
  // What only Node and Bun tell.
  const isCauseKnown = runtime === "node" || runtime === "bun";

  return {
    async "a user is read"() {
      const [id] = await idsOf(0, 1);
      const user = await small.get(id);
      same(Object.keys(user).sort(), ["createTime", "displayName", "email", "id", "path", "state"]);
      same([user.id, user.state], [id, "active"]);
    },

    async "an unknown user is not-found"() {
      const error = await failure(small.get("AAAAAAAAAAAAAAAAAAAAAAAAAA"), { code: "not-found", status: 404 });
      check(error.requests > 0, "no request was counted");
      same(JSON.parse(JSON.stringify(error)).code, "not-found");
    },

    async "an address is no id of a single user"() {
      const fields = { code: "invalid-argument", requests: 0 };
      await failure(small.suspend("wendy@acme.example"), fields);
      await failure(small.get(".."), fields);
    },

    async "a page of 1,000 users arrives whole"() {
      const page = await client(lab.large.url).list({ maxPageSize: 1000 });
      same(page.users.length, 1000);
      same(page.nextPageToken, undefined);
    },

    async "every page is read by the iterator"() {
      const found = new Set();
      for await (const user of client(lab.large.url).listAll({ maxPageSize: 300 })) found.add(user.id);
      same(found.size, 1000);
    },

    async "a user who is listed twice is given once"() {
      const found = [];
      for await (const { id } of client(lab.overlapping).listAll()) found.push(id);
      same(found, ["u0", "u1", "u2", "u3", "u4"]);
    },

    async "a page token that repeats ends the iterator"() {
      const found = [];
      const read = async () => {
        for await (const { id } of client(lab.repeating).listAll()) found.push(id);
      };
      await failure(read(), { code: "malformed-response" });
      check(found.length <= 3, `${found.length} users`);
    },

    async "a user is found by address in any case"() {
      const [id] = await idsOf(0, 1);
      const { email } = await small.get(id);
      same((await small.find(email.toUpperCase())).id, id);
      await failure(small.find("nil@acme.example"), { code: "not-found" });
    },

    async "many users are contained and restored exactly"() {
      const named = await idsOf(1, 6);
      const { email } = await small.get(named[0]);
      await small.suspend(named[5]);
      const targets = [email, named[1], { id: named[2] }, { email: (await small.get(named[3])).email }, named[5], "A".repeat(26)];
      const heard = [];
      const plan = await small.contain(targets, { dryRun: true });
      same(plan.targets.map(({ outcome }) => outcome), [...Array(4).fill("would-change"), "unchanged", "failed"]);
      const onSettled = (report, index) => heard.push([index, report.outcome]);
      const report = await small.contain(targets, { maxChanges: 4, onSettled });
      same(report.targets.map(({ outcome }) => outcome), [...Array(4).fill("changed"), "unchanged", "failed"]);
      same(heard.length, 6);
      same(heard.filter(([index, outcome]) => report.targets[index].outcome !== outcome), []);
      same([report.ok, report.changed.length, report.failed.length, report.possiblyChanged.length], [false, 4, 1, 0]);
      same(report.undo.map(({ id }) => id), named.slice(0, 4));
      same((await small.restore(report.undo)).changed.length, 4);
      same((await small.get(named[0])).state, "active");
      await small.reactivate(named[5]);
    },

    async "guards refuse what they protect and too many changes"() {
      const named = await idsOf(1, 3);
      const { email } = await small.get(named[0]);
      const refused = await small.contain(named, { maxChanges: 2 });
      same([refused.refused?.code, refused.ok], ["precondition-failed", false]);
      const wrong = { id: named[1], email: "nil@acme.example" };
      const kept = await small.contain([named[0], wrong], { protect: [{ email }] });
      same(kept.targets.map(({ error }) => error?.code), ["protected", "precondition-failed"]);
    },

    async "as many requests are open as are allowed"() {
      const named = await idsOf(10, 20);
      for (const concurrency of [4, 16]) {
        let [left, open, most] = [named.length, 0, 0];
        const waiting = [];
        // Sends no request before as many wait as may be open: with fewer, the call ends at its deadline.
        const gathering = async (url, options) => {
          if (options.method !== "GET") return fetch(url, options);
          most = Math.max(most, ++open);
          await new Promise((resolve) => {
            if (waiting.push(resolve) < Math.min(concurrency, left)) return;
            left -= waiting.length;
            for (const go of waiting.splice(0)) go();
          });
          try {
            return await fetch(url, options);
          } finally {
            open--;
          }
        };
        const { ok } = await client(lab.small.url, { fetch: gathering }).contain(named, { dryRun: true, concurrency });
        same([ok, most], [true, concurrency]);
      }
    },

    async "20 calls at once share one token exchange"() {
      await stats();
      const slow = client(lab.slow);
      await Promise.all((await idsOf(10, 20)).map((id) => slow.get(id)));
      const { tokens, total } = await stats();
      same({ tokens, total }, { tokens: 1, total: 21 });
    },

    async "300 calls open as many connections as fetch"() {
      const [id] = await idsOf(0, 1);
      await stats();
      for (let call = 0; call < 300; call++) await (await fetch(`${lab.slow}/none`, { headers: { "user-agent": "fast" } })).text();
      const bare = (await stats()).connections;
      const fast = client(lab.slow, { userAgent: "fast/1" });
      for (let call = 0; call < 300; call++) await fast.get(id);
      const { connections, total } = await stats();
      same(total, 301);
      check(connections <= bare + 2, `${connections} connections instead of ${bare}`);
      return `${connections} connections, fetch ${bare}`;
    },

    async "a server that hangs ends at the deadline"() {
      await endsAtDeadline(lab.hang);
    },

    async "a body that stalls ends at the deadline"() {
      await endsAtDeadline(lab.stall);
    },

    async "a connection that is refused changes nothing"() {
      const error = await failure(client(lab.refused, { deadlineMs: 2000 }).suspend("A"), { effect: "not-applied" });
      if (isCauseKnown) same(error.code, "connection-failed");
    },

    async "a connection that breaks is connection-failed"() {
      await failure(client(lab.reset).get("A"), { code: "connection-failed" });
    },

    async "an untrusted certificate is told"() {
      const error = await failure(client(lab.untrusted).get("A"), { code: "connection-failed" });
      if (isCauseKnown) check(/certificate/.test(error.message), error.message);
    },

    async "a redirect is not followed"() {
      const [id] = await idsOf(0, 1);
      await failure(client(lab.redirect).get(id), { status: 302 });
    },

    async "a suspend that is answered too late is possibly-applied"() {
      const [id] = await idsOf(7, 1);
      const late = client(lab.late, { deadlineMs: 1000 });
      await late.get(id);
      await failure(late.suspend(id), { code: "timed-out", effect: "possibly-applied" });
      same((await small.get(id)).state, "suspended");
      const report = await late.restore([id]);
      same(report.changed.length, 1);
      const bulk = await late.contain([id]);
      same(bulk.possiblyChanged.length, 1);
      same(bulk.undo, [{ id }]);
      await small.reactivate(id);
    },

    async "a change on a connection that breaks is possibly-applied"() {
      // Deno sends it again over a new connection, and tells only that this one was refused.
      const vanishing = client(lab.vanishing.pop(), { deadlineMs: 3000 });
      await vanishing.get("A");
      await vanishing.get("A");
      await failure(vanishing.suspend("A"), { effect: "possibly-applied" });
    },

    async "an abort ends a call at once"() {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 100);
      const start = performance.now();
      const call = client(lab.hang).get("A", { signal: stop.signal });
      const error = await failure(call, { code: "other", effect: "not-applied", aborted: true });
      check(elapsed(start) < 1000, `${elapsed(start)} ms`);
      check(error.cause === stop.signal.reason && error.cause.name === "AbortError", String(error.cause));
    },

    async "an abort of a suspend is possibly-applied"() {
      const [id] = await idsOf(8, 1);
      const late = client(lab.late);
      await late.get(id);
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 300);
      await failure(late.suspend(id, { signal: stop.signal }), { effect: "possibly-applied", aborted: true });
      same((await small.get(id)).state, "suspended");
      await small.reactivate(id);
    },

    async "an aborted bulk change reports every target"() {
      const named = await idsOf(10, 30);
      const slow = client(lab.slow);
      const stop = new AbortController();
      let changed = 0;
      const onSettled = ({ outcome }) => {
        if (outcome === "changed" && ++changed === 8) stop.abort();
      };
      const report = await slow.contain(named, { signal: stop.signal, onSettled });
      same(report.targets.length, 30);
      check(report.changed.length >= 8 && report.possiblyChanged.length > 0, JSON.stringify(report.targets.map((t) => t.outcome)));
      await wait(300);
      for (const [index, { outcome, error }] of report.targets.entries()) {
        if (error?.effect === "possibly-applied") continue;
        same((await small.get(named[index])).state, outcome === "changed" ? "suspended" : "active");
      }
      await small.restore(report.undo);
    },

    async "a drained bulk change leaves no doubt"() {
      const named = await idsOf(10, 30);
      const slow = client(lab.slow);
      const stop = new AbortController();
      let changed = 0;
      const onSettled = ({ outcome }) => {
        if (outcome === "changed" && ++changed === 8) stop.abort();
      };
      const report = await slow.contain(named, { drain: stop.signal, onSettled });
      same(report.possiblyChanged.length, 0);
      check(report.targets.some(({ outcome }) => outcome === "skipped"), "nothing was skipped");
      for (const [index, { outcome }] of report.targets.entries()) {
        same((await small.get(named[index])).state, outcome === "changed" ? "suspended" : "active");
      }
      await small.restore(report.undo);
    },

    async "a callback that throws stops a bulk change"() {
      const named = await idsOf(10, 30);
      const reason = new Error("the audit is full");
      const onSettled = () => {
        throw reason;
      };
      const error = await failure(client(lab.slow).contain(named, { onSettled }), { code: "other", cause: reason });
      check(error.report.changed.length > 0 && error.report.changed.length < 30, `${error.report.changed.length} changed`);
      await small.restore(error.report.undo);
    },

    async "a body without end is cut off"() {
      const slow = client(lab.bodies);
      for (const kind of ["announced", "endless", "bomb"]) await failure(slow.get(kind), { code: "malformed-response" });
    },

    async "a broken body is malformed or a broken connection"() {
      const broken = client(lab.bodies);
      const { code } = await failure(broken.get("short"));
      check(code === "malformed-response" || code === "connection-failed", code);
      await failure(broken.get("latin"), { code: "malformed-response" });
    },

    async "a compressed body is read"() {
      same((await client(lab.bodies).get("gzip")).state, "active");
    },

    async "cookies are not kept"() {
      const one = client(lab.bodies);
      await one.get("cookie");
      same((await one.get("cookie")).displayName, "none");
    },

    async "the event loop ticks during a call"() {
      let ticks = 0;
      const timer = setInterval(() => ticks++, 20);
      const start = performance.now();
      await failure(client(lab.hang, { deadlineMs: 1000 }).get("A"));
      clearInterval(timer);
      // A loop that is held ticks once at most. A busy machine leaves out some of the fifty.
      check(ticks >= 5, `${ticks} ticks in ${elapsed(start)} ms`);
    },

    async "a check finds no fault"() {
      const findings = await small.check();
      same(findings.filter(({ verdict }) => verdict === "failed"), []);
      check(findings.some(({ check: name }) => name === "token"), "no token was checked");
    },

    async "a revoked token is exchanged anew"() {
      const one = client();
      const [id] = await idsOf(0, 1);
      await one.get(id);
      same(await one.revoke(), undefined);
      same((await one.get(id)).id, id);
    },

    async "wrong settings are refused by name"() {
      for (const [options, name] of [
        [{ accountId: undefined }, "accountId"],
        [{ clientSecret: 7 }, "clientSecret"],
        [{ baseURL: "x" }, "baseURL"],
        [{ region: "us", baseUrl: undefined }, "region"],
        [{ region: "eu" }, "baseUrl"],
        [{ basic: "x" }, "basic"],
        [{ deadlineMs: 1.5 }, "deadlineMs"],
        [{ fetch: "x" }, "fetch"],
      ]) {
        let error;
        try {
          client(undefined, options);
        } catch (thrown) {
          error = thrown;
        }
        check(error instanceof UsersError && error.code === "not-configured", String(error));
        check(error.message.includes(name), error.message);
      }
    },

    async "the variables of the environment are settings"() {
      const { account_id, client_id, client_secret, url } = lab.small;
      const env = {
        OP_USERS_ACCOUNT_ID: account_id,
        OP_USERS_CLIENT_ID: client_id,
        OP_USERS_CLIENT_SECRET: client_secret,
        OP_USERS_BASE_URL: url,
        OTHER: {},
      };
      same((await Client.fromEnv(env).list({ maxPageSize: 1 })).users.length, 1);
      for (const [more, name] of [[{ OP_USERS_NONSENSE: "1" }, "OP_USERS_NONSENSE"], [{ OP_USERS_REGION: {} }, "OP_USERS_REGION"]]) {
        let error;
        try {
          Client.fromEnv({ ...env, ...more });
        } catch (thrown) {
          error = thrown;
        }
        check(error?.code === "not-configured" && error.message.includes(name), String(error));
      }
    },

    async "a secret is in no text about a client or an error"() {
      const one = client(lab.hang, { deadlineMs: 100 });
      const error = await failure(one.get("A"));
      const texts = [JSON.stringify(one), String(one), JSON.stringify(error), String(error.stack)];
      check(texts.every((text) => !String(text).includes(lab.small.client_secret)), "the secret is told");
    },
  };
}

/** Runs cases one after the other. Returns a line for each that failed. */
export async function runCases(cases, log = () => {}) {
  const failed = [];
  for (const [name, run] of Object.entries(cases)) {
    const start = performance.now();
    try {
      const note = await run();
      log(`ok    ${name} (${elapsed(start).toFixed(0)} ms) ${note ?? ""}`);
    } catch (error) {
      const reason = error instanceof Difference ? error.message : String(error?.stack ?? error);
      failed.push(`${name}: ${reason}`);
      log(`FAIL  ${name}: ${reason}`);
    }
  }
  return failed;
}
