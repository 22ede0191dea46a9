// The service on Deno 2.9 or later: `npm install onepassword-users`, then
// `deno run --allow-env --allow-read --allow-net=127.0.0.1:8080,api.1password.com server.mjs`. Run by `packages/javascript/service.sh`.
//
// `--allow-net` is a second lock: the service calls nothing but the API of its settings. Settings are the variables `OP_USERS_…` and
// `OP_SERVICE_…`. It listens on 127.0.0.1:8080, for a proxy with TLS in front of it, or on `HOST` and `PORT`, and prints its URL as
// JSON. SIGTERM ends it after the requests under way.

import { Service } from "onepassword-users/service";

const { HOST: hostname = "127.0.0.1", PORT: port = "8080" } = Deno.env.toObject();
const service = new Service(Deno.env.toObject());
const onListen = ({ hostname, port }) => console.log(JSON.stringify({ url: `http://${hostname}:${port}` }));
const server = Deno.serve({ hostname, port: Number(port), onListen }, (request) => service.serve(request));
Deno.addSignalListener("SIGTERM", () => server.shutdown());
await server.finished;
Deno.exit();
