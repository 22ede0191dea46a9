// Makes a component of a workflow in JavaScript: `componentize.mjs SOURCE WIT OUTPUT`. Copy it to a folder in which
// @bytecodealliance/componentize-js is installed.

import { readFileSync, writeFileSync } from "node:fs";

import { componentize } from "@bytecodealliance/componentize-js";

const [source, witPath, output] = process.argv.slice(2);
const { component } = await componentize(readFileSync(source, "utf8"), {
  witPath,
  worldName: "workflow",
  // All that would import more than the contract.
  disableFeatures: ["random", "stdio", "clocks", "http", "fetch-event"],
});
writeFileSync(output, component);
