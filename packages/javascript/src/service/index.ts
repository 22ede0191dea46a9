/** Entry for Node, Deno and Bun: reads the modules from the files next to the code. */

import { readFileSync } from "node:fs";

import { setServiceLoader } from "./loader.js";

setServiceLoader((name) => new WebAssembly.Module(readFileSync(new URL(`./${name}`, import.meta.url))));

export { serve, Service, type ServeOptions, type ServiceOptions, type Settings } from "./core.js";
