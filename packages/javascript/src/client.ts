/** The client: one method for each function of the contract. */

import { Arguments, present, text } from "./arguments.js";
import { Driver, throwIfStopped, type CallEnd, type CallHooks } from "./driver.js";
import { UsersError, refusal } from "./error.js";
import type { Fetch } from "./http.js";
import { packageModule } from "./loader.js";
import type { CallResult, ChangeOptions as ChangeFields, Operation, Results, SettingsSource, Target } from "./messages.js";
import { instantiate } from "./module.js";
import { readId, readName, readTarget, type TargetName, type UserName } from "./names.js";
import { Report } from "./report.js";
import { readEnvironment, readHostOptions, readOptions, type ClientOptions, type HostOptions } from "./settings.js";
import type { Finding, StateFilter, TargetReport, User, UserPage, UserState } from "./types.js";

/** Options of every call. */
export interface CallOptions {
  /** Ends the call at once. Changes under way are `possibly-applied`. */
  readonly signal?: AbortSignal;
  /** Starts nothing new, and waits for the responses to what is under way. */
  readonly drain?: AbortSignal;
}

/** Options of {@link Client.find}. */
export interface FindOptions extends CallOptions {
  /** Deadline in milliseconds, in place of that from the settings: 1 to 3,600,000. */
  readonly deadlineMs?: number;
}

/** Options of {@link Client.listAll}. */
export interface ListOptions extends CallOptions {
  /** State of the users to list. Default: users in every state. */
  readonly state?: StateFilter;
  /** Maximum number of users in a page: 1 to 1000. Default: 1000. */
  readonly maxPageSize?: number;
}

/** Options of {@link Client.list}. */
export interface PageOptions extends CallOptions {
  /** State of the users to list. Default: users in every state. */
  readonly state?: StateFilter;
  /** Maximum number of users in the page: 1 to 1000. Default: the server's, 25 according to its documentation. */
  readonly maxPageSize?: number;
  /**
   * Position to continue from: `nextPageToken` of the previous page, together with the same `state` and `maxPageSize`. Opaque,
   * 1 to 4096 bytes. Default: the first page.
   */
  readonly pageToken?: string;
}

/**
 * Guards and limits of a bulk change. A guard that cannot be checked counts as violated: without the permission to get users,
 * the e-mail address of a user named by id stays unknown, and so it does if the server leaves it out.
 */
export interface ChangeOptions extends CallOptions {
  /** Looks everything up and checks every guard as a real run does, and changes nothing. Default: false. */
  readonly dryRun?: boolean;
  /**
   * Maximum number of users to change. If more would be changed, the whole call is refused before the first change. Default: no
   * limit.
   */
  readonly maxChanges?: number;
  /**
   * Users who must not be changed. A target that turns out to be one of them, in any way that it is named, fails with
   * `protected`. Ids are compared without regard to letter case here. A name that cannot be meant refuses the whole call; so does
   * an address with a domain in the form `xn--`, with letters that stand for others (full-width letters, ligatures), or with a
   * word in two alphabets. A user whose address in the account has such a form does not pass a guard by address.
   */
  readonly protect?: readonly UserName[];
  /** Maximum number of concurrent requests: 1 to 16. Default: 4. */
  readonly concurrency?: number;
  /**
   * Starts nothing new after the first target that fails. A target that fails during look-up or at a guard fails before the
   * first change, so that nothing is changed at all. Default: false.
   */
  readonly stopOnError?: boolean;
  /** Deadline of this call in milliseconds, in place of the one from the settings: 1 to 3,600,000. */
  readonly deadlineMs?: number;
  /**
   * Is told each target as soon as its result is known, once, before the call ends: for progress, or for an audit. If it throws
   * or rejects, the call starts nothing new, and fails with the first such exception as `cause`, and with its `report` unless
   * nothing was tried. The call waits for the promises that it returns: one that waits for the call would never end.
   */
  readonly onSettled?: (report: TargetReport, index: number) => unknown;
}

