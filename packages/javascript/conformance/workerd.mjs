// The adapter for workerd: plays the cases in a Worker. `CONFORMANCE_URL=… node workerd.mjs`.

import { startWorker } from "../runtimes/workerd.mjs";
import { playAll } from "./play.mjs";

const control = process.env.CONFORMANCE_URL;
if (control === undefined) throw new Error("CONFORMANCE_URL is not set");
const files = ["worker.mjs", "play.mjs"].map((name) => new URL(name, import.meta.url));
const worker = await startWorker(files, { CONFORMANCE_URL: control });
try {
  await playAll(control, async (name) => {
    const response = await fetch(`${worker.url}/?${encodeURIComponent(name)}`);
    if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
  });
} finally {
  worker.stop();
}
