/** Messages between the module and its host: the types of the crate `protocol`, as JSON. */

import type { ErrorFields, Finding, StateFilter, TargetReport, User, UserPage } from "./types.js";

/** Settings of an instance. */
export interface Settings {
  accountId: string;
  credentials: { client: { clientId: string; clientSecret: string } } | { basic: string };
  baseUrl?: "com" | "ca" | "eu" | { origin: string };
  apiVersion?: "auto" | "v1beta1" | "v1";
  tokenPath?: string;
  revokePath?: string;
  userAgent?: string;
  deadlineMs?: number;
}

/** Source of the settings of an instance. */
export type SettingsSource = { settings: Settings } | { environment: Record<string, string> };

/** Name of a user in a call. */
export type Selector = { id: string } | { email: string };

/** A user to change. */
export interface Target {
  who: Selector;
  expectEmail?: string;
}

/** Guards and limits of a bulk change. */
export interface ChangeOptions {
  dryRun?: boolean;
  maxChanges?: number;
  protect?: Selector[];
  concurrency?: number;
  stopOnError?: boolean;
  deadlineMs?: number;
}

/** A function of the contract, with its arguments. */
export type Operation =
  | { "list-users": { filter?: StateFilter; maxPageSize?: number; pageToken?: string } }
  | { "get-user": { id: string } }
  | { "suspend-user": { id: string } }
  | { "reactivate-user": { id: string } }
  | { "find-user": { email: string; deadlineMs?: number } }
  | { "list-all-users": { filter?: StateFilter; limit: number; deadlineMs?: number } }
  | { "suspend-users": { targets: Target[]; options?: ChangeOptions } }
  | { "reactivate-users": { targets: Target[]; options?: ChangeOptions } }
  | { check: Record<string, never> }
  | { "revoke-token": Record<string, never> };

/** Kind of a request's failure. */
export type FailureKind = "denied" | "connection" | "timed-out" | "too-large" | "malformed";

/** An event. `now` is a monotonic clock in milliseconds. */
export type Event =
  | { configure: { now: number; from: SettingsSource; seed: number } }
  | { start: { now: number; call: number; operation: Operation } }
  | {
      answer: {
        now: number;
        request: number;
        status: number;
        retryAfter?: string;
        date?: string;
        contentLength?: string;
        more: boolean;
      };
    }
  | { body: { now: number; request: number; more: boolean } }
  | { fail: { now: number; request: number; kind: FailureKind; possiblySent: boolean; detail: string } }
  | { tick: { now: number } }
  | { stop: { now: number; call: number; atOnce: boolean } };

/** Purpose of a request. */
export type Purpose = "token" | "revoke" | "list" | "get" | "suspend" | "reactivate";

/** A request to cancel. */
export interface Cancel {
  id: number;
  call: number;
  purpose: Purpose;
  user?: string;
}

/** A request to send. */
export interface SendRequest extends Cancel {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
  connectMs: number;
}

/** Report of a bulk change, as the module tells it. */
export interface ReportFields {
  readonly targets: readonly TargetReport[];
  readonly refused?: ErrorFields;
  readonly requests: number;
  readonly warnings: readonly string[];
}

/** Result of a call that succeeded. */
export interface Results {
  user: User;
  page: UserPage;
  list: { users: User[]; complete: boolean };
  report: ReportFields;
  findings: Finding[];
  revoked: Record<string, never>;
}

/** Result of a call: one of its members, or an error. */
export type CallResult = Partial<Results> & { error?: ErrorFields };

/** Actions after an event. */
export interface Actions {
  error?: ErrorFields;
  send?: SendRequest[];
  cancel?: Cancel[];
  settled?: { call: number; target: number; report: TargetReport }[];
  done?: { call: number; result: CallResult }[];
  wake?: number;
}
