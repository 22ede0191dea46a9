// Mends what jco writes, for instances that are kept for long and for runtimes that compile nothing at run time. Each mend
// names what it looks for and how often that occurs: if jco writes something else, the build fails.

/** A helper module, inlined as bytes. workerd compiles no module at run time. */
const INLINED = /new WebAssembly\.Module\(\s*new Uint8Array\(\[([\s\d,xa-f]*)\]\)\s*\)/g;
/** A set that is never read, and grows by one number with each resource of each call. */
const GROWING = /^\s*table\._createdReps\.add\(rep\);$/gm;
/** Messages for debugging jco. They read a variable of the process at every step, which is slow, and which Deno asks about. */
const DEBUGGING = /const _debugLog = \(\.\.\.args\) => \{\s*if \(!globalThis\?\.process\?\.env\?\.JCO_DEBUG\) \{ return; \}\s*console\.debug\(\.\.\.args\);\s*\};?/g;
/** Loading of modules by URL, if the caller gives no function for it. Bundlers look for the files then. */
const LOADING = /^if \(!getCoreModule\) getCoreModule = .*$/gm;

/** What must be gone: each would fail later, in one of the runtimes. */
const FORBIDDEN = [/new WebAssembly\.Module\(/, /_createdReps\.add/, /\bprocess\b[?.]/, /import\.meta/, /\beval\(/, /new Function\(/];

/**
 * Mends the source of a component.
 *
 * @param source - JavaScript as jco writes it.
 * @param name - Name of the component, for its files.
 * @returns The source, and the modules that were inlined in it, by the names with which it asks for them.
 */
export function mend(source, name) {
  const modules = [];
  const replace = (what, pattern, count, by) => {
    const found = source.match(pattern)?.length ?? 0;
    if (found !== count) throw new Error(`${what}: found ${found} times instead of ${count}; jco writes something new`);
    source = source.replace(pattern, by);
  };
  replace("a helper module", INLINED, 1, (_, bytes) => {
    const file = `${name}.helper${modules.length}.wasm`;
    modules.push([file, Uint8Array.from(bytes.split(",").map((byte) => byte.trim()).filter(Boolean), Number)]);
    return `getCoreModule(${JSON.stringify(file)})`;
  });
  replace("the set that grows", GROWING, 1, "");
  replace("debugging", DEBUGGING, 1, "const _debugLog = () => {};");
  replace("loading", LOADING, 1, "");
  replace("fetching", /^const fetchCompile = .*$/gm, 1, "");
  for (const pattern of FORBIDDEN) if (pattern.test(source)) throw new Error(`${pattern} is left; jco writes something new`);
  return { source, modules };
}
