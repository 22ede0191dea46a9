/** Entry for Cloudflare Workers: imports the module, because workerd compiles none from bytes. */

// @ts-ignore: workerd and wrangler import a compiled module, for which TypeScript has no type.
import module from "./onepassword_users_steps.wasm";

import { setLoader } from "./loader.js";

setLoader(() => module as WebAssembly.Module);

export * from "./core.js";
