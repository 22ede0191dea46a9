// A page that plays the cases.

import * as users from "onepassword-users";

import { driverOf } from "../dist/client.js";
import { playAll, playCase } from "./play.mjs";

/** Plays every case. */
export async function run({ control }) {
  await playAll(control, (name) => playCase({ ...users, driverOf }, control, name));
}
