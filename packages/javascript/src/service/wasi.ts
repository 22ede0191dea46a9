/** What the component imports: WASI 0.2 over `fetch`, timers and a log. */

import type { Fetch } from "../http.js";
import { monotonicClock, wallClock } from "./clocks.js";
import {
  Fields,
  FutureIncomingResponse,
  IncomingBody,
  IncomingRequest,
  IncomingResponse,
  OutgoingBody,
  OutgoingRequest,
  OutgoingResponse,
  RequestOptions,
  ResponseOutparam,
} from "./http.js";
import { InputStream, IoError, OutputStream, poll, Pollable } from "./io.js";
import { Lines, type Log } from "./log.js";

/** Surroundings of an instance. */
export interface Surroundings {
  /** Variables of its environment. */
  variables: readonly (readonly [string, string])[];
  fetch: Fetch;
  /** Takes the lines of standard error: of the audit and the log. */
  log: Log;
}

/** Imports of an instance, by interface. */
export type Imports = ReturnType<typeof wasi>;

/** Makes the imports of an instance. */
export function wasi({ variables, fetch, log }: Surroundings) {
  const lines = new Lines(log);
  const stderr = new OutputStream((bytes) => lines.write(bytes), () => log.flush());
  return {
    "wasi:cli/environment": { getEnvironment: () => variables },
    "wasi:cli/stderr": { getStderr: () => stderr },
    "wasi:clocks/monotonic-clock": monotonicClock,
    "wasi:clocks/wall-clock": wallClock,
    "wasi:http/outgoing-handler": { handle: (request: OutgoingRequest) => new FutureIncomingResponse(fetch, request) },
    "wasi:http/types": {
      Fields,
      FutureIncomingResponse,
      IncomingBody,
      IncomingRequest,
      IncomingResponse,
      OutgoingBody,
      OutgoingRequest,
      OutgoingResponse,
      RequestOptions,
      ResponseOutparam,
    },
    "wasi:io/error": { Error: IoError },
    "wasi:io/poll": { Pollable, poll },
    "wasi:io/streams": { InputStream, OutputStream },
  };
}
