import { LocalFsAdapter } from "../../src/storage/local_fs_adapter.ts";
import { limited } from "../../src/storage/limited.ts";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import { observed } from "../../src/storage/observed.ts";
import { prefixed } from "../../src/storage/prefixed.ts";
import { retrying } from "../../src/storage/retrying.ts";
import type { Capabilities, StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { conformance, type TestRunner } from "../../src/storage/testing.ts";
import { timed } from "../../src/storage/timed.ts";
import { tellExactMemory } from "../helpers/exact_memory.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { withoutLongestKeys } from "../helpers/without_longest_keys.ts";

tellExactMemory();

/** How a wrapper is put around an adapter, and what runs the suite over it. */
interface Wrapping {
  readonly wrap: (adapter: StorageAdapter) => StorageAdapter;
  readonly test?: TestRunner;
}

const WRAPPINGS: Readonly<Record<string, Wrapping>> = {
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
  },
  "prefixed(timed(retrying(limited(observed())))": {
    wrap: (adapter) =>
      prefixed(timed(retrying(limited(observed(adapter, () => {}), 3)), 60_000), "a/b/"),
    test: withoutLongestKeys,
  },
};

const NARROWED: Readonly<Record<string, Partial<Capabilities>>> = {
  "": {},
  " narrowed to nothing": { create: "none", swap: "none", append: "none", metadata: false },
};

function overMemory(name: string, { wrap, test }: Wrapping): void {
  for (const [how, capabilities] of Object.entries(NARROWED)) {
    conformance(
      `${name} keeps the contract over MemoryAdapter${how}`,
      () => ({ adapter: wrap(new MemoryAdapter({ capabilities })), holdsBytesInMemory: true }),
      { test },
    );
  }
}

function overLocalFs(name: string, { wrap, test }: Wrapping): void {
  conformance(`${name} keeps the contract over LocalFsAdapter`, () => {
    const dir = new TempDir();
    const open = () => wrap(new LocalFsAdapter({ root: `${dir.path}/root` }));
    return { adapter: open(), second: open, dispose: () => dir[Symbol.asyncDispose]() };
  }, { test, increments: 20 });
}

for (const [name, wrapping] of Object.entries(WRAPPINGS)) {
  overMemory(name, wrapping);
  overLocalFs(name, wrapping);
}
