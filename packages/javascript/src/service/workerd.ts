/** Entry for Cloudflare Workers: imports the modules, because workerd compiles none from bytes. */

import { setServiceLoader } from "./loader.js";
import modules from "./modules.js";

setServiceLoader((name) => modules[name] as WebAssembly.Module);

export { serve, Service, type ServeOptions, type ServiceOptions, type Settings } from "./core.js";
