/** The composed service in JavaScript. The build writes it: see `build/transpile.mjs`. */

import type { IncomingRequest, ResponseOutparam } from "./http.js";
import type { Imports } from "./wasi.js";

/** Exports of an instance. */
export interface Exports {
  "wasi:http/incoming-handler@0.2.4": {
    handle(request: IncomingRequest, out: ResponseOutparam): Promise<void>;
  };
}

/** Makes an instance of the component. */
export function instantiate(
  getCoreModule: (name: string) => WebAssembly.Module,
  imports: Imports,
  instantiateCore: (module: WebAssembly.Module, imports?: WebAssembly.Imports) => WebAssembly.Instance,
): Exports;
