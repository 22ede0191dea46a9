/** The service: answers of the composed component to requests of the runtime. */

import type { Fetch } from "../http.js";
import { Idle } from "../idle.js";
import { instantiate } from "./component.js";
import { IncomingRequest, ResponseOutparam } from "./http.js";
import { serviceModules } from "./loader.js";
import { Log } from "./log.js";
import { problem } from "./problem.js";
import { variablesOf, type Settings } from "./variables.js";
import { wasi } from "./wasi.js";

export type { Settings } from "./variables.js";

/** Options of a service. */
export interface ServiceOptions {
  /**
   * Sends the requests to the API. Default: the global `fetch`. It sees the credentials, and must not follow redirects or repeat
   * requests.
   */
  fetch?: Fetch;
  /**
   * Takes a line of the audit and the log: JSON, without its end. Default: `console.error`. A line for which it
   * throws is offered again before the next change, which is not made if it throws again: the audit is unavailable.
   */
  log?: (line: string) => void;
  /**
   * Maximum number of requests that are answered at once, from 1. Default: 50. Further ones are answered with the status 503 and
   * `Retry-After`. Each has an instance of its own, of about 2 MB.
   */
  maxRequests?: number;
}

/** Options of {@link serve}. */
export interface ServeOptions {
  /** Settings by name: `OP_USERS_…` and `OP_SERVICE_…`. Others are ignored: the environment of the process or of a Worker will do. */
  settings: Settings;
  /**
   * Keeps the runtime from ending the work of a request whose client has left, such as `ctx.waitUntil` of a Worker. A change is then
   * finished, and its line of the audit written.
   */
  waitUntil?: (work: Promise<unknown>) => void;
}

const DEFAULT_MAX_REQUESTS = 50;
/** Maximum number of instances that are kept for later requests. */
const MAX_IDLE = 16;
/** Maximum number of services that {@link serve} keeps, one for each settings. */
const MAX_SERVICES = 16;

/** An instance of the component. Answers one request at a time. */
class Instance {
  readonly #exports;
  #hasFailed = false;

  constructor(...[surroundings]: Parameters<typeof wasi>) {
    const modules = serviceModules();
    // At once, without a promise: in a Cloudflare Worker, no request may wait for what another one began.
    this.#exports = instantiate(modules, wasi(surroundings), (module, imports) => new WebAssembly.Instance(module, imports));
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Answers a request. */
  async handle(request: Request): Promise<Response> {
    const out = new ResponseOutparam();
    try {
      await this.#exports["wasi:http/incoming-handler@0.2.4"].handle(new IncomingRequest(request), out);
      const response = out.response?.response();
      if (response === undefined) throw new Error("the component sent no response");
      return response;
    } catch (error) {
      // Its memory may be in any state.
      this.#hasFailed = true;
      throw error;
    }
  }
}

/**
 * The service for one set of settings.
 *
 * Its instances keep their token, and the webhooks that they carried out, between requests: an idle one is used again.
 */
export class Service {
  readonly #instances: Idle<Instance>;
  readonly #maxRequests: number;
  #requests = 0;

  /**
   * @param settings - Settings by name: `OP_USERS_…` and `OP_SERVICE_…`. Others are ignored.
   * @throws TypeError if one of these settings is no text, number or boolean, or if an option is wrong.
   * @throws Error if the runtime has no JavaScript Promise Integration.
   */
  constructor(settings: Settings, options: ServiceOptions = {}) {
    const { fetch = defaultFetch, log = defaultLog, maxRequests = DEFAULT_MAX_REQUESTS } = options;
    if (!Number.isInteger(maxRequests) || maxRequests < 1) throw new TypeError("maxRequests: must be a whole number from 1");
    if (typeof fetch !== "function") throw new TypeError("fetch: must be a function");
    if (typeof log !== "function") throw new TypeError("log: must be a function");
    if (!("Suspending" in WebAssembly)) {
      throw new Error(
        "this runtime has no JavaScript Promise Integration (WebAssembly.Suspending), which the service needs: " +
          "use Node 24.20, Deno 2.9 or Bun 1.4, or a later one, or Cloudflare Workers; " +
          "Node 24.0 to 24.19 needs the option --experimental-wasm-jspi",
      );
    }
    const variables = variablesOf(settings);
    this.#maxRequests = maxRequests;
    const lines = new Log(log);
    this.#instances = new Idle(() => new Instance({ variables, fetch, log: lines }), (instance) => !instance.hasFailed, MAX_IDLE);
  }

  /** Answers a request. Does not reject: a failure of the component is a response with the status 500. */
  serve(request: Request, { waitUntil }: Pick<ServeOptions, "waitUntil"> = {}): Promise<Response> {
    const work = this.#answer(request);
    waitUntil?.(work);
    return work;
  }

  async #answer(request: Request): Promise<Response> {
    if (this.#requests === this.#maxRequests) {
      return problem(503, "too-many-requests", "too many requests are being answered; nothing was changed", { "retry-after": "1" });
    }
    this.#requests++;
    try {
      return await this.#instances.use((instance) => instance.handle(request));
    } catch (error) {
      console.error("the service's component failed:", error);
      return problem(500, "component-failed", "the service's component failed; a change may have been made");
    } finally {
      this.#requests--;
    }
  }
}

const services = new Map<string, Service>();

/**
 * Answers a request with the service of these settings, which is made for the first request and used again for the next ones.
 *
 * @throws What the constructor of {@link Service} throws.
 */
export async function serve(request: Request, { settings, waitUntil }: ServeOptions): Promise<Response> {
  const key = JSON.stringify(variablesOf(settings));
  const service = services.get(key) ?? new Service(settings);
  // The last one is the one that was used last.
  services.delete(key);
  services.set(key, service);
  if (services.size > MAX_SERVICES) services.delete(services.keys().next().value as string);
  return service.serve(request, waitUntil === undefined ? {} : { waitUntil });
}

/** The global `fetch`, looked up for each request. */
const defaultFetch: Fetch = (url, options) => fetch(url, options as RequestInit);

const defaultLog = (line: string): void => console.error(line);
