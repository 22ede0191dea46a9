// "An alert names people: contain them, wait, report", in JavaScript.

import { suspendUsers } from "onepassword:users/containment@0.2.0";
import { getUser } from "onepassword:users/users@0.2.0";

/** Number of times that a user is read, until the change shows. */
const LOOKS = 5;

const options = { dryRun: false, maxChanges: 5, protect: [], concurrency: 4, stopOnError: false };

const targetOf = (name) => ({ who: { tag: name.includes("@") ? "email" : "id", val: name } });

/** Waits until a user is shown as suspended. */
function isSuspended(id) {
  for (let look = 0; look < LOOKS; look++) if (getUser(id).state.tag === "suspended") return true;
  return false;
}

function lineOf(name, { outcome, user }) {
  if (outcome.tag === "failed") return `${name}: ${outcome.val.code}, ${outcome.val.effect}`;
  return `${name}: ${outcome.tag}, ${user !== undefined && isSuspended(user.id) ? "suspended" : "not suspended"}`;
}

export function handle(people) {
  let lines;
  try {
    const report = suspendUsers(people.map(targetOf), options);
    if (report.refused !== undefined) throw `refused: ${report.refused.message}`;
    lines = report.targets.map((target, index) => lineOf(people[index], target));
  } catch (error) {
    // The error of a call, in the form of the contract.
    throw error.payload === undefined ? String(error) : `${error.payload.code}: ${error.payload.message}`;
  }
  const left = lines.filter((line) => !line.endsWith(", suspended"));
  if (left.length > 0) throw left.join("; ");
  return lines;
}
