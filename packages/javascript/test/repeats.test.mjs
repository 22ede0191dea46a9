// Requests that runtimes repeat by themselves.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";

import { Client } from "../dist/index.js";
import { NO_COOKIES_NO_CACHE } from "../dist/http.js";
import { runtime } from "./live/here.mjs";

const servers = [];
after(() => servers.forEach((server) => server.close().closeAllConnections()));

/** Starts a server, and returns its URL. */
async function serve(answer) {
  const server = createServer(answer);
  servers.push(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

test("a POST is repeated after a 421 at most", async () => {
  const seen = new Map();
  const url = await serve((request, response) => {
    const [, status] = request.url.split("/");
    seen.set(request.url, (seen.get(request.url) ?? 0) + 1);
    const challenge = 'Basic realm="x"';
    const headers = { "www-authenticate": challenge, "proxy-authenticate": challenge, "retry-after": "0", location: "/200" };
    request.resume().on("end", () => response.writeHead(Number(status), headers).end());
  });
  const options = { method: "POST", redirect: "manual", ...NO_COOKIES_NO_CACHE };
  const send = async (status, body) => {
    // Node hides a 407.
    const response = await fetch(`${url}/${status}/${body}`, { ...options, body }).catch(() => undefined);
    await response?.arrayBuffer();
  };
  for (let first = 200; first < 600; first += 25) {
    const statuses = Array.from({ length: 25 }, (_, index) => first + index);
    await Promise.all(statuses.flatMap((status) => [undefined, "a=b"].map((body) => send(status, body))));
  }
  assert.equal(seen.size, 800);
  const repeated = [...seen].filter(([, count]) => count > 1);
  const paths = ["/421/undefined", "/421/a=b"];
  assert.deepEqual(repeated.sort(), runtime === "node" ? paths.map((path) => [path, 2]).sort() : []);
});

test("a change that a 421 refused is not applied", async () => {
  let changes = 0;
  const url = await serve((request, response) => {
    response.setHeader("connection", "close");
    if (request.url.endsWith("/token")) {
      response.setHeader("content-type", "application/json");
      response.end('{"access_token":"t0ken-of-the-tests","token_type":"Bearer","expires_in":900}');
      return;
    }
    changes++;
    servers.at(-1).close();
    response.writeHead(421, { "content-type": "text/html" }).end("<h1>Misdirected</h1>");
  });
  const settings = { accountId: "A", clientId: "c", clientSecret: "s3cr3t-value", baseUrl: url, apiVersion: "v1beta1" };
  const client = new Client({ ...settings, deadlineMs: 1000 });
  await assert.rejects(client.suspend("U1"), { name: "UsersError", effect: "not-applied" });
  assert.equal(changes, 1);
});
