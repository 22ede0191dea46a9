/** Standard error of the instances: lines of the audit and the log. */

/** Maximum length of a line in bytes. A longer one is cut into several. */
const MAX_LINE = 1 << 20;
/** Maximum number of lines that are kept for a function that takes none. */
const MAX_UNWRITTEN = 1000;
const LINE_FEED = 0x0a;

/** Lines on their way to the function that takes them. What it does not take is kept, and offered again before the next change. */
export class Log {
  readonly #take: (line: string) => void;
  readonly #unwritten: string[] = [];

  /** @param take - Takes a line. Throws if it cannot. */
  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  /** Writes a line. Throws if it could not be written yet. */
  write(line: string): void {
    if (this.#unwritten.length < MAX_UNWRITTEN) this.#unwritten.push(line);
    this.flush();
  }

  /** Writes what was kept. Throws if that is not possible. */
  flush(): void {
    for (let next = this.#unwritten[0]; next !== undefined; next = this.#unwritten[0]) {
      this.#take(next);
      this.#unwritten.shift();
    }
  }
}

/** Lines out of the bytes of an instance. */
export class Lines {
  readonly #log: Log;
  #bytes: number[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** Takes bytes. Throws if a line could not be written yet. */
  write(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte !== LINE_FEED) this.#bytes.push(byte);
      if (byte === LINE_FEED || this.#bytes.length === MAX_LINE) this.#end();
    }
  }

  #end(): void {
    const line = new TextDecoder().decode(Uint8Array.from(this.#bytes));
    this.#bytes = [];
    this.#log.write(line);
  }
}
