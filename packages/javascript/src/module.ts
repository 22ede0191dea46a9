/** The functions of `onepassword_users_steps.wasm`: an event in, actions out. */

import type { Actions, Event } from "./messages.js";

/** Version of the messages and of the module's functions. */
const VERSION = 1;
/** Maximum size of a piece of a body in bytes. */
export const MAX_PIECE = 64 * 1024;
/** Size in bytes of the inbox for all events but those with long lists: a piece of a body and the line before it. */
const INBOX = MAX_PIECE + 4096;
/** Maximum length in bytes of a UTF-16 unit in UTF-8. */
const MAX_UNIT = 3;

const NOTHING = new Uint8Array();
const LINE_FEED = 0x0a;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Exports of the module. All numbers are `i32`. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  version(): number;
  inbox(size: number): number;
  event(size: number): number;
}

/** An event for which the module has no memory. */
export class EventTooLarge extends Error {}

/** Takes an event and a piece of a body; returns the actions. */
export type Step = (event: Event, piece?: Uint8Array) => Actions;

/**
 * Makes an instance of the module.
 *
 * @throws Error if it is not the module of this package.
 */
export function instantiate(module: WebAssembly.Module): Step {
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  if (exports.version() !== VERSION) {
    throw new Error(`the module has version ${exports.version()} of its messages, and this package has ${VERSION}`);
  }
  let room = 0;
  let address = 0;

  function reserve(size: number): void {
    room = 0;
    address = exports.inbox(size) >>> 0;
    if (address === 0) throw new EventTooLarge(`the module has no memory for an event of ${size} bytes`);
    room = size;
  }

  /** Writes the line of an event, and returns its end. The room after it suffices for a piece. */
  function write(line: string, piece: number): number {
    if (line.length * MAX_UNIT + 1 + piece <= INBOX) {
      if (room !== INBOX) reserve(INBOX);
      return encoder.encodeInto(line, new Uint8Array(exports.memory.buffer, address, room)).written;
    }
    const bytes = encoder.encode(line);
    reserve(bytes.length + 1 + piece);
    new Uint8Array(exports.memory.buffer, address, room).set(bytes);
    return bytes.length;
  }

  /** Reads the actions, and overwrites them: they contain tokens. */
  function read(start: number): Actions {
    const length = new DataView(exports.memory.buffer).getUint32(start, true);
    const bytes = new Uint8Array(exports.memory.buffer, start + 4, length);
    const text = decoder.decode(bytes);
    bytes.fill(0);
    return JSON.parse(text) as Actions;
  }

  return (event, piece = NOTHING) => {
    let end = write(JSON.stringify(event), piece.length);
    if (piece.length > 0) {
      const inbox = new Uint8Array(exports.memory.buffer, address, room);
      inbox[end] = LINE_FEED;
      inbox.set(piece, end + 1);
      end += 1 + piece.length;
    }
    return read(exports.event(end) >>> 0);
  };
}
