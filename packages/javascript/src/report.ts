/** The report of a bulk change. */

import type { ReportFields, Selector, Target } from "./messages.js";
import type { ErrorFields, TargetReport, UserState } from "./types.js";

/** Result of a bulk change. Failed targets are told here, and do not throw. */
export class Report {
  /** One report per target, in the order of the targets. A user named twice is changed once and reported twice. */
  readonly targets: readonly TargetReport[];
  /**
   * Error `precondition-failed` if the whole call was refused because it would have changed more users than `maxChanges`.
   * Nothing was changed then, and those users are `would-change`.
   */
  declare readonly refused?: ErrorFields;
  /** Number of HTTP requests sent for this call, token requests and retries included. */
  readonly requests: number;
  /**
   * Sentences for people about guards that did less than they seem to: names in `protect` that no user has, if the call read
   * the list to its end; users without a look-up, because the application may not get users. Empty if there is nothing to say.
   */
  readonly warnings: readonly string[];
  readonly #named: readonly Target[];
  readonly #opposite: UserState;

  /**
   * @param named - Targets of the call, in its order.
   * @param opposite - State of a user whom the call has to change.
   * @internal
   */
  constructor(fields: ReportFields, named: readonly Target[], opposite: UserState) {
    this.targets = fields.targets;
    if (fields.refused !== undefined) this.refused = fields.refused;
    this.requests = fields.requests;
    this.warnings = fields.warnings;
    this.#named = named;
    this.#opposite = opposite;
  }

  /** True if every target is in the requested state now, or would be changed by a call that is no dry run. */
  get ok(): boolean {
    return this.refused === undefined && !this.targets.some(({ outcome }) => outcome === "failed" || outcome === "skipped");
  }

  /** Reports of the targets that this call changed. */
  get changed(): TargetReport[] {
    return this.targets.filter(({ outcome }) => outcome === "changed");
  }

  /** Reports of the targets that failed. Some may have been changed: see {@link Report.possiblyChanged}. */
  get failed(): TargetReport[] {
    return this.targets.filter(({ outcome }) => outcome === "failed");
  }

  /** Reports of the targets that failed after their change was sent: it may have been made. */
  get possiblyChanged(): TargetReport[] {
    return this.targets.filter(({ error }) => error?.effect === "possibly-applied");
  }

  /**
   * Users to pass to the opposite call to undo this one exactly: those who had the opposite state before, and whose change was
   * or may have been made. Each is named once, by id if the id is known.
   */
  get undo(): Selector[] {
    const names = new Map<string, Selector>();
    for (const [index, { outcome, error, previousState, user }] of this.targets.entries()) {
      const applied = outcome === "changed" || error?.effect === "possibly-applied";
      if (!applied || previousState !== this.#opposite) continue;
      const name = user === undefined ? this.#named[index]?.who : { id: user.id };
      if (name !== undefined) names.set(JSON.stringify(name), name);
    }
    return [...names.values()];
  }
}
