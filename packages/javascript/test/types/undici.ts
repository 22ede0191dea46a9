// The `fetch` of undici with a proxy, for the compiler.

import { Client } from "onepassword-users";
import { ProxyAgent, fetch } from "undici";

const dispatcher = new ProxyAgent("http://proxy.example:3128");
Client.fromEnv({}, { fetch: (url, options) => fetch(url, { ...options, dispatcher }) });
