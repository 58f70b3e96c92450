import { limited } from "../../src/storage/wrappers/limited.ts";
import { observed } from "../../src/storage/wrappers/observed.ts";
import { prefixed } from "../../src/storage/wrappers/prefixed.ts";
import { retrying } from "../../src/storage/wrappers/retrying.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import type { ConformanceSettings, TestRunner } from "../../src/testing/mod.ts";
import { timed } from "../../src/storage/wrappers/timed.ts";
import { withoutLongestKeys } from "./without_longest_keys.ts";

/** How to wrap an adapter, and how to run the suite over it. */
export interface Wrapping {
  /** Wraps an adapter. */
  readonly wrap: (adapter: StorageAdapter) => StorageAdapter;
  /** Registers the suite instead of Deno.test. */
  readonly test?: TestRunner;
  /** Whether it is a stack of all wrappers. */
  readonly isStack?: boolean;
}

/** Settings for wrappers over adapters that pass the full suite by themselves. */
export const WRAPPER_SETTINGS: ConformanceSettings = {
  overwrites: 200,
  increments: 20,
  operations: 100,
  streamBytes: 16 * 1024 * 1024,
};

/** Each wrapper alone, and two stacks of all of them. */
export const WRAPPINGS: Readonly<Record<string, Wrapping>> = {
  "prefixed()": { wrap: (adapter) => prefixed(adapter, "some/where"), test: withoutLongestKeys },
  'prefixed() with ""': { wrap: (adapter) => prefixed(adapter, "") },
  "retrying()": { wrap: (adapter) => retrying(adapter) },
  "timed()": { wrap: (adapter) => timed(adapter, 60_000) },
  "limited()": { wrap: (adapter) => limited(adapter, 2) },
  "observed()": { wrap: (adapter) => observed(adapter, () => {}) },
  "observed(limited(retrying(timed(prefixed())))": {
    wrap: (adapter) =>
      observed(limited(retrying(timed(prefixed(adapter, "a"), 60_000)), 3), () => {
        throw new Error("a hook that throws");
      }),
    test: withoutLongestKeys,
    isStack: true,
  },
  "prefixed(timed(retrying(limited(observed())))": {
    wrap: (adapter) =>
      prefixed(timed(retrying(limited(observed(adapter, () => {}), 3)), 60_000), "a/b/"),
    test: withoutLongestKeys,
    isStack: true,
  },
};
