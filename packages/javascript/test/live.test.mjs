// The live cases on Node, Deno and Bun.

import { test } from "node:test";

import * as users from "../dist/index.js";
import { casesOf } from "./live/cases.mjs";
import { lab, runtime } from "./live/here.mjs";

for (const [name, run] of Object.entries(casesOf(lab, users, runtime))) test(name, run);
