/** Checks of arguments: a wrong type or an unknown name is refused before anything is sent. The module checks the values. */

import { refusal, type UsersError } from "./error.js";
import type { ErrorCode } from "./types.js";

/** Half of a character, which cannot be written in UTF-8. */
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Maximum of the contract's numbers, which are of 32 bits. */
const MAX_NUMBER = 2 ** 32 - 1;

/** Reads the members of one argument. */
export class Arguments {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #prefix: string;
  readonly #code: ErrorCode;

  /**
   * @param name - Name of the argument, for errors. Empty if its members are known by their own names.
   * @param names - Names of all members that there are.
   * @throws UsersError if it is not an object, or has other members that are not undefined.
   */
  constructor(name: string, value: unknown, names: readonly string[], code: ErrorCode = "invalid-argument") {
    this.#prefix = name === "" ? "" : `${name}.`;
    this.#code = code;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw this.refuse(name === "" ? "options" : name, "must be an object");
    }
    this.#values = value as Record<string, unknown>;
    for (const key of Object.keys(value)) {
      if (names.includes(key) || this.#values[key] === undefined) continue;
      throw refusal(code, `unknown option ${JSON.stringify(this.#prefix + key)}`, `options are: ${names.join(", ")}`);
    }
  }

  /** Error for a member. */
  refuse(name: string, problem: string): UsersError {
    return refusal(this.#code, `${name} ${problem}`);
  }

  /** Value of a member. Undefined for one that is left out. */
  get(name: string): unknown {
    return this.#values[name];
  }

  /** A text. */
  text(name: string): string | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : text(this.#prefix + name, value, this.#code);
  }

  /** One of some words. */
  word<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.get(name);
    if (value === undefined || words.includes(value as Word)) return value as Word | undefined;
    throw this.refuse(this.#prefix + name, `must be one of ${words.map((word) => JSON.stringify(word)).join(", ")}`);
  }

  /** A whole number that the contract can hold. */
  number(name: string, max = MAX_NUMBER): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max) return value as number;
    throw this.refuse(this.#prefix + name, `must be a whole number from 0 to ${max}`);
  }

  /** True or false. */
  flag(name: string): boolean | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === "boolean") return value;
    throw this.refuse(this.#prefix + name, "must be true or false");
  }

  /** A signal. */
  signal(name: string): AbortSignal | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value) {
      return value as AbortSignal;
    }
    throw this.refuse(this.#prefix + name, "must be an AbortSignal");
  }

  /** A function. */
  function<Type extends (...args: never[]) => unknown>(name: string): Type | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === "function") return value as Type | undefined;
    throw this.refuse(this.#prefix + name, "must be a function");
  }
}

/** Checks a text. */
export function text(name: string, value: unknown, code: ErrorCode = "invalid-argument"): string {
  if (typeof value !== "string") {
    throw refusal(code, `${name} must be a string${value === undefined ? ", and is undefined" : ""}`);
  }
  if (LONE_SURROGATE.test(value)) throw refusal(code, `${name} must be valid Unicode`);
  return value;
}

/** Leaves out members that are undefined. */
export function present<Type extends object>(values: { [Key in keyof Type]: Type[Key] | undefined }): Type {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Type;
}
