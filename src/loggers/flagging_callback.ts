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
 * Keeps flagged samples. Extend it for a custom logger; `FlagMethod` and `flagMethods()` accept any
 * subclass.
 *
 * @typeParam Setup The parameters of `setup()`
 * @typeParam Flag The parameters of `flag()`
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
  /** Sets the components of the samples and where to log. Call it before the first `flag()`. */
  abstract setup(...args: Setup): Promise<void>;

  /**
   * Keeps one sample.
   *
   * @returns The number of samples. If it resolves, the sample is kept; if it rejects, the caller
   * must not assume that it is kept.
   */
  abstract flag(...args: Flag): Promise<number>;

  /** Waits until every flagged sample is kept or rejected. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  /** Ends the use of the callback, after {@linkcode FlaggingCallback.flush}. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }
}
