// Some live cases in a page of Chromium, against a server that allows it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { runInPage } from "../runtimes/chromium.mjs";
import { lab } from "./live/here.mjs";

const NAMES = [
  "a user is read",
  "an unknown user is not-found",
  "a user is found by address in any case",
  "many users are contained and restored exactly",
  "guards refuse what they protect and too many changes",
  "an abort ends a call at once",
  "a server that hangs ends at the deadline",
  "wrong settings are refused by name",
];

test("a page of Chromium plays live cases", async () => {
  const open = { ...lab, small: { ...lab.small, url: lab.open } };
  assert.deepEqual(await runInPage("/test/live/page.mjs", { lab: open, names: NAMES }), []);
});
