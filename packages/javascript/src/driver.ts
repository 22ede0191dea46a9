/** The driver: carries out what the module asks for, and tells it what came of it. */

import { UsersError, refusal } from "./error.js";
import { MALFORMED, STOPPED, explain, type Failure } from "./failure.js";
import { NO_COOKIES_NO_CACHE, discard, headOf, readerOf, type Fetch, type FetchResponse } from "./http.js";
import type { Actions, CallResult, Event, Operation, SendRequest, SettingsSource } from "./messages.js";
import { EventTooLarge, MAX_PIECE, type Step } from "./module.js";
import type { ErrorFields, TargetReport } from "./types.js";

/** Maximum time in milliseconds of a timer in JavaScript. A longer one would end at once. */
const MAX_TIMER = 2 ** 31 - 1;
/** Time in milliseconds that a small body has to arrive, before the module is told of the head without it. */
const HEAD_DELAY = 100;
/** Number of pieces of a body between turns of the event loop: bodies that are in memory already would hold it. */
const PIECES_PER_TURN = 32;

/** The caller's side of a call under way. */
interface Call {
  readonly onSettled: ((report: TargetReport, target: number) => void) | undefined;
  readonly onDone: (result: CallResult) => void;
  /** Number of requests that were sent, without those that surely were not. */
  requests: number;
  /** Number of changes among them. */
  changes: number;
}

/** A request that the module asked for. */
interface Request {
  readonly controller: AbortController;
  readonly call: number;
  readonly isChange: boolean;
  isSent: boolean;
}

/** Signals and callbacks of a call. */
export interface CallHooks {
  /** Ends the call at once. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the call after what is under way. */
  readonly drain?: AbortSignal | undefined;
  /** Is told each target of a bulk change. */
  readonly onSettled?: ((report: TargetReport, target: number) => unknown) | undefined;
}

/** The end of a call: its result, and the reason if a callback of its caller threw. */
export interface CallEnd {
  readonly result: CallResult;
  /** First exception of `onSettled`. */
  readonly thrown?: { readonly reason: unknown };
}

/** Drives one instance of the module. */
export class Driver {
  readonly #step: Step;
  readonly #fetch: Fetch;
  readonly #calls = new Map<number, Call>();
  readonly #requests = new Map<number, Request>();
  /** News for callers, told after everything that is to be carried out. */
  readonly #news: (() => void)[] = [];
  #isCarryingOut = false;
  #lastCall = 0;
  /** Time of the next `tick`. Infinity for none. */
  #wake = Infinity;
  /** Time at which the timer rings. Infinity without a timer. */
  #timerEnd = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Error of the module, after which it is not used any more. */
  #broken: UsersError | undefined;

  /** True if the module failed. Every later call is an error. */
  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  /** True if no call is under way. */
  get isIdle(): boolean {
    return this.#calls.size === 0;
  }

  /**
   * @throws UsersError `not-configured` if the settings are not valid.
   */
  constructor(step: Step, from: SettingsSource, fetch: Fetch) {
    this.#step = step;
    this.#fetch = fetch;
    const seed = Math.floor(Math.random() * 2 ** 32);
    const { error } = step({ configure: { now: now(), from, seed } });
    if (error !== undefined) throw new UsersError(error);
  }

  /**
   * Makes a call.
   *
   * @throws UsersError if the call was not started.
   */
  async call(operation: Operation, { signal, drain, onSettled }: CallHooks = {}): Promise<CallEnd> {
    throwIfStopped({ signal, drain }, "the call was stopped before it started");
    if (this.#broken !== undefined) throw this.#broken;
    const call = this.#newCall();
    const [onAbort, onDrain] = [() => this.#stop(call, true), () => this.#stop(call, false)];
    const waits: Promise<void>[] = [];
    let thrown: CallEnd["thrown"];
    const fail = (reason: unknown): void => {
      thrown ??= { reason };
      onDrain();
    };
    try {
      const result = await new Promise<CallResult>((resolve, reject) => {
        this.#calls.set(call, {
          requests: 0,
          changes: 0,
          onDone: resolve,
          onSettled:
            onSettled &&
            ((report, target) => {
              try {
                const said = onSettled(report, target);
                if (isThenable(said)) waits.push(Promise.resolve(said).then(() => {}, fail));
              } catch (reason) {
                fail(reason);
              }
            }),
        });
        signal?.addEventListener("abort", onAbort);
        drain?.addEventListener("abort", onDrain);
        const error = this.#start(call, operation);
        if (error !== undefined) {
          this.#calls.delete(call);
          reject(new UsersError(error));
        }
      });
      if (waits.length > 0) await Promise.all(waits);
      return { result, ...(thrown && { thrown }) };
    } finally {
      signal?.removeEventListener("abort", onAbort);
      drain?.removeEventListener("abort", onDrain);
    }
  }

