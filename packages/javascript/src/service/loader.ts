/** The compiled modules of the component, as the entry for a runtime loads them. */

type Modules = (name: string) => WebAssembly.Module;

let load: Modules | undefined;
const loaded = new Map<string, WebAssembly.Module>();

/** Sets the function that compiles a module. It is called once for each. */
export function setServiceLoader(loader: Modules): void {
  load = loader;
}

/** The compiled modules, by name. */
export function serviceModules(): Modules {
  return (name) => {
    const module = loaded.get(name) ?? load?.(name);
    if (module === undefined) throw new Error(`${name} is missing: import \`onepassword-users/service\``);
    loaded.set(name, module);
    return module;
  };
}
