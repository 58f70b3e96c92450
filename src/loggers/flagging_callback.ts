import type { Component } from "../components/component.ts";

/**
 * The inputs and outputs that samples have: components, or labels for plain values.
 *
 * @category Loggers
 */
export type Components = readonly (Component | string | null)[];

/**
 * A value for each component, in their order.
 *
 * @category Loggers
 */
export type Sample = readonly unknown[];

/**
 * Keeps flagged samples: the class to extend for a logger of one's own. `FlagMethod` and
 * `flagMethods()` take any of them.
 *
 * @typeParam Setup What `setup()` takes
 * @typeParam Flag What `flag()` takes
 *
 * @category Loggers
 *
 * @example A callback that counts
 * ```ts
 * import { FlaggingCallback } from "@flagstone/flagging";
 * import { assertEquals } from "@std/assert";
 *
 * class Counter extends FlaggingCallback {
 *   #total = 0;
 *   setup(): Promise<void> {
 *     return Promise.resolve();
 *   }
 *   flag(): Promise<number> {
 *     return Promise.resolve(++this.#total);
 *   }
 * }
 *
 * await using counter = new Counter();
 * await counter.setup();
 * assertEquals(await counter.flag(), 1);
 * ```
 */
export abstract class FlaggingCallback<
  Setup extends unknown[] = [components: Components, flaggingDir?: string | URL],
  Flag extends unknown[] = [data: Sample, flagOption?: string | null, username?: string | null],
> implements AsyncDisposable {
  /** Tells what will be flagged, and where to. Called before the first `flag()`. */
  abstract setup(...args: Setup): Promise<void>;

  /**
   * Keeps one sample.
   *
   * @returns How many samples there are now. Once it resolves the sample is kept; where it rejects,
   * the caller must not take it for kept.
   */
  abstract flag(...args: Flag): Promise<number>;

  /** Waits until every sample that was flagged is kept or was rejected. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  /** Ends the use of the callback, after {@linkcode FlaggingCallback.flush}. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }
}
