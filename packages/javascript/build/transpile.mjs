// Makes JavaScript of the composed service: `transpile.mjs COMPONENT FOLDER` writes `component.js`, its core modules, and
// `modules.js`, which imports the modules for the runtimes that compile none at run time.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { transpileBytes } from "@bytecodealliance/jco-transpile";
import { minify } from "oxc-minify";

import { mend } from "./mend.mjs";

const NAME = "component";
/** The one import that waits. All others return at once, so that nothing else has to be able to suspend the component. */
const WAITING_IMPORT = "wasi:io/poll@0.2.4#poll";
const EXPORT = "wasi:http/incoming-handler@0.2.4#handle";

const [component, folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: transpile.mjs COMPONENT FOLDER");

const { files } = await transpileBytes(readFileSync(component), {
  name: NAME,
  instantiation: "async",
  asyncMode: "jspi",
  asyncImports: [WAITING_IMPORT],
  asyncExports: [EXPORT],
  nodejsCompat: false,
  emitTypescriptDeclarations: false,
});
const modules = Object.entries(files).filter(([name]) => name.endsWith(".wasm"));
const mended = mend(new TextDecoder().decode(files[`${NAME}.js`]), NAME);
modules.push(...mended.modules);

const { code, errors } = await minify(`${NAME}.js`, mended.source, { module: true });
if (errors.length > 0) throw new Error(`${NAME}.js: ${errors[0].message}`);
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, `${NAME}.js`), code);
for (const [name, bytes] of modules) writeFileSync(join(folder, name), bytes);
const lines = modules.map(([name], index) => `import module${index} from "./${name}";`);
const names = modules.map(([name], index) => `  ${JSON.stringify(name)}: module${index},`);
writeFileSync(join(folder, "modules.js"), [...lines, "", "export default {", ...names, "};", ""].join("\n"));