const CALL_NAMES = ["signal", "drain"] as const;
const LIST_NAMES = ["state", "maxPageSize", ...CALL_NAMES] as const;
const CHANGE_NAMES = [
  "dryRun",
  "maxChanges",
  "protect",
  "concurrency",
  "stopOnError",
  "deadlineMs",
  "onSettled",
  ...CALL_NAMES,
] as const;
const STATES = ["active", "suspended"] as const;
/** Maximum number of users in a page. */
const MAX_PAGE_SIZE = 1000;
/** Maximum of the contract's number for the concurrency, which is of 8 bits. */
const MAX_CONCURRENCY = 255;

/**
 * The driver of a client, for the conformance cases.
 *
 * @internal
 */
export let driverOf: (client: Client) => Driver;

/**
 * True if a client works and has no call under way, and for a stand-in of a client.
 *
 * @internal
 */
export let isReusable: (client: Client) => boolean;

/**
 * Client of one account.
 *
 * A call exchanges the OAuth application's credentials for a token when none is held that is still valid, retries transient
 * failures (at most five attempts per request), and ends within the deadline from the settings. Calls may run at once, and share
 * the token. Every failed call throws a {@link UsersError}.
 */
export class Client {
  readonly #driver: Driver;

  /**
   * @throws UsersError `not-configured`, with the name of every wrong setting.
   */
  constructor(options: ClientOptions);
  /** @internal */
  constructor(host: HostOptions, from: SettingsSource);
  constructor(options: ClientOptions | HostOptions, source?: SettingsSource) {
    const { from, host } = source ? { from: source, host: options } : readOptions(options);
    const module = host.module ?? packageModule();
    // The global one is called as a global function, and may be replaced later.
    const fetch: Fetch = host.fetch ?? ((url, init) => globalThis.fetch(url, init as RequestInit));
    this.#driver = new Driver(instantiate(module as WebAssembly.Module), from, fetch);
  }

  /**
   * Makes a client from environment variables: `OP_USERS_ACCOUNT_ID`, `OP_USERS_CLIENT_ID`, `OP_USERS_CLIENT_SECRET` and others,
   * as for the plugin and the command.
   *
   * @param env - Variables. Default: those of the process.
   * @throws UsersError `not-configured`, with the name of every wrong variable.
   */
  static fromEnv(env?: object, host: HostOptions = {}): Client {
    return new Client(readHostOptions(host), readEnvironment(env));
  }

  /**
   * Reads one user by id.
   *
   * @param id - Id: 1 to 1024 bytes, without control characters, not `.` or `..`, without `@`.
   * @throws UsersError `not-found` if the account has no such user.
   */
  async get(id: string, options: CallOptions = {}): Promise<User> {
    return this.#single("get-user", id, options);
  }

  /**
   * Suspends one user: they have no access until reactivated. Returns the user in the new state.
   *
   * Idempotent: a user who is already suspended is returned as they are.
   *
   * @param id - Id: 1 to 1024 bytes, without control characters, not `.` or `..`, without `@`.
   * @throws UsersError `not-found` if the account has no such user, `last-owner` for the last remaining owner,
   * `externally-managed` for an externally managed administrator; `effect` tells if a failed call may have suspended the user.
   */
  async suspend(id: string, options: CallOptions = {}): Promise<User> {
    return this.#single("suspend-user", id, options);
  }

  /**
   * Reactivates one suspended user, who has access again. Returns the user in the new state.
   *
   * Idempotent: a user who is already active is returned as they are.
   *
   * @param id - Id: 1 to 1024 bytes, without control characters, not `.` or `..`, without `@`.
   * @throws UsersError `not-found` if the account has no such user; `effect` tells if a failed call may have reactivated the user.
   */
  async reactivate(id: string, options: CallOptions = {}): Promise<User> {
    return this.#single("reactivate-user", id, options);
  }

  /**
   * Finds the user with an e-mail address. Addresses are compared without regard to letter case and surrounding white space.
   *
   * Reads the whole list, because the result is certain only after the last page.
   *
   * @param email - E-mail address: at most 1024 bytes, with an `@`, without control characters.
   * @throws UsersError `not-found` if no user of the list has the address; `ambiguous` if several have it, with their ids in
   * `candidates`.
   */
  async find(email: string, options: FindOptions = {}): Promise<User> {
    const members = new Arguments("", options, ["deadlineMs", ...CALL_NAMES]);
    const fields = present<{ email: string; deadlineMs?: number }>({
      email: text("email", email),
      deadlineMs: members.number("deadlineMs"),
    });
    return this.#call("user", { "find-user": fields }, readHooks(members));
  }

