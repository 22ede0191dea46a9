/** Entry for browsers: fetches the module from the URL next to the code, before anything else is loaded. */

import { setLoader } from "./loader.js";

const url = new URL("./onepassword_users_steps.wasm", import.meta.url);
// Not `compileStreaming`, which needs a server that knows the type of the file.
const module = await WebAssembly.compile(await (await fetch(url)).arrayBuffer());
setLoader(() => module);

export * from "./core.js";
