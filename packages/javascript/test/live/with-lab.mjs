// `node with-lab.mjs COMMAND…` runs a command beside the servers of the lab, whose addresses are in its variable `LAB`.

import { spawn } from "node:child_process";

import { startLab } from "./lab.mjs";

const { lab, stop } = await startLab();
const [command, ...options] = process.argv.slice(2);
const child = spawn(command, options, { stdio: "inherit", env: { ...process.env, LAB: JSON.stringify(lab) } });
child.on("exit", (code) => {
  stop();
  process.exit(code ?? 1);
});
