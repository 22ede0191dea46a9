// The servers that the live tests talk to: two simulators, and servers that behave badly. All on loopback, on free ports.
// `node lab.mjs` prints their addresses as one line of JSON, and runs until its standard input ends.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const MIB = 1 << 20;
const SIMULATOR = process.env.SIMULATOR ?? fileURLToPath(new URL("../../../../target/debug/simulator", import.meta.url));
const TOKEN = JSON.stringify({ access_token: "t".repeat(40), token_type: "Bearer", expires_in: 900 });
/** Delay of the slow server in milliseconds. */
const DELAY = 50;

/** Starts all servers. Returns their addresses and a function that stops them. */
export async function startLab() {
  const children = [];
  const servers = [];
  const sockets = new Set();

  async function simulator(users) {
    const child = spawn(SIMULATOR, ["--users", String(users), "--json"], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
    throw new Error(`${SIMULATOR} did not start`);
  }

  async function listen(server, scheme = "http") {
    servers.push(server);
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `${scheme}://127.0.0.1:${server.address().port}`;
  }

  /** A server over HTTP: the handler is called after the request's body. */
  const serve = (handle) =>
    listen(
      http.createServer(async (request, response) => {
        response.on("error", () => {}).setMaxListeners(0);
        const pieces = [];
        for await (const piece of request) pieces.push(piece);
        await handle(request, response, Buffer.concat(pieces));
      }),
    );

  const [small, large] = await Promise.all([simulator(60), simulator(1000)]);

  /** Forwards a request to the small simulator. */
  function forward(request, body, response, { delay = 0, headers = {} } = {}) {
    const { method, url } = request;
    const sent = { ...request.headers, host: new URL(small.url).host, connection: "keep-alive", ...headers };
    const upstream = http.request(small.url + url, { method, headers: sent }, async (answer) => {
      const pieces = [];
      for await (const piece of answer) pieces.push(piece);
      setTimeout(() => response.writeHead(answer.statusCode, answer.headers).end(Buffer.concat(pieces)), delay);
    });
    upstream.end(body);
  }

  // Counts requests, those open at once, and connections. `/stats` tells, and starts anew.
  const stats = { open: 0, most: 0, total: 0, tokens: 0 };
  let connections = 0;
  const slowServer = http.createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    if (request.url === "/stats") {
      response.end(JSON.stringify({ ...stats, connections }));
      Object.assign(stats, { most: 0, total: 0, tokens: 0 });
      connections = 0;
      return;
    }
    stats.open++;
    stats.total++;
    stats.tokens += Number(request.url.endsWith("/token"));
    stats.most = Math.max(stats.most, stats.open);
    response.on("close", () => stats.open--);
    forward(request, Buffer.concat(pieces), response, { delay: request.headers["user-agent"]?.startsWith("fast") ? 0 : DELAY });
  });
  slowServer.on("connection", () => connections++);

  let bomb;
  // Answers the token at once, and everything else by its last path segment.
  const bodies = await serve(async (request, response) => {
    if (request.url.endsWith("/token")) return response.end(TOKEN);
    const kind = request.url.split("/").at(-1);
    if (kind === "announced") {
      response.writeHead(200, { "content-length": 200 * MIB });
      return response.write(Buffer.alloc(MIB, " "));
    }
    if (kind === "endless") {
      for (let sent = 0; sent < 200 && !response.destroyed; sent++) {
        if (response.write(Buffer.alloc(MIB, " "))) continue;
        await Promise.race([once(response, "drain"), once(response, "close")]);
      }
      return response.end();
    }
    if (kind === "bomb") {
      bomb ??= gzipSync(Buffer.alloc(200 * MIB, " "), { level: 1 });
      response.writeHead(200, { "content-encoding": "gzip", "content-length": bomb.length });
      return response.end(bomb);
    }
    if (kind === "gzip") {
      const body = gzipSync(JSON.stringify({ id: "gzip", state: "ACTIVE" }));
      response.writeHead(200, { "content-encoding": "gzip", "content-length": body.length });
      return response.end(body);
    }
    if (kind === "short") {
      response.writeHead(200, { "content-length": 100 });
      response.write("{");
      return setTimeout(() => response.destroy(), DELAY);
    }
    if (kind === "latin") return response.end(Buffer.from([...Buffer.from('{"id":"'), 0xff, ...Buffer.from('"}')]));
    if (kind === "cookie") {
      response.setHeader("set-cookie", "session=1; Path=/");
      return response.end(JSON.stringify({ id: "cookie", state: "ACTIVE", display_name: request.headers.cookie ?? "none" }));
    }
    return response.writeHead(500).end();
  });

  const user = (id) => ({ id, email: `${id}@acme.example`, display_name: id, state: "ACTIVE" });
  const pages = (next, ids) =>
    serve((request, response) => {
      if (request.url.endsWith("/token")) return response.end(TOKEN);
      const page = Number(new URL(request.url, "http://a").searchParams.get("page_token") ?? 0);
      response.end(JSON.stringify({ results: ids(page).map(user), next_page_token: next(page) }));
    });

  // Reads a change, breaks its connection, and does not listen any more.
  async function vanishing() {
    const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      request.resume();
      request.on("end", () => {
        if (request.url.endsWith("/token")) return response.end(TOKEN);
        if (request.method === "GET") return response.end(JSON.stringify(user(request.url.split("/").at(-1))));
        server.close();
        for (const socket of sockets) if (socket.localPort === request.socket.localPort) socket.resetAndDestroy();
      });
    });
    return listen(server);
  }

  async function unused() {
    const server = net.createServer();
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    return `http://127.0.0.1:${port}`;
  }

  const holding = (delay) =>
    serve((request, response, body) => forward(request, body, response, { delay: request.url.endsWith(":suspend") ? delay : 0 }));

  const lab = {
    small,
    large,
    slow: await listen(slowServer),
    hang: await listen(net.createServer((socket) => socket.resume())),
    stall: await serve((_, response) => {
      response.writeHead(200, { "content-length": TOKEN.length });
      response.write(TOKEN.slice(0, 20));
    }),
    reset: await listen(net.createServer((socket) => socket.once("data", () => socket.resetAndDestroy()))),
    refused: await unused(),
    untrusted: await listen(https.createServer(certificate(), (_, response) => response.end("{}")), "https"),
    late: await holding(1500),
    redirect: await serve((request, response, body) => {
      if (request.method === "POST") return forward(request, body, response);
      response.writeHead(302, { location: small.url + request.url }).end();
    }),
    bodies,
    // Page 0, 1, 2, 1, 2, …
    repeating: await pages((page) => String((page % 2) + 1), (page) => [`u${page}`]),
    // The last user of a page is the first of the next.
    overlapping: await pages((page) => (page < 3 ? String(page + 1) : ""), (page) => [`u${page}`, `u${page + 1}`]),
    vanishing: await Promise.all(Array.from({ length: 4 }, vanishing)),
    // For browsers: allows every page, and restores the header that a browser does not let a page set.
    open: await serve((request, response, body) => {
      response.setHeader("access-control-allow-origin", "*");
      response.setHeader("access-control-allow-headers", "authorization, content-type, user-agent, accept");
      response.setHeader("access-control-expose-headers", "*");
      if (request.method === "OPTIONS") return response.writeHead(204).end();
      forward(request, body, response, { headers: { "user-agent": "onepassword-users/0.2.0" } });
    }),
  };
  const stop = () => {
    for (const child of children) child.kill();
    for (const server of servers) server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { lab, stop };
}

/** A certificate that no authority has signed. */
function certificate() {
  const folder = mkdtempSync(join(tmpdir(), "lab-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const options = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", ...names];
  execFileSync("openssl", options, { stdio: "ignore" });
  const files = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { lab, stop } = await startLab();
  console.log(JSON.stringify(lab));
  process.stdin.resume().on("end", () => {
    stop();
    process.exit();
  });
}
