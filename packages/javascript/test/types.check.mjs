// The types of the package, under the libraries that projects have, and against the schema of the messages.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const ts = require("typescript");
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

test("the types of the service are strict", () => {
  compile("service.ts", "--module", "nodenext", "--lib", "es2022,dom,dom.iterable", "--types", "node", "--skipLibCheck", "false");
});

test("the types are strict in a project for browsers", () => {
  const modules = ["--module", "esnext", "--moduleResolution", "bundler"];
  compile("uses.ts", ...modules, "--lib", "es2022,dom", "--typeRoots", "none", "--skipLibCheck", "false");
});

test("the fetch of undici has the type of the option", () => {
  compile("undici.ts", "--module", "nodenext", "--lib", "es2022", "--types", "node", "--skipLibCheck");
});

const schema = JSON.parse(readFileSync(new URL("../../../protocol/schema.json", import.meta.url), "utf8"));
const messages = file("../src/messages.ts");
const program = ts.createProgram([messages], {
  strict: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
});
const checker = program.getTypeChecker();
const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(messages)));
const typeOf = (name) => checker.getDeclaredTypeOfSymbol(exported.find((symbol) => symbol.name === name));

/** Differences between a definition of the schema and a type. `isSent`: the package may always send what it could leave out. */
function differences(definition, type, isSent, path) {
  if (definition.$ref) return differences(schema.$defs[definition.$ref.split("/").at(-1)], type, isSent, path);
  const variants = definition.oneOf ?? definition.anyOf?.filter(({ type }) => type !== "null");
  if (variants?.length === 1) return differences(variants[0], type, isSent, path);
  if (variants || definition.enum) return differencesOfVariants(definition.enum?.map((word) => ({ const: word })) ?? variants, type, isSent, path);
  const kind = [definition.type].flat().find((name) => name !== "null");
  if (kind === "array") return differences(definition.items, checker.getTypeArguments(type)[0], isSent, `${path}[]`);
  if (kind === "object" && definition.properties) return differencesOfMembers(definition, type, isSent, path);
  const [shown, expected] = [checker.typeToString(type), { integer: "number", object: "Record<string, string>" }[kind] ?? kind];
  if (shown === "Record<string, never>" && kind === "object") return [];
  return shown === expected ? [] : [`${path} is ${shown} instead of ${expected}`];
}

function differencesOfMembers({ properties, required = [] }, type, isSent, path) {
  const members = new Map(type.getProperties().map((member) => [member.name, member]));
  const found = [];
  for (const name of members.keys()) if (!(name in properties)) found.push(`${path}.${name} is not in the schema`);
  for (const [name, definition] of Object.entries(properties)) {
    const member = members.get(name);
    if (member === undefined) {
      found.push(`${path}.${name} is missing`);
      continue;
    }
    const isOptional = (member.flags & ts.SymbolFlags.Optional) !== 0;
    const mayBeAbsent = !required.includes(name);
    if (isOptional !== mayBeAbsent && !(isSent && mayBeAbsent)) found.push(`${path}.${name} may be absent: ${mayBeAbsent}`);
    const inner = checker.getNonNullableType(checker.getTypeOfSymbol(member));
    found.push(...differences(definition, inner, isSent, `${path}.${name}`));
  }
  return found;
}

function differencesOfVariants(variants, type, isSent, path) {
  const types = new Map();
  for (const part of type.isUnion() ? type.types : [type]) {
    if (part.isStringLiteral()) types.set(part.value, undefined);
    // A variant is an object with one member, or a member that may be absent.
    else for (const member of part.getProperties()) types.set(member.name, checker.getTypeOfSymbol(member));
  }
  const labels = variants.map((variant) => variant.const ?? Object.keys(variant.properties)[0]);
  const found = [];
  for (const label of types.keys()) if (!labels.includes(label)) found.push(`${path}: ${label} is not in the schema`);
  for (const [index, label] of labels.entries()) {
    if (!types.has(label)) found.push(`${path}: ${label} is missing`);
    else if (variants[index].properties) {
      const inner = checker.getNonNullableType(types.get(label));
      found.push(...differences(variants[index].properties[label], inner, isSent, `${path}: ${label}`));
    }
  }
  return found;
}

test("the types of events are those of the schema", () => {
  assert.deepEqual(differences(schema.$defs.Event, typeOf("Event"), true, "event"), []);
});

test("the types of actions are those of the schema", () => {
  assert.deepEqual(differences(schema.$defs.Actions, typeOf("Actions"), false, "actions"), []);
});
