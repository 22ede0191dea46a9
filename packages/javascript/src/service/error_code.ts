/** `wasi:http/types.error-code` 0.2: failures of `fetch` in the codes that the component understands. */

import type { Cause, Diagnosis } from "../failure.js";

/** An error code. */
export type ErrorCode = { tag: string; val?: unknown };

/** Failure of which nothing is known: the server may have received the request. */
const INTERNAL_ERROR: ErrorCode = { tag: "internal-error", val: undefined };
const DNS_ERROR: ErrorCode = { tag: "DNS-error", val: { rcode: undefined, infoCode: undefined } };

/**
 * Codes by cause. The component takes `DNS-error`, `connection-refused` and `TLS-certificate-error` as a proof that the server
 * received nothing, and every other code as no proof. These three causes are found before the connection only.
 */
const CODES: Record<Cause, ErrorCode> = {
  unresolved: DNS_ERROR,
  refused: { tag: "connection-refused" },
  untrusted: { tag: "TLS-certificate-error" },
  unreachable: { tag: "destination-unavailable" },
  "late-connection": { tag: "connection-timeout" },
  broken: { tag: "connection-terminated" },
  late: { tag: "HTTP-response-timeout" },
  incomplete: { tag: "HTTP-response-incomplete" },
  "not-http": { tag: "HTTP-protocol-error" },
  "not-a-response": { tag: "HTTP-protocol-error" },
  large: { tag: "HTTP-response-body-size", val: undefined },
  unknown: INTERNAL_ERROR,
};

/** Code of a failed request. */
export function errorCode({ cause }: Diagnosis): ErrorCode {
  return CODES[cause];
}
