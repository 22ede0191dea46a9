// Uses of the service's types.

import { createServer } from "node:http";

import { serve, Service, type ServeOptions, type ServiceOptions, type Settings } from "onepassword-users/service";
import { listener } from "onepassword-users/service/node";

const settings: Settings = { OP_USERS_ACCOUNT_ID: "A", OP_SERVICE_MAX_CHANGES: 5 };
const options: ServiceOptions = { maxRequests: 5, log: (line: string) => console.log(line) };
const service = new Service(process.env, options);
const response: Promise<Response> = service.serve(new Request("http://localhost/healthz"));
const more: ServeOptions = { settings, waitUntil: (work: Promise<unknown>) => void work };
const other: Promise<Response> = serve(new Request("http://localhost/healthz"), more);
createServer(listener(service));

// @ts-expect-error: a log is a function.
new Service(settings, { log: "stderr" });
// @ts-expect-error: settings are needed.
serve(new Request("http://localhost/healthz"), {});

void [response, other];
