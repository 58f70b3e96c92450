import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { MemoryAdapter } from "../../../src/storage/memory_adapter.ts";
import { probe } from "../../../src/storage/probe/mod.ts";
import type {
  Capabilities,
  ObjectInfo,
  ObjectVersion,
  StorageAdapter,
  WriteOptions,
} from "../../../src/storage/storage_adapter.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";
import { failure } from "../../helpers/failing_adapter.ts";

/** Returns replacements for some methods of an adapter over memory. */
type Breakage = (memory: MemoryAdapter) => Partial<StorageAdapter>;

function broken(
  breakage: Breakage,
  capabilities: Partial<Capabilities> = {},
): { adapter: StorageAdapter; memory: MemoryAdapter } {
  const memory = new MemoryAdapter({ capabilities });
  const adapter: StorageAdapter = {
    name: memory.name,
    capabilities: memory.capabilities,
    stat: memory.stat.bind(memory),
    read: memory.read.bind(memory),
    write: memory.write.bind(memory),
    ...(memory.append ? { append: memory.append.bind(memory) } : {}),
    delete: memory.delete.bind(memory),
    list: memory.list.bind(memory),
    ...breakage(memory),
  };
  return { adapter, memory };
}

/** Changes the options of every write. */
function rewriting(change: (options: WriteOptions, key: string) => WriteOptions): Breakage {
  return (memory) => ({
    write: (key, body, options = {}) => memory.write(key, body, change(options, key)),
  });
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/**
 * A store that checks a precondition before it writes: right for sequential writes, wrong for
 * concurrent ones.
 */
const checksFirst = (kind: "create" | "swap"): Breakage => (memory) => ({
  async write(key, body, options = {}) {
    const { precondition } = options;
    const isKind = precondition !== undefined &&
      (precondition === "absent") === (kind === "create");
    if (!isKind) return await memory.write(key, body, options);
    const info = await memory.stat(key);
    await tick();
    const met = precondition === "absent" ? info === null : info?.version === precondition.version;
    if (!met) throw failure("Conflict", key, "not-applied");
    return await memory.write(key, body, { ...options, precondition: undefined });
  },
});

const isSwap = ({ precondition }: WriteOptions): boolean => typeof precondition === "object";

const BROKEN: Readonly<Record<string, readonly [saying: string, breakage: Breakage]>> = {
  "ignores conditions": [
    'two of two writes of one key under the precondition "absent" (If-None-Match: *) were accepted',
    rewriting((options) => ({ ...options, precondition: undefined })),
  ],
  "ignores If-Match": [
    "a write under a version that was replaced (If-Match) was accepted",
    rewriting((options) => isSwap(options) ? { ...options, precondition: undefined } : options),
  ],
  "ignores If-Match on missing keys": [
    "to a missing key was accepted",
    rewriting((options, key) =>
      isSwap(options) && key.endsWith("missing") ? { ...options, precondition: undefined } : options
    ),
  ],
  "refuses every If-Match": [
    "a write under the current version (If-Match) was refused",
    rewriting((options) =>
      isSwap(options)
        ? { ...options, precondition: { version: "quoted" as ObjectVersion } }
        : options
    ),
  ],
  "checks before it creates": ["8 of 8 writes at once for one key", checksFirst("create")],
  "checks before it swaps": ["8 of 8 writes at once for one version", checksFirst("swap")],
  "ignores the offset of an append": [
    "an append at the offset 4 to an object of 8 bytes was accepted",
    (memory) => ({
      append: async (key, bytes, options) => {
        const at = (await memory.stat(key))?.size ?? 0;
        return await memory.append!(key, bytes, { ...options, at });
      },
    }),
  ],
  "writes other bytes": [
    "it does not read as it was written",
    (memory) => ({
      write: (key, _, options) => memory.write(key, new Uint8Array(5), options),
    }),
  ],
  "finds no object": ["reads as missing", () => ({ read: () => Promise.resolve(null) })],
  "ignores ranges": [
    "a range of it does not read as it was written",
    (memory) => ({ read: (key, options) => memory.read(key, { ...options, range: undefined }) }),
  ],
  "reports other versions in reads": [
    "the version of a read is not that of the last write",
    (memory) => ({
      async read(key, options) {
        const result = await memory.read(key, options);
        const info = { ...result?.info, version: `"${result?.info.version}"` } as ObjectInfo;
        return result && { ...result, info };
      },
    }),
  ],
  "lists nothing": ["a listing shows other objects", () => ({ list: async function* () {} })],
  "drops metadata": [
    "its content type or its metadata was not kept",
    rewriting(({ metadata: _, ...options }) => options),
  ],
};

for (const [how, [saying, breakage]] of Object.entries(BROKEN)) {
  Deno.test(`probe() finds a storage that ${how}, and cleans up`, async () => {
    const { adapter, memory } = broken(breakage);
    const error = await assertRejects(() => probe(adapter), StorageError);
    assertEquals(error.code, "Misconfigured", error.message);
    assertStringIncludes(error.message, saying);
    assertEquals(await Array.fromAsync(memory.list()), []);
  });
}

Deno.test("probe() accepts a storage that keeps the contract, and leaves no objects", async () => {
  const memory = new MemoryAdapter();
  const report = await probe(memory);
  assertEquals(report.adapter, "memory");
  assertEquals(report.capabilities, memory.capabilities);
  assert(report.checks.every(({ ms }) => ms >= 0));
  assertEquals(await Array.fromAsync(memory.list()), []);
});

Deno.test("probe() checks only declared capabilities", async () => {
  const cases: readonly (readonly [Partial<Capabilities>, readonly string[]])[] = [
    [{ append: "none", versions: "content" }, ["write, read, list", "race to create", "swap"]],
    [{ create: "none", swap: "none", append: "none", metadata: false }, ["write, read, list"]],
  ];
  for (const [capabilities, names] of cases) {
    const report = await probe(new MemoryAdapter({ capabilities }));
    assertEquals(report.checks.map(({ name }) => name), names);
  }
});

Deno.test("probe() takes about ten round trips, including the races", async () => {
  let [now, rounds] = [0, 0];
  const inRounds = (memory: MemoryAdapter): Partial<StorageAdapter> => {
    const counted = async <T>(send: () => Promise<T>): Promise<T> => {
      if (now++ === 0) rounds++;
      await tick();
      now--;
      return await send();
    };
    return {
      stat: (key, options) => counted(() => memory.stat(key, options)),
      read: (key, options) => counted(() => memory.read(key, options)),
      write: (key, body, options) => counted(() => memory.write(key, body, options)),
      delete: (key, options) => counted(() => memory.delete(key, options)),
    };
  };
  const { adapter } = broken(inRounds, { append: "none" });
  const { operations } = await probe(adapter);
  assertLess(rounds, 13);
  assertLess(operations, 35);
});

Deno.test("probe() writes below a prefix, under its own names", async () => {
  const keys = new Set<string>();
  const { adapter } = broken((memory) => ({
    write: (key, body, options) => (keys.add(key), memory.write(key, body, options)),
  }));
  for (const prefix of ["tenants/ada", "tenants/ada/"]) await probe(adapter, { prefix });
  assert(keys.size >= 8);
  for (const key of keys) assert(/^tenants\/ada\/flagstone-probe-[\w-]+\/\w+$/.test(key), key);
});

Deno.test("probe() passes on other errors and its abort, and cleans up", async () => {
  const denying = broken(() => ({ read: () => Promise.reject(failure("PermissionDenied")) }));
  const denied = await assertRejects(() => probe(denying.adapter), StorageError);
  assertEquals(denied.code, "PermissionDenied");
  assertEquals(await Array.fromAsync(denying.memory.list()), []);
  const controller = new AbortController();
  const { adapter, memory } = broken((memory) => ({
    list: (options) => (controller.abort(), memory.list(options)),
  }));
  const { signal } = controller;
  const aborted = await assertRejects(() => probe(adapter, { signal }), StorageError);
  assertEquals(aborted.code, "Aborted");
  assertEquals(await Array.fromAsync(memory.list()), []);
});

Deno.test("probe() accepts that losers of a race get Unavailable, but not that every writer does", async () => {
  const overloaded: Breakage = (memory) => ({
    write: (key, body, options) =>
      memory.write(key, body, options).catch((error) => {
        throw key.endsWith("raced") ? failure("Unavailable", key, "unknown") : error;
      }),
  });
  await probe(broken(overloaded).adapter);
  const dead: Breakage = (memory) => ({
    write: (key, body, options) =>
      key.endsWith("raced")
        ? Promise.reject(failure("Unavailable", key, "unknown"))
        : memory.write(key, body, options),
  });
  const error = await assertRejects(() => probe(broken(dead).adapter), StorageError);
  assertEquals(error.code, "Unavailable");
});
