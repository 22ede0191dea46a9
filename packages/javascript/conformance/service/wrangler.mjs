// Starts deploy/cloudflare with `wrangler dev`: `node wrangler.mjs PROJECT`. See start.sh. LEAVERS_TEXT is the value of the key
// `leavers` of the KV namespace, which has none by default.

import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [project] = process.argv.slice(2);
// A folder of its own: `wrangler dev` reads the settings from a file in it, and keeps state there.
const folder = mkdtempSync(join(tmpdir(), "wrangler-"));
for (const name of ["worker.mjs", "wrangler.toml"]) copyFileSync(join(project, name), join(folder, name));
symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
const settings = Object.entries(process.env).filter(([name]) => /^OP_(USERS|SERVICE)_/.test(name) || name === "CRON_KEY");
const lines = settings.map(([name, value]) => `${name}=${JSON.stringify(value)}\n`);
writeFileSync(join(folder, ".dev.vars"), lines.join(""), { mode: 0o600 });

const command = join(project, "node_modules/wrangler/bin/wrangler.js");
const env = { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1", CI: "1" };
if (process.env.LEAVERS_TEXT) {
  const put = ["kv", "key", "put", "--local", "--binding", "LEAVERS", "leavers", process.env.LEAVERS_TEXT];
  execFileSync(process.execPath, [command, ...put], { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] });
}
const options = ["dev", "--local", "--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0", "--show-interactive-dev-session=false"];
const child = spawn(process.execPath, [command, ...options, "--test-scheduled"], {
  cwd: folder,
  stdio: ["ignore", "pipe", "inherit"],
  env,
});
let isStopped = false;
process.once("SIGTERM", () => {
  isStopped = true;
  child.kill("SIGINT");
});
child.once("exit", (code) => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(isStopped ? 0 : (code ?? 1));
});
let isReady = false;
for await (const line of createInterface({ input: child.stdout })) {
  const url = /Ready on (http:\/\/\S+)/.exec(line)?.[1];
  if (!isReady && url !== undefined) console.log(JSON.stringify({ url }));
  else console.error(line);
  isReady ||= url !== undefined;
}
