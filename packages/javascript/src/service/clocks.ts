/** `wasi:clocks` 0.2. */

import { Pollable, Signal } from "./io.js";

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
/** Maximum delay of `setTimeout` in milliseconds. A longer one would end at once. */
const MAX_DELAY = 2 ** 31 - 1;

let origin: bigint | undefined;
let last = 0n;

/**
 * Time of a monotonic clock in nanoseconds. Grows with each call.
 *
 * Its origin is random: the service makes ids of requests from its clocks, and those of Cloudflare Workers stand still while code
 * runs.
 */
function now(): bigint {
  // Not before the first request: Cloudflare Workers have no random numbers until then.
  origin ??= BigInt(crypto.getRandomValues(new Uint32Array(1))[0] as number) << 24n;
  const time = origin + BigInt(Math.round(performance.now() * 1e6));
  last = time > last ? time : last + 1n;
  return last;
}

/** A pollable that is ready after a time in nanoseconds. */
function subscribeDuration(duration: bigint): Pollable {
  const signal = new Signal();
  // Rounded up: a time that is not over yet must not be told as over.
  const delay = Number((duration + NANOSECONDS_PER_MILLISECOND - 1n) / NANOSECONDS_PER_MILLISECOND);
  const timer = setTimeout(() => signal.set(), Math.min(delay, MAX_DELAY));
  return new Pollable(signal, () => clearTimeout(timer));
}

/** `wasi:clocks/monotonic-clock`. */
export const monotonicClock = { now, subscribeDuration };

/** `wasi:clocks/wall-clock`. */
export const wallClock = {
  now(): { seconds: bigint; nanoseconds: number } {
    const milliseconds = Date.now();
    return { seconds: BigInt(Math.floor(milliseconds / 1000)), nanoseconds: (milliseconds % 1000) * 1e6 };
  },
};
