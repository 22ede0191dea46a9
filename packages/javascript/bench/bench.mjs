// Compares the package with bare `fetch`: `node test/live/with-lab.mjs node bench/bench.mjs` in the folder of the package.
// Rounds of both are interleaved, so that a busy machine slows down both. Figures are medians of rounds; the ratio is that of
// each round's pair.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { Client } from "../dist/index.js";
import { lab } from "../test/live/here.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 15);
const CALLS = 200;
const PAGES = 10;
const MANY = 100_000;

const clientOf = ({ account_id, client_id, client_secret, url }, options = {}) =>
  new Client({ accountId: account_id, clientId: client_id, clientSecret: client_secret, baseUrl: url, ...options });

/** Functions that send the same requests as the client, without it. */
async function bareOf({ account_id, client_id, client_secret, url }) {
  const headers = { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}`, "content-type": "application/x-www-form-urlencoded", "user-agent": "bench/1" };
  const body = "grant_type=client_credentials";
  const response = await fetch(`${url}/v1beta1/users/oauth2/token`, { method: "POST", headers, body });
  const { access_token, error } = await response.json();
  if (access_token === undefined) throw new Error(`no token: ${error}`);
  const get = async (path) => {
    const options = { headers: { authorization: `Bearer ${access_token}`, accept: "application/json", "user-agent": "bench/1" } };
    return (await fetch(`${url}/v1beta1/accounts/${account_id}/users${path}`, options)).json();
  };
  return { get: (id) => get(`/${id}`), page: (query) => get(`?${query}`) };
}

const median = (values) => values.toSorted((one, other) => one - other)[values.length >> 1];

/** Times two functions in turns. */
async function compare(name, count, target, bare, ours) {
  const [times, ratios] = [[[], []], []];
  for (let round = -3; round < ROUNDS; round++) {
    const pair = [];
    for (const run of [bare, ours]) {
      const start = performance.now();
      for (let call = 0; call < count; call++) await run();
      pair.push(((performance.now() - start) / count) * 1000);
    }
    // The first rounds warm up.
    if (round < 0) continue;
    pair.forEach((time, index) => times[index].push(time));
    ratios.push(pair[1] / pair[0]);
  }
  const [first, second] = times.map((list) => median(list).toFixed(0));
  const ratio = median(ratios);
  console.log(`${name}: fetch ${first} µs, client ${second} µs, ratio ${ratio.toFixed(2)} (target ${target}${ratio > target ? ": MISSED" : ""})`);
}

/** Longest time in milliseconds between two rings of a timer while a function runs, and the time of all. */
async function holds(run) {
  let longest = 0;
  let last = performance.now();
  const ring = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(ring, 1);
  const start = performance.now();
  await run();
  ring();
  clearInterval(timer);
  return { longest, total: performance.now() - start };
}

console.log(globalThis.Deno ? `Deno ${Deno.version.deno}` : globalThis.Bun ? `Bun ${Bun.version}` : `Node ${process.version}`);

const small = { client: clientOf(lab.small), bare: await bareOf(lab.small) };
const { id } = (await small.client.list({ maxPageSize: 1 })).users[0];
await compare("warm get", CALLS, 1.35, () => small.bare.get(id), () => small.client.get(id));

const large = { client: clientOf(lab.large), bare: await bareOf(lab.large) };
const page = () => large.client.list({ maxPageSize: 1000 });
await compare("page of 1,000", PAGES, 2.2, () => large.bare.page("max_page_size=1000"), page);

const child = spawn(process.env.SIMULATOR, ["--users", String(MANY), "--json"], { stdio: ["ignore", "pipe", "inherit"] });
try {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const settings = JSON.parse((await lines.next()).value);
  const bare = await bareOf(settings);
  const readBare = async () => {
    let count = 0;
    for (let token = ""; ; ) {
      const { results, next_page_token } = await bare.page(`max_page_size=1000${token}`);
      count += results.length;
      if (!next_page_token) return count;
      token = `&page_token=${encodeURIComponent(next_page_token)}`;
    }
  };
  const readAll = async () => {
    let count = 0;
    for await (const user of clientOf(settings).listAll()) count += Number(user.id.length > 0);
    if (count !== MANY) throw new Error(`${count} users`);
  };
  const longest = [];
  const ofBare = [];
  const totals = [];
  for (let round = 0; round < 5; round++) {
    ofBare.push((await holds(readBare)).longest);
    const { longest: hold, total } = await holds(readAll);
    longest.push(hold);
    totals.push(total);
  }
  const hold = median(longest);
  const missed = hold > 20 ? ": MISSED" : "";
  console.log(
    `100,000 users by iterator: ${median(totals).toFixed(0)} ms, the loop is held for ${hold.toFixed(1)} ms at most ` +
      `(fetch ${median(ofBare).toFixed(1)} ms, target 20 ms${missed})`,
  );
} finally {
  child.kill();
}

const stats = async () => (await fetch(`${lab.slow}/stats`)).json();
const proxied = { ...lab.small, url: lab.slow };
const fast = clientOf(proxied, { userAgent: "fast/1" });
await fast.get(id);
await stats();
for (let call = 0; call < 1000; call++) await (await fetch(`${lab.slow}/none`, { headers: { "user-agent": "fast/1" } })).text();
const bareConnections = (await stats()).connections;
for (let call = 0; call < 1000; call++) await fast.get(id);
console.log(`new connections for 1,000 warm gets: client ${(await stats()).connections}, fetch ${bareConnections}`);
