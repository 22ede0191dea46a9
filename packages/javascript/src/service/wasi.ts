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

/** Maximum length of a line of the log in bytes. A longer one is cut into several. */
const MAX_LINE = 1 << 20;
const LINE_FEED = 0x0a;

/** Surroundings of an instance. */
export interface Surroundings {
  /** Variables of its environment. */
  variables: readonly (readonly [string, string])[];
  fetch: Fetch;
  /** Takes a line of standard error: of the audit and the log. */
  log: (line: string) => void;
}

/** Imports of an instance, by interface. */
export type Imports = ReturnType<typeof wasi>;

/** Makes the imports of an instance. */
export function wasi({ variables, fetch, log }: Surroundings) {
  const lines = new Lines(log);
  return {
    "wasi:cli/environment": { getEnvironment: () => variables },
    "wasi:cli/stderr": { getStderr: () => new OutputStream((bytes) => lines.write(bytes)) },
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

/** Lines out of bytes. */
class Lines {
  readonly #log: (line: string) => void;
  #bytes: number[] = [];

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  write(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte !== LINE_FEED) this.#bytes.push(byte);
      if (byte === LINE_FEED || this.#bytes.length === MAX_LINE) this.#end();
    }
  }

  #end(): void {
    const line = new TextDecoder().decode(Uint8Array.from(this.#bytes));
    this.#bytes = [];
    this.#log(line);
  }
}
