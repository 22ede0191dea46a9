/** The errors of `fetch`: what happened, and if the request may have reached the server. */

import { NotAResponse } from "./http.js";
import type { FailureKind } from "./messages.js";

/** Failure of a request. */
export interface Failure {
  kind: FailureKind;
  /** False only if no byte of the request can have reached the server. */
  possiblySent: boolean;
  /** Cause in words. Made of constants, because an error's own text may repeat the request, with its secrets. */
  detail: string;
}

/** Members that runtimes give their errors. */
interface RuntimeError {
  code?: unknown;
  syscall?: unknown;
  cause?: unknown;
  errors?: unknown;
}

const UNRESOLVED = "the host name cannot be resolved";
const REFUSED = "the server refused the connection";
const UNTRUSTED = "the server's TLS certificate is not trusted";
const UNREACHABLE = "the server cannot be reached";
const LATE_CONNECTION = "the connection was not made in time";
const BROKEN = "the connection broke";
const LATE = "no response came in time";
const INCOMPLETE = "the response is incomplete";
const NOT_HTTP = "the response is not valid HTTP";
const LARGE = "the response is larger than the host accepts";
const UNKNOWN = "the host failed to carry out the request";

/** Failure of a request that was not sent because its call was stopped. */
export const STOPPED: Failure = { kind: "denied", possiblySent: false, detail: "the call was stopped" };
/** Failure of a request whose response cannot be read. */
export const MALFORMED: Failure = { kind: "malformed", possiblySent: true, detail: "the response cannot be read" };
/** Failure of which nothing is known. */
const FAILED: Failure = { kind: "connection", possiblySent: true, detail: UNKNOWN };

/** Codes of errors that happen before there is a connection, and at no other time. */
const BEFORE_CONNECTION: ReadonlyMap<string, string> = new Map([
  ["ENOTFOUND", UNRESOLVED],
  ["EAI_AGAIN", UNRESOLVED],
  ["ECONNREFUSED", REFUSED],
  ["ConnectionRefused", REFUSED],
  ["UND_ERR_CONNECT_TIMEOUT", LATE_CONNECTION],
]);

/**
 * Codes of errors of the server's certificate, which the client checks before it sends anything. Other failures of TLS can be
 * alerts that answer the request.
 */
const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY)_|ERR_TLS_CERT_)/;

const AFTER_CONNECTION: ReadonlyMap<string, readonly [FailureKind, string]> = new Map([
  ["ECONNRESET", ["connection", BROKEN]],
  ["EPIPE", ["connection", BROKEN]],
  ["UND_ERR_SOCKET", ["connection", BROKEN]],
  ["ConnectionClosed", ["connection", BROKEN]],
  ["ETIMEDOUT", ["timed-out", LATE]],
  ["UND_ERR_HEADERS_TIMEOUT", ["timed-out", LATE]],
  ["UND_ERR_BODY_TIMEOUT", ["timed-out", LATE]],
  ["UND_ERR_HEADERS_OVERFLOW", ["too-large", LARGE]],
  ["UND_ERR_RESPONSE_EXCEEDED_MAX_SIZE", ["too-large", LARGE]],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", ["connection", INCOMPLETE]],
  ["HPE_INVALID_EOF_STATE", ["connection", INCOMPLETE]],
]);

/** Codes of undici's HTTP parser and of decompression. */
const MALFORMED_CODE = /^(HPE_|Z_|ERR_BROTLI_|ERR__ERROR_FORMAT_)/;

/**
 * Explains an error of `fetch` or of a response's body.
 *
 * What is not known to happen before the connection is told as possibly sent. Deno's errors always are: it repeats a request
 * whose kept connection breaks, and then reports the failure of the second connection. workerd and browsers hide the cause.
 *
 * Node repeats a request on a new connection, too, but only one that the server says it did not process: after a 421 (RFC 9110,
 * section 15.5.20), a refused stream, or a GOAWAY for earlier streams (RFC 9113, sections 8.7 and 6.8). If there is no new
 * connection, the request had no effect: that is told as not sent.
 */
export function explain(error: unknown): Failure {
  try {
    return explained(error, true);
  } catch {
    // The error of a `fetch` of the caller's may throw when it is looked at.
    return FAILED;
  }
}

/** Explains an error. `hasParts` is true if it may consist of others. */
function explained(error: unknown, hasParts: boolean): Failure {
  if (error instanceof NotAResponse) return MALFORMED;
  const cause = causeOf(error);
  if (cause === undefined) return FAILED;
  if (Array.isArray(cause.errors) && cause.errors.length > 0) {
    // Every address of the host was tried: nothing was sent only if all of them failed before.
    const failures = hasParts ? cause.errors.map((part) => explained(part, false)) : [FAILED];
    return failures.find(({ possiblySent }) => possiblySent) ?? (failures[0] as Failure);
  }
  const code = typeof cause.code === "string" ? cause.code : "";
  const before = BEFORE_CONNECTION.get(code) ?? (CERTIFICATE.test(code) ? UNTRUSTED : undefined);
  if (before !== undefined) return { kind: "connection", possiblySent: false, detail: before };
  if (cause.syscall === "connect") return { kind: "connection", possiblySent: false, detail: UNREACHABLE };
  const other: readonly [FailureKind, string] = MALFORMED_CODE.test(code) ? ["malformed", NOT_HTTP] : ["connection", UNKNOWN];
  const [kind, detail] = AFTER_CONNECTION.get(code) ?? other;
  return { kind, possiblySent: true, detail };
}

/** The error that holds the runtime's code: Node wraps it in a `TypeError`, Bun throws it. */
function causeOf(error: unknown): RuntimeError | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { cause } = error as RuntimeError;
  return typeof cause === "object" && cause !== null ? cause : error;
}
