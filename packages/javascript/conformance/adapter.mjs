// The adapter for Node, Deno and Bun: `CONFORMANCE_URL=… node adapter.mjs`.

import { driverOf } from "../dist/client.js";
import * as users from "../dist/index.js";
import { playAll, playCase } from "./play.mjs";

const control = process.env.CONFORMANCE_URL;
if (control === undefined) throw new Error("CONFORMANCE_URL is not set");
await playAll(control, (name) => playCase({ ...users, driverOf }, control, name));