  /** A number that no call under way has. */
  #newCall(): number {
    do this.#lastCall = (this.#lastCall + 1) >>> 0;
    while (this.#calls.has(this.#lastCall));
    return this.#lastCall;
  }

  /** Starts a call. Returns the error if the module does not take it. */
  #start(call: number, operation: Operation): ErrorFields | undefined {
    let actions: Actions;
    try {
      actions = this.#step({ start: { now: now(), call, operation } });
    } catch (error) {
      if (error instanceof EventTooLarge) return refusal("invalid-argument", "the arguments are too large");
      this.#break();
      return undefined;
    }
    this.#carryOut(actions);
    return actions.error;
  }

  /**
   * Stops a call. `fetch` is the caller's too: if it stops a call whose later requests are to be sent yet, the module hears that
   * they were not. An end at once takes all requests for sent, so that it is told after them.
   */
  #stop(call: number, atOnce: boolean): void {
    if (!this.#calls.has(call)) return;
    const unsent = [...this.#requests].filter(([, request]) => request.call === call && !request.isSent);
    if (!atOnce || unsent.length > 0) this.#tell({ stop: { now: now(), call, atOnce: false } });
    for (const [id] of unsent) {
      if (this.#requests.delete(id)) this.#tell({ fail: { now: now(), request: id, ...STOPPED } });
    }
    if (atOnce) this.#tell({ stop: { now: now(), call, atOnce } });
  }

  /** Tells the module an event, and carries out its actions. */
  #tell(event: Event, piece?: Uint8Array): void {
    if (this.#broken !== undefined) return;
    let actions: Actions;
    try {
      actions = this.#step(event, piece);
    } catch {
      this.#break();
      return;
    }
    this.#carryOut(actions);
    if (actions.error !== undefined) this.#refused(event);
  }

  /** Ends the request whose response the module cannot read. It can read everything else that is told. */
  #refused(event: Event): void {
    const { answer, body } = event as { answer?: { request: number }; body?: { request: number } };
    const request = (answer ?? body)?.request;
    if (request === undefined) return this.#break();
    this.#cancel(request);
    this.#tell({ fail: { now: now(), request, ...MALFORMED } });
  }

  /**
   * Carries out actions. Callers hear of them last: what runs then may make calls and stop them, and the actions of those are
   * newer than these.
   */
  #carryOut({ cancel = [], send = [], wake = Infinity, settled = [], done = [] }: Actions): void {
    const isOutermost = !this.#isCarryingOut;
    this.#isCarryingOut = true;
    for (const { id } of cancel) this.#cancel(id);
    for (const { id, call, purpose } of send) {
      const isChange = purpose === "suspend" || purpose === "reactivate";
      this.#requests.set(id, { controller: new AbortController(), call, isChange, isSent: false });
    }
    this.#wakeAt(wake);
    for (const { call, target, report } of settled) {
      this.#news.push(() => this.#calls.get(call)?.onSettled?.(report, target));
    }
    for (const { call, result } of done) {
      this.#news.push(() => {
        const ended = this.#calls.get(call);
        this.#calls.delete(call);
        ended?.onDone(result);
      });
    }
    // `fetch` is the caller's too: it may stop a call, whose later requests of this step are not sent then.
    for (const request of send) {
      const open = this.#requests.get(request.id);
      if (open === undefined) continue;
      open.isSent = true;
      this.#count(open, 1);
      void this.#send(request, open.controller);
    }
    if (!isOutermost) return;
    for (let next = this.#news.shift(); next !== undefined; next = this.#news.shift()) next();
    this.#isCarryingOut = false;
  }

  #cancel(id: number): void {
    const request = this.#requests.get(id);
    this.#requests.delete(id);
    request?.controller.abort();
  }

  /** Counts a request of a call, or takes it back. */
  #count({ call, isChange }: Request, more: 1 | -1): void {
    const counted = this.#calls.get(call);
    if (counted === undefined) return;
    counted.requests += more;
    if (isChange) counted.changes += more;
  }

  /** Sends a request, and tells the module of its response. */
  async #send({ id, method, url, headers, body }: SendRequest, controller: AbortController): Promise<void> {
    const { signal } = controller;
    let isAnswered = false;
    try {
      const fetch = this.#fetch;
      const response = await fetch(url, {
        method,
        headers,
        ...(body !== undefined && { body }),
        redirect: "manual",
        ...NO_COOKIES_NO_CACHE,
        signal,
      });
      isAnswered = true;
      if (signal.aborted) discard(response);
      else await this.#receive(id, response, signal);
    } catch (error) {
      const failure = explain(error);
      if (!signal.aborted) this.#fail(id, { ...failure, possiblySent: isAnswered || failure.possiblySent });
      // A response that was not understood still has its connection.
      controller.abort();
    } finally {
      if (this.#requests.get(id)?.controller === controller) this.#requests.delete(id);
    }
  }

  #fail(id: number, failure: Failure): void {
    const request = this.#requests.get(id);
    if (request !== undefined && !failure.possiblySent) this.#count(request, -1);
    this.#tell({ fail: { now: now(), request: id, ...failure } });
  }

  /**
   * Tells the module of a response: a small body with the head, if it is there in time, and others in pieces.
   */
  async #receive(request: number, response: FetchResponse, signal: AbortSignal): Promise<void> {
    const head = headOf(response);
    const read = readerOf(response);
    const answer = (more: boolean, piece?: Uint8Array): void => {
      this.#tell({ answer: { now: now(), request, ...head, more } }, piece);
    };
    const body = (more: boolean, piece?: Uint8Array): void => {
      this.#tell({ body: { now: now(), request, more } }, piece);
    };
    if (read === undefined) return answer(false);
    const beginning = new Beginning();
    let pieces = 0;
    const timer = setTimeout(() => {
      if (!signal.aborted) answer(true, beginning.take());
    }, HEAD_DELAY);
    try {
      for (;;) {
        const piece = await read();
        if (++pieces % PIECES_PER_TURN === 0) await nextTurn();
        if (signal.aborted) return;
        if (piece === undefined) return beginning.isTaken ? body(false) : answer(false, beginning.take());
        if (beginning.add(piece)) continue;
        if (!beginning.isTaken) answer(true, beginning.take());
        for (let start = 0; start < piece.length && !signal.aborted; start += MAX_PIECE) {
          if (start > 0 && ++pieces % PIECES_PER_TURN === 0) await nextTurn();
          if (!signal.aborted) body(true, piece.subarray(start, start + MAX_PIECE));
        }
        if (signal.aborted) return;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sets the timer. It is moved only to an earlier end: one that rings early is set again. */
  #wakeAt(wake: number): void {
    this.#wake = wake;
    if (wake >= this.#timerEnd && wake !== Infinity) return;
    clearTimeout(this.#timer);
    this.#timerEnd = Infinity;
    if (wake === Infinity) return;
    const delay = Math.min(Math.max(Math.ceil(wake - now()), 0), MAX_TIMER);
    this.#timerEnd = wake;
    this.#timer = setTimeout(() => {
      this.#timerEnd = Infinity;
      if (now() < this.#wake) this.#wakeAt(this.#wake);
      else this.#tell({ tick: { now: now() } });
    }, delay);
  }

  /** Ends everything after an error of the module. Changes that were sent may have been made. */
  #break(): void {
    const broken = refusal("other", "the client failed, and cannot be used any more", "make a new client, and report this error");
    this.#broken = broken;
    for (const id of [...this.#requests.keys()]) this.#cancel(id);
    const done = [...this.#calls].map(([call, { requests, changes }]) => {
      const effect = changes > 0 ? "possibly-applied" : "not-applied";
      return { call, result: { error: { ...broken.toJSON(), effect, requests } satisfies ErrorFields } };
    });
    this.#carryOut({ done });
  }
}

/**
 * Looks at the signals of a call that does nothing now.
 *
 * @throws UsersError with this message if one of them was aborted.
 */
export function throwIfStopped({ signal, drain }: CallHooks, message: string): void {
  const ended = signal?.aborted ? signal : drain?.aborted ? drain : undefined;
  if (ended !== undefined) throw refusal("other", message, undefined, { cause: ended.reason as unknown, aborted: true });
}

/** The beginning of a body, which waits for the rest of it. */
class Beginning {
  isTaken = false;
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** Adds a piece. Returns false if it does not fit, or if the beginning was taken. */
  add(piece: Uint8Array): boolean {
    if (this.isTaken || this.#length + piece.length > MAX_PIECE) return false;
    if (piece.length > 0) this.#pieces.push(piece);
    this.#length += piece.length;
    return true;
  }

  /** Takes the pieces as one. */
  take(): Uint8Array | undefined {
    this.isTaken = true;
    const pieces = this.#pieces;
    this.#pieces = [];
    if (pieces.length < 2) return pieces[0];
    const all = new Uint8Array(this.#length);
    let end = 0;
    for (const piece of pieces) {
      all.set(piece, end);
      end += piece.length;
    }
    return all;
  }
}

/** Time of a monotonic clock in milliseconds. */
function now(): number {
  return performance.now();
}

/** Lets the event loop go on: other tasks, timers, input. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