  /**
   * Lists users, one page per call. The API offers no total count and no look-up by e-mail address.
   *
   * @throws UsersError `invalid-argument` for a page size out of range or a page token that the server does not accept;
   * `malformed-response` if the server returns the same page token again.
   */
  async list(options: PageOptions = {}): Promise<UserPage> {
    return this.#list(new Arguments("", options, ["pageToken", ...LIST_NAMES]));
  }

  /**
   * Lists all users, or all users in one state, page by page as they are used.
   *
   * A user whom the server lists twice while the list changes is given once. Each page has the deadline from the settings. After
   * a signal no other user is given, and the iterator throws.
   *
   * @throws UsersError `malformed-response` if the pages repeat, or if no user is listed without a filter.
   */
  async *listAll(options: ListOptions = {}): AsyncGenerator<User, void, undefined> {
    new Arguments("", options, LIST_NAMES);
    const { state, maxPageSize = MAX_PAGE_SIZE, ...hooks } = options;
    const [ids, tokens] = [new Set<string>(), new Set<string>()];
    for (let pageToken: string | undefined; ; ) {
      const page = await this.list(present<PageOptions>({ ...hooks, state, maxPageSize, pageToken }));
      for (const user of page.users) {
        if (ids.has(user.id)) continue;
        throwIfStopped(hooks, "the list was stopped");
        ids.add(user.id);
        yield user;
      }
      pageToken = page.nextPageToken;
      if (pageToken === undefined) break;
      if (tokens.has(pageToken)) throw malformed("the pages of the list repeat");
      tokens.add(pageToken);
    }
    if (ids.size === 0 && state === undefined) throw malformed("no user is listed");
  }

  /**
   * Suspends users: looks all of them up, checks every guard, then suspends those who are not suspended yet.
   *
   * All e-mail addresses together are resolved by reading the list once; an id costs one request. All requests share one token
   * and obey the server's request to wait. Looking up ids takes at most half of the remaining time, so that one missing response
   * does not prevent the other changes.
   *
   * Returns a report for every target if any part was tried, also after it was stopped, so that no completed change goes
   * unreported.
   *
   * @param targets - Users to change: at most 10,000.
   * @throws UsersError if nothing was tried: `invalid-argument` for invalid options or guards and for more than 10,000 targets;
   * any error of the token exchange.
   */
  async contain(targets: Iterable<TargetName>, options: ChangeOptions = {}): Promise<Report> {
    return this.#change("suspend-users", "active", targets, options);
  }

  /**
   * Reactivates users: looks all of them up, checks every guard, then reactivates those who are not active yet.
   *
   * Works like {@link Client.contain} in every other respect. `report.undo` of a call of `contain` has the users whom it changed.
   */
  async restore(targets: Iterable<TargetName>, options: ChangeOptions = {}): Promise<Report> {
    return this.#change("reactivate-users", "suspended", targets, options);
  }

  /**
   * Checks the settings without changing anything in the account: the settings themselves, if the server can be reached, a token
   * exchange, a list of one user, a get.
   *
   * Returns one finding per check, always all of them. The permissions to suspend and to reactivate cannot be checked without
   * using them and are `unknown`.
   */
  async check(options: CallOptions = {}): Promise<Finding[]> {
    return this.#call("findings", { check: {} }, readHooks(new Arguments("", options, CALL_NAMES)));
  }

  /**
   * Revokes the token that this client holds (RFC 7009) and forgets it. Succeeds if there is none.
   *
   * The next call exchanges a new token. After an error the token is kept, so that the call can be repeated.
   */
  async revoke(options: CallOptions = {}): Promise<void> {
    await this.#call("revoked", { "revoke-token": {} }, readHooks(new Arguments("", options, CALL_NAMES)));
  }

