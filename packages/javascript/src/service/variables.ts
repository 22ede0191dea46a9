/** Settings of the service as the variables of the component's environment. */

/** Settings by name. */
export type Settings = Readonly<Record<string, unknown>>;

/** Beginnings of the names of settings. */
const PREFIXES = ["OP_USERS_", "OP_SERVICE_"];

/**
 * Variables of the settings, in the order of their names.
 *
 * @throws TypeError if a setting is no text, number or boolean.
 */
export function variablesOf(settings: Settings): [string, string][] {
  if (typeof settings !== "object" || settings === null) throw new TypeError("settings: must be an object");
  const names = Object.keys(settings).filter((name) => PREFIXES.some((prefix) => name.startsWith(prefix)));
  return names.sort().flatMap((name): [string, string][] => {
    const value = settings[name];
    if (value === undefined) return [];
    if (!["string", "number", "boolean"].includes(typeof value)) throw new TypeError(`${name}: must be a text`);
    return [[name, String(value)]];
  });
}
