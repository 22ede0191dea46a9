// A page that plays live cases.

import * as users from "onepassword-users";

import { casesOf, runCases } from "./cases.mjs";

/** Plays the cases of these names. Returns a line for each that failed. */
export function run({ lab, names }) {
  const cases = casesOf(lab, users, "browser");
  return runCases(Object.fromEntries(names.map((name) => [name, cases[name]])));
}
