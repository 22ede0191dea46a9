/** The error of a failed call. */

import type { Report } from "./report.js";
import type { Effect, ErrorCode, ErrorFields } from "./types.js";

/** Facts about a failed call that the contract does not have. */
interface Circumstances {
  /** Exception of a callback, or the reason of the signal that stopped the call. */
  cause?: unknown;
  /** True if the caller's signal stopped the call. */
  aborted?: boolean;
  /** Report of a bulk change. */
  report?: Report;
}

/** Error of a failed call, with the fields of the contract. */
export class UsersError extends Error implements ErrorFields {
  override readonly name = "UsersError";
  /** Cause, to branch on. */
  readonly code: ErrorCode;
  /** Advice for people: what to check or change. Absent where nothing is known to help. */
  declare readonly hint?: string;
  /** Effect on the account. `not-applied` for calls that only read. */
  readonly effect: Effect;
  /** True if the same call can succeed later without a change. */
  readonly retryable: boolean;
  /** Wait that the server asked for, in milliseconds. Absent if it asked for none. */
  declare readonly retryAfterMs?: number;
  /** HTTP status of the decisive response. Absent if there was no response. */
  declare readonly status?: number;
  /** Error code of the API, in the numbering of gRPC. */
  declare readonly apiCode?: number;
  /** Error message of the server: at most 512 bytes, with secrets and tokens redacted. */
  declare readonly apiMessage?: string;
  /** Ids of the users who share an e-mail address: the first 8 of them. Empty unless `code` is `ambiguous`. */
  readonly candidates: readonly string[];
  /** Number of HTTP requests sent for this call, token requests and retries included. */
  readonly requests: number;
  /** True if the caller's signal stopped the call. `cause` is the signal's reason then, unless `onSettled` threw. */
  readonly aborted: boolean;
  /** Report of a bulk change that was carried out although its `onSettled` threw. `cause` is the exception then. */
  declare readonly report?: Report;

  constructor(fields: ErrorFields, { cause, aborted = false, report }: Circumstances = {}) {
    super(fields.message, cause === undefined ? undefined : { cause });
    this.code = fields.code;
    this.effect = fields.effect;
    this.retryable = fields.retryable;
    this.candidates = fields.candidates;
    this.requests = fields.requests;
    this.aborted = aborted;
    // Absent fields stay absent, so that nothing prints "undefined".
    if (fields.hint !== undefined) this.hint = fields.hint;
    if (fields.retryAfterMs !== undefined) this.retryAfterMs = fields.retryAfterMs;
    if (fields.status !== undefined) this.status = fields.status;
    if (fields.apiCode !== undefined) this.apiCode = fields.apiCode;
    if (fields.apiMessage !== undefined) this.apiMessage = fields.apiMessage;
    if (report !== undefined) this.report = report;
  }

  /** The fields of the contract, for logs: without stack and cause. */
  toJSON(): ErrorFields {
    const { code, message, hint, effect, retryable, retryAfterMs, status, apiCode, apiMessage, candidates, requests } = this;
    return {
      code,
      message,
      ...(hint !== undefined && { hint }),
      effect,
      retryable,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(status !== undefined && { status }),
      ...(apiCode !== undefined && { apiCode }),
      ...(apiMessage !== undefined && { apiMessage }),
      candidates,
      requests,
    };
  }
}

/** Error of a call that sent nothing. */
export function refusal(code: ErrorCode, message: string, hint?: string, circumstances?: Circumstances): UsersError {
  return new UsersError(
    {
      code,
      message,
      ...(hint !== undefined && { hint }),
      effect: "not-applied",
      retryable: false,
      candidates: [],
      requests: 0,
    },
    circumstances,
  );
}
