/** Entry without a module: each client is given the compiled one. */

export { Client, type CallOptions, type ChangeOptions, type FindOptions, type ListOptions, type PageOptions } from "./client.js";
export { UsersError } from "./error.js";
export type { Fetch, FetchOptions, FetchResponse } from "./http.js";
export type { TargetName, UserName } from "./names.js";
export { Pool } from "./pool.js";
export { Report } from "./report.js";
export type { ClientOptions, CredentialOptions, HostOptions, ServerOptions } from "./settings.js";
export type {
  Effect,
  ErrorCode,
  ErrorFields,
  Finding,
  Outcome,
  StateFilter,
  TargetReport,
  User,
  UserPage,
  UserState,
  Verdict,
} from "./types.js";
