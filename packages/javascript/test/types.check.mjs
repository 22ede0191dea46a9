// The types of the package, under the libraries that projects have, and against the contract.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const file = (path) => fileURLToPath(new URL(path, import.meta.url));

function compile(name, ...options) {
  const tsc = require.resolve("typescript/bin/tsc");
  const strict = ["--strict", "--noEmit", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--target", "es2022"];
  const command = [tsc, ...strict, ...options, file(`types/${name}`)];
  const { stdout } = spawnSync(process.execPath, command, { cwd: file(".."), encoding: "utf8" });
  assert.equal(stdout, "");
}

test("the types are strict in a project for Node", () => {
  compile("uses.ts", "--module", "nodenext", "--lib", "es2022", "--types", "node", "--skipLibCheck", "false");
});

test("the types are strict in a project for browsers", () => {
  const modules = ["--module", "esnext", "--moduleResolution", "bundler"];
  compile("uses.ts", ...modules, "--lib", "es2022,dom", "--typeRoots", "none", "--skipLibCheck", "false");
});

test("the fetch of undici has the type of the option", () => {
  compile("undici.ts", "--module", "nodenext", "--lib", "es2022", "--types", "node", "--skipLibCheck");
});

const contract = readdirSync(new URL("../../../wit/", import.meta.url))
  .map((name) => read(`../../../wit/${name}`))
  .join("\n");
const types = read("../src/types.ts");
const camel = (name) => name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());

/** Members of a type of the contract. */
function ofContract(kind, name) {
  const body = contract.match(new RegExp(`${kind} ${name} \\{([^]*?)\\n    \\}`))[1].replace(/\/\/\/.*/g, "");
  return [...body.matchAll(/^ {8}([a-z0-9-]+)/gm)].map(([, member]) => member);
}

/** Words of a union of the package. */
function ofUnion(name) {
  const body = types.match(new RegExp(`export type ${name} =([^]*?);\\n`))[1].replace(/\/\*\*[^]*?\*\//g, "");
  return [...body.matchAll(/"([a-z-]+)"|readonly ([a-z]+):/g)].map(([, word, member]) => word ?? member);
}

/** Members of an interface of the package. */
function ofInterface(name) {
  const body = types.match(new RegExp(`export interface ${name} \\{([^]*?)\\n\\}`))[1];
  return [...body.matchAll(/^ {2}readonly (\w+)/gm)].map(([, member]) => member);
}

test("the words of the types are those of the contract", () => {
  for (const [kind, name, union] of [
    ["variant", "user-state", "UserState"],
    ["enum", "state-filter", "StateFilter"],
    ["enum", "error-code", "ErrorCode"],
    ["enum", "effect", "Effect"],
    ["variant", "outcome", "Outcome"],
    ["enum", "verdict", "Verdict"],
  ]) {
    assert.deepEqual(ofUnion(union), ofContract(kind, name), name);
  }
});

test("the members of the types are those of the contract", () => {
  for (const [name, type, more] of [
    ["user", "User", []],
    ["user-page", "UserPage", []],
    ["error", "ErrorFields", []],
    ["finding", "Finding", []],
    // The contract has the error in the outcome.
    ["target-report", "TargetReport", ["error"]],
  ]) {
    assert.deepEqual(ofInterface(type).sort(), [...ofContract("record", name).map(camel), ...more].sort(), name);
  }
});
