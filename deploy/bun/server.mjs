// The service on Bun 1.4 or later: `bun add onepassword-users`, then `bun server.mjs`. Run by `packages/javascript/service.sh`.
//
// Settings are the variables `OP_USERS_…` and `OP_SERVICE_…`. It listens on 127.0.0.1:8080, for a proxy with TLS in front of it, or on
// `HOST` and `PORT`, and prints its URL as JSON. SIGTERM ends it after the requests under way.

import { Service } from "onepassword-users/service";

const { HOST: hostname = "127.0.0.1", PORT: port = "8080" } = process.env;
const service = new Service(process.env);
const server = Bun.serve({
  hostname,
  port: Number(port),
  // In seconds: longer than the longest call.
  idleTimeout: 120,
  fetch: (request) => service.serve(request),
});
console.log(JSON.stringify({ url: `http://${hostname}:${server.port}` }));
process.once("SIGTERM", async () => {
  await server.stop();
  process.exit();
});
