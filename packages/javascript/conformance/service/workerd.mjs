// Starts deploy/cloudflare/worker.mjs under workerd: `node workerd.mjs PROJECT`. See start.sh. DATE is the compatibility date.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { startWorker } from "../../runtimes/workerd.mjs";

const [project] = process.argv.slice(2);
const settings = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^OP_(USERS|SERVICE)_/.test(name)));
const dist = join(project, "node_modules/onepassword-users/dist");
const options = { dist, ...(process.env.DATE && { date: process.env.DATE }) };
const { url, stop } = await startWorker([pathToFileURL(join(project, "worker.mjs"))], settings, options);
console.log(JSON.stringify({ url }));
process.once("SIGTERM", () => {
  stop();
  process.exit();
});
