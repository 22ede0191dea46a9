/** A pool of clients, for Cloudflare Workers. */

import { isReusable, type Client } from "./client.js";
import { Idle } from "./idle.js";

/**
 * Pool of clients of one account, each used for one request at a time.
 *
 * Calls of one client share a token, and wait for the call that exchanges it. In a Cloudflare Worker a request must not wait for
 * another request. A pool is as large as the largest number of requests at once. A client whose module failed is not used again, nor
 * is one that still has a call when its work is done, such as one given to `waitUntil`: let the work await its calls.
 */
export class Pool {
  readonly #clients: Idle<Client>;

  /** @param make - Makes a client. Called if no client is idle. */
  constructor(make: () => Client) {
    this.#clients = new Idle(make, (client) => isReusable(client));
  }

  /** Runs a piece of work with a client that nothing else uses meanwhile. */
  use<Result>(work: (client: Client) => Result | Promise<Result>): Promise<Result> {
    return this.#clients.use(work);
  }
}
