/** Names of users, as a caller writes them. */

import { Arguments, present, text } from "./arguments.js";
import { refusal } from "./error.js";
import type { Selector, Target } from "./messages.js";

/**
 * Name of a user. A string with an `@` is an e-mail address, and every other string an id, as in the arguments of the
 * command. Spaces and tabs around a string are ignored.
 *
 * Id: 1 to 1024 bytes of letters, digits and `._-+~/`, not `.` or `..`. E-mail address: at most 1024 bytes, one `@`, a domain
 * with a dot; letters and digits of any script, and `._-+&#~'/` before the `@`; it begins with a letter, a digit or `_`.
 * Addresses are resolved by reading the list.
 */
export type UserName = string | { readonly id: string } | { readonly email: string };

/**
 * A user to change. `{ id, email }` names the user by id, and is changed only if the user has this address. `expectEmail` says
 * the same for a user who is named otherwise: a target whose user has another address fails with `precondition-failed`, which
 * guards against ids that were mixed up. It applies to this target only: another target that names the same user can still change
 * them.
 */
export type TargetName =
  | UserName
  | { readonly id: string; readonly email: string }
  | { readonly id: string; readonly expectEmail: string }
  | { readonly email: string; readonly expectEmail: string };

/** Checks the id of a single user. */
export function readId(name: string, value: unknown): string {
  const id = text(name, value);
  if (id.includes("@")) {
    throw refusal(
      "invalid-argument",
      `${name} must be the id of a user, not an e-mail address`,
      "`find` looks a user up by address; `contain` and `restore` take addresses",
    );
  }
  return id;
}

/** Reads the name of a user. */
export function readName(name: string, value: unknown): Selector {
  if (typeof value === "string") return readText(name, value);
  const members = new Arguments(name, value, ["id", "email"]);
  const [id, email] = [members.text("id"), members.text("email")];
  if (id !== undefined && email === undefined) return { id };
  if (email !== undefined && id === undefined) return { email };
  throw members.refuse(name, "must have either id or email");
}

/** Reads a user to change. */
export function readTarget(name: string, value: unknown): Target {
  if (typeof value === "string") return { who: readText(name, value) };
  const members = new Arguments(name, value, ["id", "email", "expectEmail"]);
  const [id, email, expectEmail] = [members.text("id"), members.text("email"), members.text("expectEmail")];
  if (id !== undefined && email !== undefined) {
    if (expectEmail === undefined) return { who: { id }, expectEmail: email };
    throw members.refuse(name, "must not have id, email and expectEmail");
  }
  if (id === undefined && email === undefined) throw members.refuse(name, "must have id or email");
  return present<Target>({ who: id === undefined ? { email: email as string } : { id }, expectEmail });
}

function readText(name: string, value: string): Selector {
  const trimmed = text(name, value).replace(/^[ \t]+|[ \t]+$/g, "");
  return trimmed.includes("@") ? { email: trimmed } : { id: trimmed };
}
