/** The module of this package, as the entry for a runtime loads it. */

import { refusal } from "./error.js";

let load: (() => WebAssembly.Module) | undefined;
let loaded: WebAssembly.Module | undefined;

/** Sets the function that compiles the module. It is called once, for the first client that needs it. */
export function setLoader(loader: () => WebAssembly.Module): void {
  load = loader;
}

/** The compiled module of this package. */
export function packageModule(): WebAssembly.Module {
  if (load === undefined) {
    throw refusal("not-configured", "module is missing", "import `onepassword-users`, or pass the compiled module");
  }
  loaded ??= load();
  return loaded;
}
