/** Things that are used for one piece of work at a time, and again for a later one. */

/** Pool that makes a thing if none is idle. The one that was used last is used next. */
export class Idle<Thing> {
  readonly #make: () => Thing;
  readonly #isReusable: (thing: Thing) => boolean;
  readonly #max: number;
  readonly #idle: Thing[] = [];

  /**
   * @param isReusable - True if a thing can be used again after its work.
   * @param max - Maximum number of idle things that are kept.
   */
  constructor(make: () => Thing, isReusable: (thing: Thing) => boolean, max = Infinity) {
    this.#make = make;
    this.#isReusable = isReusable;
    this.#max = max;
  }

  /** Runs a piece of work with a thing that nothing else uses meanwhile. */
  async use<Result>(work: (thing: Thing) => Result | Promise<Result>): Promise<Result> {
    const thing = this.#idle.pop() ?? this.#make();
    try {
      return await work(thing);
    } finally {
      if (this.#isReusable(thing) && this.#idle.length < this.#max) this.#idle.push(thing);
    }
  }
}
