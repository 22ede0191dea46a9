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

/** Cause of a failure. */
export type Cause =
  | "unresolved"
  | "refused"
  | "untrusted"
  | "unreachable"
  | "late-connection"
  | "broken"
  | "late"
  | "incomplete"
  | "not-http"
  | "not-a-response"
  | "large"
  | "unknown";

/** Cause of a failed request, and if the request may have reached the server. */
export interface Diagnosis {
  cause: Cause;
  /** False only if no byte of the request can have reached the server. */
  possiblySent: boolean;
}

/** Kind and words of each cause. */
const EXPLANATIONS: Record<Cause, Pick<Failure, "kind" | "detail">> = {
  unresolved: { kind: "connection", detail: "the host name cannot be resolved" },
  refused: { kind: "connection", detail: "the server refused the connection" },
  untrusted: { kind: "connection", detail: "the server's TLS certificate is not trusted" },
  unreachable: { kind: "connection", detail: "the server cannot be reached" },
  "late-connection": { kind: "connection", detail: "the connection was not made in time" },
  broken: { kind: "connection", detail: "the connection broke" },
  late: { kind: "timed-out", detail: "no response came in time" },
  incomplete: { kind: "connection", detail: "the response is incomplete" },
  "not-http": { kind: "malformed", detail: "the response is not valid HTTP" },
  "not-a-response": { kind: "malformed", detail: "the response cannot be read" },
  large: { kind: "too-large", detail: "the response is larger than the host accepts" },
  unknown: { kind: "connection", detail: "the host failed to carry out the request" },
};

/** Failure of a request that was not sent because its call was stopped. */
export const STOPPED: Failure = { kind: "denied", possiblySent: false, detail: "the call was stopped" };
/** Failure of a request whose response cannot be read. */
export const MALFORMED: Failure = { ...EXPLANATIONS["not-a-response"], possiblySent: true };
/** Diagnosis of which nothing is known. */
const UNKNOWN: Diagnosis = { cause: "unknown", possiblySent: true };

/** Codes of errors that happen before there is a connection, and at no other time. */
const BEFORE_CONNECTION: ReadonlyMap<string, Cause> = new Map([
  ["ENOTFOUND", "unresolved"],
  ["EAI_AGAIN", "unresolved"],
  ["ECONNREFUSED", "refused"],
  ["ConnectionRefused", "refused"],
  ["UND_ERR_CONNECT_TIMEOUT", "late-connection"],
]);

/**
 * Codes of errors of the server's certificate, which the client checks before it sends anything. Other failures of TLS can be
 * alerts that answer the request.
 */
const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY)_|ERR_TLS_CERT_)/;

const AFTER_CONNECTION: ReadonlyMap<string, Cause> = new Map([
  ["ECONNRESET", "broken"],
  ["EPIPE", "broken"],
  ["UND_ERR_SOCKET", "broken"],
  ["ConnectionClosed", "broken"],
  ["ETIMEDOUT", "late"],
  ["UND_ERR_HEADERS_TIMEOUT", "late"],
  ["UND_ERR_BODY_TIMEOUT", "late"],
  ["UND_ERR_HEADERS_OVERFLOW", "large"],
  ["UND_ERR_RESPONSE_EXCEEDED_MAX_SIZE", "large"],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "incomplete"],
  ["HPE_INVALID_EOF_STATE", "incomplete"],
]);

/** Codes of undici's HTTP parser and of decompression. */
const MALFORMED_CODE = /^(HPE_|Z_|ERR_BROTLI_|ERR__ERROR_FORMAT_)/;

/** Explains an error of `fetch` or of a response's body: see {@link diagnose}. */
export function explain(error: unknown): Failure {
  const { cause, possiblySent } = diagnose(error);
  return { ...EXPLANATIONS[cause], possiblySent };
}

/**
 * Finds the cause of an error of `fetch` or of a response's body.
 *
 * What is not known to happen before the connection is told as possibly sent. Deno's errors always are: it repeats a request
 * whose kept connection breaks, and then reports the failure of the second connection. workerd and browsers hide the cause.
 *
 * Node repeats a request on a new connection, too, but only one that the server says it did not process: after a 421 (RFC 9110,
 * section 15.5.20), a refused stream, or a GOAWAY for earlier streams (RFC 9113, sections 8.7 and 6.8). If there is no new
 * connection, the request had no effect: that is told as not sent.
 */
export function diagnose(error: unknown): Diagnosis {
  try {
    return diagnosed(error, true);
  } catch {
    // The error of a `fetch` of the caller's may throw when it is looked at.
    return UNKNOWN;
  }
}

/** Finds the cause of an error. `hasParts` is true if it may consist of others. */
function diagnosed(error: unknown, hasParts: boolean): Diagnosis {
  if (error instanceof NotAResponse) return { cause: "not-a-response", possiblySent: true };
  const cause = causeOf(error);
  if (cause === undefined) return UNKNOWN;
  if (Array.isArray(cause.errors) && cause.errors.length > 0) {
    // Every address of the host was tried: nothing was sent only if all of them failed before.
    const diagnoses = hasParts ? cause.errors.map((part) => diagnosed(part, false)) : [UNKNOWN];
    return diagnoses.find(({ possiblySent }) => possiblySent) ?? (diagnoses[0] as Diagnosis);
  }
  const code = typeof cause.code === "string" ? cause.code : "";
  const before = BEFORE_CONNECTION.get(code) ?? (CERTIFICATE.test(code) ? "untrusted" : undefined);
  if (before !== undefined) return { cause: before, possiblySent: false };
  if (cause.syscall === "connect") return { cause: "unreachable", possiblySent: false };
  const after = AFTER_CONNECTION.get(code) ?? (MALFORMED_CODE.test(code) ? "not-http" : "unknown");
  return { cause: after, possiblySent: true };
}

/** The error that holds the runtime's code: Node wraps it in a `TypeError`, Bun throws it. */
function causeOf(error: unknown): RuntimeError | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { cause } = error as RuntimeError;
  return typeof cause === "object" && cause !== null ? cause : error;
}