  async #single(name: "get-user" | "suspend-user" | "reactivate-user", id: unknown, options: unknown): Promise<User> {
    const hooks = readHooks(new Arguments("", options, CALL_NAMES));
    return this.#call("user", { [name]: { id: readId("id", id) } } as Operation, hooks);
  }

  async #list(options: Arguments): Promise<UserPage> {
    const fields = present<{ filter?: StateFilter; maxPageSize?: number; pageToken?: string }>({
      filter: options.word("state", STATES),
      maxPageSize: options.number("maxPageSize"),
      pageToken: options.text("pageToken"),
    });
    return this.#call("page", { "list-users": fields }, readHooks(options));
  }

  async #change(
    name: "suspend-users" | "reactivate-users",
    opposite: UserState,
    named: unknown,
    options: unknown,
  ): Promise<Report> {
    const members = new Arguments("", options, CHANGE_NAMES);
    const targets: Target[] = readList("targets", named).map((target, index) => readTarget(`targets[${index}]`, target));
    const protect = members.get("protect");
    const fields = present<ChangeFields>({
      dryRun: members.flag("dryRun"),
      maxChanges: members.number("maxChanges"),
      protect:
        protect === undefined
          ? undefined
          : readList("protect", protect).map((user, index) => readName(`protect[${index}]`, user)),
      concurrency: members.number("concurrency", MAX_CONCURRENCY),
      stopOnError: members.flag("stopOnError"),
      deadlineMs: members.number("deadlineMs"),
    });
    const hooks = { ...readHooks(members), onSettled: members.function<NonNullable<CallHooks["onSettled"]>>("onSettled") };
    const operation = { [name]: { targets, options: fields } } as Operation;
    const { result, thrown } = await this.#driver.call(operation, hooks);
    const report = new Report(succeeded("report", result, hooks, thrown), targets, opposite);
    if (thrown !== undefined) throw failedCallback(thrown.reason, report, stoppedBy(hooks) !== undefined);
    return report;
  }

  /** Makes a call whose result has one kind. */
  async #call<Kind extends keyof Results>(kind: Kind, operation: Operation, hooks: CallHooks): Promise<Results[Kind]> {
    const { result } = await this.#driver.call(operation, hooks);
    return succeeded(kind, result, hooks);
  }

  static {
    driverOf = (client) => client.#driver;
    isReusable = (client) => !(#driver in client) || (client.#driver.isIdle && !client.#driver.isBroken);
  }
}

/**
 * Result of a call that succeeded. Throws the error of one that failed: its cause is the exception of `onSettled`, which nothing
 * else tells, rather than the reason of a signal.
 */
function succeeded<Kind extends keyof Results>(
  kind: Kind,
  result: CallResult,
  hooks: CallHooks,
  thrown?: CallEnd["thrown"],
): Results[Kind] {
  if (result.error !== undefined) {
    const stopped = stoppedBy(hooks);
    throw new UsersError(result.error, { cause: thrown ? thrown.reason : stopped?.reason, aborted: stopped !== undefined });
  }
  const value: Results[Kind] | undefined = (result as Partial<Results>)[kind];
  if (value === undefined) throw new TypeError(`the module returned no ${kind}`);
  return value;
}

/** The signal that stopped a call. Undefined if none did. */
function stoppedBy({ signal, drain }: CallHooks): AbortSignal | undefined {
  return [signal, drain].find((signal) => signal?.aborted);
}

/** Reads the hooks that every call has. */
function readHooks(options: Arguments): CallHooks {
  return { signal: options.signal("signal"), drain: options.signal("drain") };
}

/** Reads a list. A string is none, although its letters can be iterated over. */
function readList(name: string, value: unknown): unknown[] {
  if (typeof value === "object" && value !== null && Symbol.iterator in value) return [...(value as Iterable<unknown>)];
  throw refusal("invalid-argument", `${name} must be a list`);
}

/** Error of a list that the server does not tell truthfully. */
function malformed(problem: string): UsersError {
  return refusal("malformed-response", `list all users: ${problem}`);
}

/** Error of a bulk change whose `onSettled` threw. */
function failedCallback(cause: unknown, report: Report, aborted: boolean): UsersError {
  const applied = report.changed.length > 0 || report.possiblyChanged.length > 0;
  return new UsersError(
    {
      code: "other",
      message: "onSettled threw, and the call was stopped",
      hint: "the report of the error has the result of each target",
      effect: applied ? "possibly-applied" : "not-applied",
      retryable: false,
      candidates: [],
      requests: report.requests,
    },
    { cause, report, aborted },
  );
}
