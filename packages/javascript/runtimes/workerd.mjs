// Starts a Worker under workerd, the runtime of Cloudflare Workers. The binary: `WORKERD`, or the package of npm.

import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
/** The compatibility date of the Workers, which fixes the behaviour of the runtime. */
const COMPATIBILITY_DATE = "2025-01-01";
/** Modules by which a Worker imports the entries of this package. */
const ENTRIES = {
  "onepassword-users": "dist/workerd.js",
  "onepassword-users/service": "dist/service/workerd.js",
};

function binary() {
  if (process.env.WORKERD) return process.env.WORKERD;
  return createRequire(import.meta.url).resolve("@cloudflare/workerd-linux-64/bin/workerd");
}

/** Text in the syntax of Cap'n Proto. */
const quote = (text) => JSON.stringify(text);

/**
 * Starts a Worker.
 *
 * @param files - Its modules: the main one first. They import this package by its name, and each other by their file's name.
 * @param bindings - Values of its `env`: texts, and other values as JSON.
 * @param options - Its compatibility date, and the folder of the package's code.
 * @returns Its URL, the version of workerd, and a function that stops it.
 */
export async function startWorker(files, bindings = {}, { date = COMPATIBILITY_DATE, dist = DIST } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "worker-"));
  const modules = [];
  const add = (file, name, kind) => {
    const copy = `${modules.length}`;
    cpSync(file, join(folder, copy));
    modules.push(`(name = ${quote(name)}, ${kind} = embed ${quote(copy)})`);
  };
  for (const file of files) add(fileURLToPath(file), basename(fileURLToPath(file)), "esModule");
  for (const name of readdirSync(dist, { recursive: true })) {
    if (name.endsWith(".js")) add(join(dist, name), `dist/${name}`, "esModule");
    else if (name.endsWith(".wasm")) add(join(dist, name), `dist/${name}`, "wasm");
  }
  for (const [name, entry] of Object.entries(ENTRIES)) {
    const file = join(folder, "entry.js");
    writeFileSync(file, `export * from "${"../".repeat(name.split("/").length - 1)}${entry}";`);
    add(file, name, "esModule");
  }
  const values = Object.entries(bindings).map(([name, value]) =>
    typeof value === "string"
      ? `(name = ${quote(name)}, text = ${quote(value)})`
      : `(name = ${quote(name)}, json = ${quote(JSON.stringify(value))})`,
  );
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [${modules.join(", ")}],
      bindings = [${values.join(", ")}],
      compatibilityDate = ${quote(date)},
    )),
    (name = "internet", network = (allow = ["private", "public"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  );
  const options = ["serve", "--control-fd=3", join(folder, "config.capnp")];
  const child = spawn(binary(), options, { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const stop = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdio[3] })) {
    const { event, port } = JSON.parse(line);
    if (event === "listen") return { url: `http://127.0.0.1:${port}`, stop };
  }
  stop();
  throw new Error("workerd did not start");
}
