/** Types of the contract: users, lists, reports and findings. */

/** Access state of a user. */
export type UserState =
  /** `ACTIVE`: the user has access. */
  | "active"
  /** `SUSPENDED`: the user has no access until reactivated. */
  | "suspended"
  /** The server sent no state, or `STATE_UNSPECIFIED`. */
  | "unspecified"
  /** A state unknown to this version, as the server spells it. The API is a preview and may add states. */
  | { readonly other: string };

/** Filter of a list by state. Without a filter a list contains users in every state. */
export type StateFilter = "active" | "suspended";

/**
 * A user of the 1Password account. The API shows no roles, groups or devices.
 *
 * A field that the server left out is an empty string, except `id`: a user without an id is `malformed-response`.
 */
export interface User {
  /** Opaque identifier, and the only key that the API looks users up by. Case-sensitive. */
  readonly id: string;
  /** E-mail address used to sign in, as the server spells it. */
  readonly email: string;
  /** Full name. */
  readonly displayName: string;
  /** Access state. */
  readonly state: UserState;
  /** Creation time in UTC, as the server sent it (RFC 3339). */
  readonly createTime: string;
  /** Resource name: `accounts/<account>/users/<id>`. */
  readonly path: string;
}

/** One page of a list. */
export interface UserPage {
  /** Users in the server's order. May be empty even if more pages follow. */
  readonly users: readonly User[];
  /** Position of the next page. Absent on the last page. */
  readonly nextPageToken?: string;
}

/** Cause of an error, to branch on. The list is closed: causes added later are reported as `other`. */
export type ErrorCode =
  /**
   * An argument is wrong, for example an id, a page size or a page token. Found before any request was sent (`requests` is 0)
   * or reported by the server (400). The same call fails again.
   */
  | "invalid-argument"
  /**
   * A setting is missing or wrong. Found before any request was sent (`requests` is 0), or because the server does not have
   * the path: any 404 or 410 of the token and revocation endpoints, and one of the other endpoints that is not in the form of
   * the API's errors.
   */
  | "not-configured"
  /** The server rejected the client id and secret, or a token that it had just issued. */
  | "unauthenticated"
  /** The OAuth application lacks the permission for this operation, according to the server's message. */
  | "permission-denied"
  /** The last remaining owner cannot be suspended. Make another user an owner first. */
  | "last-owner"
  /** An externally managed administrator cannot be suspended through this API. */
  | "externally-managed"
  /**
   * The user does not exist. For a list: the account does not exist in this region or API version. Only a 404 in the form of
   * the API's errors says so.
   */
  | "not-found"
  /** Several users have this e-mail address. `candidates` holds their ids: repeat the call with one of them. */
  | "ambiguous"
  /** The user is one of `protect`, and was not changed because of it. */
  | "protected"
  /** Another guard did not hold, and the change was not made because of it. */
  | "precondition-failed"
  /** The server asked for fewer requests (429). `retryAfterMs` is the wait it asked for, if it gave one. */
  | "rate-limited"
  /** The server failed (5xx or 408), on the last attempt too. */
  | "unavailable"
  /** No response in time: the call's deadline passed, or every attempt timed out. */
  | "timed-out"
  /** DNS, TCP or TLS failed, or the connection broke. */
  | "connection-failed"
  /** The response is not HTTP or JSON of this API, does not match the request, or is too large. */
  | "malformed-response"
  /**
   * Any other cause, also that the call was stopped by its caller; see `status`, `apiCode` and `apiMessage`. A 403 without a
   * recognised reason is reported as `other`.
   */
  | "other";

/** Effect of a failed call on the account. */
export type Effect =
  /** The call changed nothing. */
  | "not-applied"
  /**
   * A change was sent, and no response of the API confirmed or rejected it: it may have been made. Read the user's state
   * before relying on it, or repeat the call: suspending and reactivating are idempotent.
   */
  | "possibly-applied";

/** Fields of an error in the contract. */
export interface ErrorFields {
  /** Cause, to branch on. */
  readonly code: ErrorCode;
  /** Operation and cause, in one sentence for people. Contains no secrets and no tokens. */
  readonly message: string;
  /** Advice for people: what to check or change. Absent where nothing is known to help. */
  readonly hint?: string;
  /** Effect on the account. `not-applied` for calls that only read. */
  readonly effect: Effect;
  /**
   * True if the same call can succeed later without a change: for `rate-limited`, `unavailable`, `timed-out` and
   * `connection-failed`.
   */
  readonly retryable: boolean;
  /**
   * Wait that the server asked for, in milliseconds, from `Retry-After` (RFC 9110, section 10.2.3). A date counts from the
   * response's own `Date`. At most a day, for a longer wait too. Absent if the server asked for none.
   */
  readonly retryAfterMs?: number;
  /** HTTP status of the decisive response. Absent if there was no response. */
  readonly status?: number;
  /** Error code of the API, in the numbering of gRPC: 7 is `PermissionDenied`. */
  readonly apiCode?: number;
  /**
   * Error message of the server, for example `no_owner_remain`: at most 512 bytes, without control characters, with secrets
   * and tokens redacted.
   */
  readonly apiMessage?: string;
  /**
   * Ids of the users who share an e-mail address, in the order of the list: the first 8 of them. Empty unless `code` is
   * `ambiguous`.
   */
  readonly candidates: readonly string[];
  /**
   * Number of HTTP requests sent for this call, token requests and retries included; in the report of a target: of the step
   * that failed.
   */
  readonly requests: number;
}

/** Result for one target, in a word. */
export type Outcome =
  /**
   * This call made the change: the server's response shows the user in the new state. A change by another client between the
   * look-up and the request cannot be told apart from it.
   */
  | "changed"
  /** The look-up found the user in the requested state. No change was sent. */
  | "unchanged"
  /** A change would have been sent if this were not a dry run, or if `maxChanges` had not been exceeded. */
  | "would-change"
  /**
   * The target failed. The error's `effect` tells if the change may have been made; its `requests` counts those of the step
   * that failed: reading the list, reading the user, or the change.
   */
  | "failed"
  /** Not tried, because another target failed and `stopOnError` is set, or because the call was stopped. */
  | "skipped";

/** Result for one target, with everything the call learnt about the user. */
export interface TargetReport {
  /** Result. */
  readonly outcome: Outcome;
  /** Error of a target that failed. Absent for all other outcomes. */
  readonly error?: ErrorFields;
  /**
   * User as last seen by this call: in the response to the change, or during look-up. Absent if never seen. So that the report
   * fits into memory, texts of more than 1024 bytes are empty here, and a user is left out if memory is short.
   */
  readonly user?: User;
  /**
   * State before any change, as found during look-up. Absent if the user was not found, or if the server forbade reading them
   * (403) because the permission to get users is missing: a change by id is then made without a look-up, and its outcome is
   * `changed` whatever the previous state was.
   */
  readonly previousState?: UserState;
}

/** Result of one check. */
export type Verdict =
  /** It works. */
  | "passed"
  /** It does not work; `detail` gives the cause and advice. */
  | "failed"
  /** Not tried, or the response proves neither; `detail` gives the reason. */
  | "unknown";

/** Result of one check, with the details. */
export interface Finding {
  /**
   * Name of the check: `settings`, `reach`, `token`, `account`, `list-users`, `get-user`, `suspend-user` or
   * `reactivate-user`. Later versions may add checks.
   */
  readonly check: string;
  /** Result. */
  readonly verdict: Verdict;
  /** Observation and, for a failed check, advice; for people. Contains no secrets and no tokens. */
  readonly detail: string;
}
