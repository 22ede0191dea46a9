// Opens a page in Chromium without a window, and waits for what it reports. The binary: `CHROMIUM`, or `chromium` of the path.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
/** Time in milliseconds that a page has to report. */
const TIME = 300_000;
const PAGE = (script) => `<!doctype html>
<script type="importmap">{ "imports": { "onepassword-users": "/dist/browser.js" } }</script>
<script type="module">
import { run } from ${JSON.stringify(script)};
const parameters = await (await fetch("/parameters")).json();
let report;
try { report = { value: await run(parameters) }; } catch (error) { report = { error: String(error?.stack ?? error) }; }
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
</script>
`;

/**
 * Runs a module of this package in a page.
 *
 * @param script - Path of the module below this package's folder. It exports `run`, which is given the parameters.
 * @param parameters - A value in JSON.
 * @returns The value of `run`.
 */
export async function runInPage(script, parameters) {
  let report;
  const reported = new Promise((resolve) => (report = resolve));
  const server = http.createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const { pathname } = new URL(request.url, "http://page");
    if (pathname === "/") return response.writeHead(200, { "content-type": "text/html" }).end(PAGE(script));
    if (pathname === "/parameters") return response.end(JSON.stringify(parameters));
    if (pathname === "/report") {
      response.end();
      return report(JSON.parse(Buffer.concat(pieces).toString()));
    }
    try {
      const path = normalize(decodeURIComponent(pathname));
      const type = TYPES[path.slice(path.lastIndexOf("."))] ?? "application/octet-stream";
      const file = readFileSync(join(ROOT, path));
      response.writeHead(200, { "content-type": type }).end(file);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const profile = mkdtempSync(join(tmpdir(), "chromium-"));
  const options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", `--user-data-dir=${profile}`];
  const url = `http://127.0.0.1:${server.address().port}/`;
  const child = spawn(process.env.CHROMIUM ?? "chromium", [...options, url], { stdio: "ignore" });
  let timer;
  const late = new Promise((_, reject) => {
    child.on("error", reject).on("exit", (code) => reject(new Error(`chromium ended with exit status ${code}`)));
    timer = setTimeout(() => reject(new Error(`the page reported nothing within ${TIME / 1000} seconds`)), TIME);
  });
  try {
    const { value, error } = await Promise.race([reported, late]);
    if (error !== undefined) throw new Error(error);
    return value;
  } finally {
    clearTimeout(timer);
    child.removeAllListeners("exit");
    const exited = new Promise((resolve) => child.on("exit", resolve));
    if (child.exitCode === null && child.kill()) await exited;
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
