/** Entry for Node, Deno and Bun: reads the module from the file next to the code. */

import { readFileSync } from "node:fs";

import { setLoader } from "./loader.js";

setLoader(() => new WebAssembly.Module(readFileSync(new URL("./onepassword_users_steps.wasm", import.meta.url))));

export * from "./core.js";
