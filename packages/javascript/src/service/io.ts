/** `wasi:io` 0.2: pollables, and streams over those of the runtime. */

/** Name of the method that the component calls when it drops a resource. Runtimes that lack `Symbol.dispose` get jco's own. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("dispose");

/** Number of bytes that a stream accepts in one write, as `blocking-write-and-flush` does. */
const WRITE_SIZE = 4096n;

/** An event that happens once. */
export class Signal {
  #isSet = false;
  readonly #listeners = new Set<() => void>();

  get isSet(): boolean {
    return this.#isSet;
  }

  set(): void {
    this.#isSet = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  /** Calls a function when the event happens. Returns a function that takes that back. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** A signal that the component can wait for. */
export class Pollable {
  readonly #signal: Signal;
  readonly #onDrop: (() => void) | undefined;

  /** @param onDrop - Called when the component does not wait any more. */
  constructor(signal: Signal, onDrop?: () => void) {
    this.#signal = signal;
    this.#onDrop = onDrop;
  }

  /** A pollable that is ready. */
  static ready(): Pollable {
    const signal = new Signal();
    signal.set();
    return new Pollable(signal);
  }

  ready(): boolean {
    return this.#signal.isSet;
  }

  /** Calls a function when the pollable is ready. Returns a function that takes that back. */
  listen(listener: () => void): () => void {
    return this.#signal.listen(listener);
  }

  [dispose](): void {
    this.#onDrop?.();
  }
}

/** Waits until a pollable is ready. Returns the indexes of all that are. */
export async function poll(pollables: readonly Pollable[]): Promise<Uint32Array> {
  if (pollables.length === 0) throw new Error("poll: there is nothing to wait for");
  if (!pollables.some((pollable) => pollable.ready())) {
    let forget: (() => void)[] = [];
    await new Promise<void>((resolve) => {
      forget = pollables.map((pollable) => pollable.listen(resolve));
    });
    for (const each of forget) each();
  }
  return Uint32Array.from(pollables.flatMap((pollable, index) => (pollable.ready() ? [index] : [])));
}

/** Error of a stream. The component does not look into it. */
export class IoError {}

/** An error of a stream in the form that the component's bindings return. */
const FAILED = { tag: "last-operation-failed", val: new IoError() } as const;
const CLOSED = { tag: "closed" } as const;
type StreamEnd = typeof FAILED | typeof CLOSED;

/** Bytes of a body, piece by piece. */
export class InputStream {
  readonly #read: () => Promise<Uint8Array | undefined>;
  readonly #cancel: () => void;
  #piece: Uint8Array | undefined;
  #pending: Signal | undefined;
  #end: StreamEnd | undefined;

  /**
   * @param read - Reads a piece; undefined at the end.
   * @param cancel - Gives up what was not read. Called once.
   */
  constructor(read: () => Promise<Uint8Array | undefined>, cancel: () => void) {
    this.#read = read;
    this.#cancel = cancel;
  }

  /**
   * Bytes that are there. None if the component has to wait.
   *
   * @throws `stream-error` at the end, or if the body broke off.
   */
  read(length: bigint): Uint8Array {
    if (this.#piece === undefined) {
      if (this.#end !== undefined) throw this.#end;
      this.#next();
      return new Uint8Array();
    }
    const size = Math.min(Number(length), this.#piece.length);
    const bytes = this.#piece.subarray(0, size);
    this.#piece = size < this.#piece.length ? this.#piece.subarray(size) : undefined;
    return bytes;
  }

  subscribe(): Pollable {
    if (this.#piece !== undefined || this.#end !== undefined) return Pollable.ready();
    return new Pollable(this.#next());
  }

  [dispose](): void {
    if (this.#end === undefined) this.#cancel();
    this.#end = CLOSED;
  }

  /** The piece that is being read, or the next one. */
  #next(): Signal {
    if (this.#pending !== undefined) return this.#pending;
    const signal = new Signal();
    this.#pending = signal;
    const settle = (piece: Uint8Array | undefined, end?: StreamEnd): void => {
      this.#pending = undefined;
      if (piece !== undefined && piece.length > 0) this.#piece = piece;
      this.#end ??= end;
      signal.set();
    };
    this.#read().then(
      (piece) => (piece === undefined ? settle(piece, CLOSED) : settle(piece)),
      () => settle(undefined, FAILED),
    );
    return signal;
  }
}

/** A place for bytes that takes everything at once. */
export class OutputStream {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #check: (() => void) | undefined;

  /**
   * What these functions throw is told the component as a failure of the stream.
   *
   * @param write - Takes bytes. They are its own.
   * @param check - Throws if bytes cannot be taken at present.
   */
  constructor(write: (bytes: Uint8Array) => void, check?: () => void) {
    this.#write = write;
    this.#check = check;
  }

  checkWrite(): bigint {
    try {
      this.#check?.();
    } catch {
      throw FAILED;
    }
    return WRITE_SIZE;
  }

  write(bytes: Uint8Array): void {
    // The component's memory is used again after this call.
    const copy = bytes.slice();
    try {
      this.#write(copy);
    } catch {
      throw FAILED;
    }
  }

  blockingWriteAndFlush(bytes: Uint8Array): void {
    this.write(bytes);
  }

  flush(): void {}

  subscribe(): Pollable {
    return Pollable.ready();
  }
}
