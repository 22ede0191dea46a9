// This runtime, and the lab of this run, which `with-lab.mjs` started.

/** Addresses of the servers. */
export const lab = JSON.parse(process.env.LAB ?? fail());

/** Name of this runtime. */
export const runtime = "Deno" in globalThis ? "deno" : "Bun" in globalThis ? "bun" : "node";

function fail() {
  throw new Error("no lab: run test/live/with-lab.mjs COMMAND");
}
