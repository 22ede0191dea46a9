/** Settings of a client. */

import { Arguments, present, text } from "./arguments.js";
import { refusal } from "./error.js";
import type { Fetch } from "./http.js";
import type { Settings, SettingsSource } from "./messages.js";

/** The host's parts of a client. */
export interface HostOptions {
  /**
   * Function that sends the requests, with the interface of the global `fetch`, which is the default. It must not follow
   * redirects, keep cookies, or repeat requests: an error of a later attempt would not tell that an earlier one was sent.
   */
  readonly fetch?: Fetch;
  /**
   * The compiled module, a `WebAssembly.Module`. Default: the one of this package. Needed with the entry
   * `onepassword-users/core`, which loads none.
   */
  readonly module?: object;
}

/** Credentials of the OAuth application: client id and secret, or both in base64. */
export type CredentialOptions =
  | {
      /** Client id: 1 to 4096 bytes, without colons and control characters (RFC 7617, section 2). */
      readonly clientId: string;
      /** Client secret: 1 to 4096 bytes, without control characters. */
      readonly clientSecret: string;
      readonly basic?: undefined;
    }
  | {
      /** Value of the `Authorization` header after `Basic `: base64 of `id:secret`. Visible ASCII, 1 to 4096 bytes. */
      readonly basic: string;
      readonly clientId?: undefined;
      readonly clientSecret?: undefined;
    };

/** Server of the API: a region of 1Password, or another origin. Default: the region `com`. */
export type ServerOptions =
  | {
      /** `https://api.1password.com`, `.ca` or `.eu`. */
      readonly region?: "com" | "ca" | "eu";
      readonly baseUrl?: undefined;
    }
  | {
      /**
       * Any other origin: scheme, host and optional port, without a path. `http` only on loopback (`localhost`,
       * `127.0.0.0/8`, `[::1]`).
       */
      readonly baseUrl: string;
      readonly region?: undefined;
    };

/** Settings of a client, which serves one account. */
export type ClientOptions = CredentialOptions &
  ServerOptions &
  HostOptions & {
    /** Account id: opaque, 1 to 1024 bytes, without control characters, not `.` or `..`. */
    readonly accountId: string;
    /**
     * Generation of the API's paths. Default: `auto`, the one whose token endpoint issues a token. `v1beta1` is the documented
     * public preview; `v1` is announced to partners.
     */
    readonly apiVersion?: "auto" | "v1beta1" | "v1";
    /**
     * Path of the token endpoint, if not the one of the API version. Starts with `/`; no empty, dot or percent-encoded
     * segments, no query, no fragment.
     */
    readonly tokenPath?: string;
    /** Path of the revocation endpoint, if not the one of the API version; same form as `tokenPath`. */
    readonly revokePath?: string;
    /** Product of the host for the `User-Agent` header, as `product/version`: at most 256 bytes. Browsers ignore it. */
    readonly userAgent?: string;
    /** Deadline of a call in milliseconds, retries and waits included: 1 to 3,600,000. Default: 30,000. */
    readonly deadlineMs?: number;
  };

const HOST_NAMES = ["fetch", "module"] as const;
const NAMES = [
  "accountId",
  "clientId",
  "clientSecret",
  "basic",
  "region",
  "baseUrl",
  "apiVersion",
  "tokenPath",
  "revokePath",
  "userAgent",
  "deadlineMs",
  ...HOST_NAMES,
] as const;
/** Start of the names of the environment variables that are settings. */
const PREFIX = "OP_USERS_";

/** Reads the host's parts. Other names are checked by the caller. */
function readHost(options: Arguments): HostOptions {
  const module = options.get("module");
  // Not `instanceof`, which fails for a module of another realm.
  if (module !== undefined && Object.prototype.toString.call(module) !== "[object WebAssembly.Module]") {
    throw options.refuse("module", "must be a WebAssembly.Module");
  }
  return present<HostOptions>({ fetch: options.function<Fetch>("fetch"), module: module as object | undefined });
}

/** Reads the options of `Client.fromEnv`. */
export function readHostOptions(value: unknown): HostOptions {
  return readHost(new Arguments("", value, HOST_NAMES, "not-configured"));
}

/** Reads the options of a client. */
export function readOptions(value: unknown): { from: SettingsSource; host: HostOptions } {
  const options = new Arguments("", value, NAMES, "not-configured");
  const required = (name: string): string => text(name, options.get(name), "not-configured");
  const settings = present<Settings>({
    accountId: required("accountId"),
    credentials: readCredentials(options, required),
    baseUrl: readServer(options),
    apiVersion: options.word("apiVersion", ["auto", "v1beta1", "v1"]),
    tokenPath: options.text("tokenPath"),
    revokePath: options.text("revokePath"),
    userAgent: options.text("userAgent"),
    deadlineMs: options.number("deadlineMs"),
  });
  return { from: { settings }, host: readHost(options) };
}

function readCredentials(options: Arguments, required: (name: string) => string): Settings["credentials"] {
  if (options.get("basic") === undefined) {
    return { client: { clientId: required("clientId"), clientSecret: required("clientSecret") } };
  }
  if (options.get("clientId") !== undefined || options.get("clientSecret") !== undefined) {
    throw options.refuse("basic", "must not be given with clientId or clientSecret");
  }
  return { basic: required("basic") };
}

function readServer(options: Arguments): Settings["baseUrl"] {
  const [region, origin] = [options.word("region", ["com", "ca", "eu"]), options.text("baseUrl")];
  if (region !== undefined && origin !== undefined) throw options.refuse("baseUrl", "must not be given with region");
  return origin === undefined ? region : { origin };
}

/**
 * Reads the settings from variables. Those that are no settings are left out.
 *
 * @param variables - Default: the environment of the process.
 */
export function readEnvironment(variables: unknown = processEnvironment()): SettingsSource {
  if (typeof variables !== "object" || variables === null) {
    throw refusal("not-configured", "the environment must be an object of strings");
  }
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined || !name.toUpperCase().startsWith(PREFIX)) continue;
    environment[name] = text(name, value, "not-configured");
  }
  return { environment };
}

function processEnvironment(): unknown {
  const { process } = globalThis as { process?: { env?: unknown } };
  if (process?.env !== undefined) return process.env;
  throw refusal("not-configured", "there is no environment", "pass the variables to `Client.fromEnv`");
}
