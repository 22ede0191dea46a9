/** The compiled modules of the component by name, for runtimes that import them. The build writes it. */
declare const modules: Readonly<Record<string, WebAssembly.Module>>;
export default modules;
