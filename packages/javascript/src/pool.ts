/** A pool of clients, for Cloudflare Workers. */

import { isReusable, type Client } from "./client.js";

/**
 * Pool of clients of one account, each used for one request at a time.
 *
 * Calls of one client share a token, and wait for the call that exchanges it. In a Cloudflare Worker a request must not wait for
 * another request. A pool is as large as the largest number of requests at once. A client whose module failed is not used again, nor
 * is one that still has a call when its work is done, such as one given to `waitUntil`: let the work await its calls.
 */
export class Pool {
  readonly #make: () => Client;
  readonly #idle: Client[] = [];

  /** @param make - Makes a client. Called if no client is idle. */
  constructor(make: () => Client) {
    this.#make = make;
  }

  /** Runs a piece of work with a client that nothing else uses meanwhile. */
  async use<Result>(work: (client: Client) => Result | Promise<Result>): Promise<Result> {
    const client = this.#idle.pop() ?? this.#make();
    try {
      return await work(client);
    } finally {
      if (isReusable(client)) this.#idle.push(client);
    }
  }
}
