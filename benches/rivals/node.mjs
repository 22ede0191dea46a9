// A client in JavaScript as a careful program has it, over axios or undici: one token, time-outs, checks. Speaks as `bench-client` does.
//
//   node node.mjs axios|axios-fresh|undici

import { createInterface } from "node:readline";
import http from "node:http";

const TIMEOUT = 10_000;
const setting = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const origin = setting("OP_USERS_BASE_URL");
const users = `/v1beta1/accounts/${setting("OP_USERS_ACCOUNT_ID")}/users`;
const basic = Buffer.from(`${setting("OP_USERS_CLIENT_ID")}:${setting("OP_USERS_CLIENT_SECRET")}`).toString("base64");

/** Returns a function that sends a request, and parses the JSON of a 200. */
async function sender(kind) {
  if (kind === "undici") {
    const { Pool } = await import("undici");
    const pool = new Pool(origin, { headersTimeout: TIMEOUT, bodyTimeout: TIMEOUT });
    return async (method, path, headers, body) => {
      const response = await pool.request({ method, path, headers, body });
      const text = await response.body.text();
      if (response.statusCode !== 200) throw new Error(`${response.statusCode}`);
      return JSON.parse(text);
    };
  }
  const { default: axios } = await import("axios");
  const httpAgent = new http.Agent({ keepAlive: kind === "axios" });
  const client = axios.create({ baseURL: origin, timeout: TIMEOUT, httpAgent, proxy: false, maxRedirects: 0 });
  return async (method, url, headers, data) => (await client.request({ method, url, headers, data })).data;
}

class Client {
  #send;
  #token;
  #expiry = 0;

  constructor(send) {
    this.#send = send;
  }

  async #get(path) {
    if (Date.now() >= this.#expiry) {
      const headers = {
        accept: "application/json",
        authorization: `Basic ${basic}`,
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": "Rival/1",
      };
      const token = await this.#send("POST", "/v1beta1/users/oauth2/token", headers, "grant_type=client_credentials");
      this.#token = token.access_token;
      this.#expiry = Date.now() + (token.expires_in - 60) * 1000;
    }
    const headers = { accept: "application/json", authorization: `Bearer ${this.#token}`, "user-agent": "Rival/1" };
    return this.#send("GET", path, headers);
  }

  async get({ id }) {
    const user = await this.#get(`${users}/${encodeURIComponent(id)}`);
    if (user.id !== id) throw new Error("another user");
  }

  async #page(token) {
    const query = new URLSearchParams({ max_page_size: "1000" });
    if (token) query.set("page_token", token);
    return this.#get(`${users}?${query}`);
  }

  async list() {
    const page = await this.#page();
    if (page.results.length !== 1000) throw new Error(`${page.results.length} users`);
  }

  async find({ email }) {
    const wanted = email.toLowerCase();
    let found;
    let token;
    do {
      const page = await this.#page(token);
      for (const user of page.results) {
        if (user.email.toLowerCase() === wanted) found = user;
      }
      token = page.next_page_token;
    } while (token);
    if (!found) throw new Error("no user has the address");
  }
}

const client = new Client(await sender(process.argv[2]));
const write = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
write({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  const nanoseconds = [];
  for (let call = 0; call < order.count; call++) {
    const start = process.hrtime.bigint();
    await client[order.operation](order);
    nanoseconds.push(Number(process.hrtime.bigint() - start));
  }
  write({ nanoseconds });
}
process.exit(0);
