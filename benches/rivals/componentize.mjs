// Makes a component of the rival in JavaScript: `componentize.mjs SOURCE WIT OUTPUT`. Copied to a folder in which
// @bytecodealliance/componentize-js is installed.

import { readFileSync, writeFileSync } from "node:fs";

import { componentize } from "@bytecodealliance/componentize-js";

const [source, witPath, output] = process.argv.slice(2);
const { component } = await componentize(readFileSync(source, "utf8"), {
  witPath,
  worldName: "rival",
  disableFeatures: ["random", "stdio", "fetch-event"],
});
writeFileSync(output, component);
