// The service on Node 24.20 or later: `npm install onepassword-users`, then `node server.mjs`. Run by `packages/javascript/service.sh`.
//
// Settings are the variables `OP_USERS_…` and `OP_SERVICE_…`. It listens on 127.0.0.1:8080, for a proxy with TLS in front of it, or on
// `HOST` and `PORT`, and prints its URL as JSON. SIGTERM ends it after the requests under way.

import { createServer } from "node:http";

import { Service } from "onepassword-users/service";
import { listener } from "onepassword-users/service/node";

const { HOST = "127.0.0.1", PORT = "8080" } = process.env;
const server = createServer(
  { headersTimeout: 10_000, requestTimeout: 20_000, connectionsCheckingInterval: 1000 },
  listener(new Service(process.env)),
);
server.listen(Number(PORT), HOST, () => {
  console.log(JSON.stringify({ url: `http://${HOST}:${server.address().port}` }));
});
process.once("SIGTERM", () => {
  server.close();
  server.closeIdleConnections();
});
