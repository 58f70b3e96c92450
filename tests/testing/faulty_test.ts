import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter, WriteOptions } from "../../src/storage/storage_adapter.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import {
  conformance,
  faulty,
  type FaultyAdapter,
  type FaultyOptions,
} from "../../src/testing/mod.ts";

for (
  const [how, options] of Object.entries<FaultyOptions>({
    "without faults": {},
    "that is slow and chops": { slow: 0.02, slowMs: 2, chop: 50_000 },
  })
) {
  conformance(`faulty() ${how} keeps the contract`, () => ({
    adapter: faulty(new MemoryAdapter(), options),
    holdsBytesInMemory: true,
  }));
}

const bytes = (text: string) => new TextEncoder().encode(text);

async function text(adapter: StorageAdapter, key: string): Promise<string | null> {
  const found = await adapter.read(key);
  return found && await new Response(found.body).text();
}

async function errorOf(promise: Promise<unknown>): Promise<StorageError> {
  return await assertRejects(() => promise, StorageError);
}

/** Each way to change a store that holds "a", with the result. */
const MUTATIONS: readonly (readonly [(on: StorageAdapter) => Promise<unknown>, string | null])[] = [
  [(on) => on.write("a", bytes("new")), "new"],
  [(on) => on.write("a", new Blob(["new"]).stream()), "new"],
  [(on) => on.append?.("a", bytes("+"), { at: 3 }) ?? Promise.reject(), "old+"],
  [(on) => on.delete("a"), null],
];

async function withOld(options: FaultyOptions): Promise<[MemoryAdapter, FaultyAdapter]> {
  const memory = new MemoryAdapter();
  await memory.write("a", bytes("old"));
  return [memory, faulty(memory, options)];
}

Deno.test("faulty() loses a request before it arrives", async () => {
  for (const [mutate] of MUTATIONS) {
    const [memory, storage] = await withOld({ lostRequest: 1 });
    const { code, outcome, key, adapter } = await errorOf(mutate(storage));
    assertEquals([code, outcome, key, adapter], ["Unavailable", "unknown", "a", "memory"]);
    await storage.settle();
    assertEquals(await text(memory, "a"), "old");
    assertEquals(storage.injected.lostRequests, 1);
  }
});

Deno.test("faulty() loses the answer of an applied request", async () => {
  for (const [mutate, after] of MUTATIONS) {
    const [memory, storage] = await withOld({ lostAnswer: 1 });
    const { code, outcome } = await errorOf(mutate(storage));
    assertEquals([code, outcome], ["Unavailable", "unknown"]);
    assertEquals(await text(memory, "a"), after);
    assertEquals(storage.injected.lostAnswers, 1);
  }
});

Deno.test("faulty() loses the answer that is a Conflict", async () => {
  const [, storage] = await withOld({ lostAnswer: 1 });
  const precondition = "absent";
  const { code, outcome } = await errorOf(storage.write("a", bytes("new"), { precondition }));
  assertEquals([code, outcome], ["Unavailable", "unknown"]);
});

Deno.test("faulty() lets a late request arrive after later operations", async () => {
  for (const [mutate, after] of MUTATIONS) {
    const [memory, storage] = await withOld({ lateRequest: 1, lateBy: 3 });
    const { code, outcome } = await errorOf(mutate(storage));
    assertEquals([code, outcome], ["Unavailable", "unknown"]);
    assertEquals(await text(memory, "a"), "old");
    for (let i = 0; i < 3; i++) await storage.stat("other");
    assertEquals(await text(memory, "a"), after);
    assertEquals(storage.injected.lateRequests, 1);
  }
});

Deno.test("faulty() copies the bytes of a late request", async () => {
  const [memory, storage] = await withOld({ lateRequest: 1 });
  const body = bytes("new");
  await errorOf(storage.write("a", body));
  const row = bytes("row");
  await errorOf(storage.append?.("b", row, { at: 0 }) ?? Promise.resolve());
  body.fill(0);
  row.fill(0);
  await storage.settle();
  assertEquals([await text(memory, "a"), await text(memory, "b")], ["new", "row"]);
});

Deno.test("faulty() does not hear that a late request is refused, nor its signal", async () => {
  const [memory, storage] = await withOld({ lateRequest: 1 });
  const stale = (await memory.stat("a"))?.version;
  assert(stale !== undefined);
  const controller = new AbortController();
  const { signal } = controller;
  await errorOf(storage.write("a", bytes("stale"), { precondition: { version: stale } }));
  await errorOf(storage.write("b", bytes("late"), { signal }));
  controller.abort();
  await memory.write("a", bytes("other"));
  await storage.settle();
  assertEquals([await text(memory, "a"), await text(memory, "b")], ["other", "late"]);
});

Deno.test("faulty() lets late requests arrive before its disposal", async () => {
  const memory = new MemoryAdapter();
  let disposed = false;
  const storage = faulty({
    name: memory.name,
    capabilities: memory.capabilities,
    stat: memory.stat.bind(memory),
    read: memory.read.bind(memory),
    write: (key, body, options) => {
      assert(!disposed);
      return memory.write(key, body, options);
    },
    delete: memory.delete.bind(memory),
    list: memory.list.bind(memory),
    [Symbol.asyncDispose]: () => Promise.resolve(void (disposed = true)),
  }, { lateRequest: 1 });
  await errorOf(storage.write("a", bytes("late")));
  await storage[Symbol.asyncDispose]?.();
  assert(disposed);
  assertEquals(await text(memory, "a"), "late");
});

Deno.test("faulty() refuses at once a request that would never be sent", async () => {
  const refused: readonly (readonly [string, string, unknown, WriteOptions?])[] = [
    ["InvalidKey", "../a", bytes("x")],
    ["InvalidArgument", "a", "text"],
    ["InvalidArgument", "a", bytes("x"), { size: 2 }],
    ["Aborted", "a", bytes("x"), { signal: AbortSignal.abort() }],
    ["Unsupported", "a", bytes("x"), { metadata: {} }],
  ];
  for (const fault of ["lostRequest", "lostAnswer", "lateRequest"] as const) {
    const memory = new MemoryAdapter({ capabilities: { metadata: false } });
    const storage = faulty(memory, { [fault]: 1 });
    for (const [expected, key, body, options] of refused) {
      const { code, outcome } = await errorOf(storage.write(key, body as Uint8Array, options));
      assertEquals([code, outcome], [expected, "not-applied"], fault);
    }
    assertEquals(Object.values(storage.injected).every((count) => count === 0), true, fault);
  }
});

Deno.test("faulty() loses reads, and never reports an absence", async () => {
  const [, storage] = await withOld({ lostRead: 1 });
  assertEquals((await errorOf(storage.stat("missing"))).code, "Unavailable");
  assertEquals((await errorOf(storage.read("missing"))).code, "Unavailable");
  assertEquals((await errorOf(Array.fromAsync(storage.list()))).code, "Unavailable");
  assertEquals((await errorOf(storage.stat("a//b"))).code, "InvalidKey");
  assertEquals(storage.injected.lostReads, 3);
});

Deno.test("faulty() breaks a listing off after some entries", async () => {
  const memory = new MemoryAdapter();
  for (let i = 0; i < 30; i++) await memory.write(`${i}`, bytes("x"));
  const storage = faulty(memory, { lostRead: 1 });
  const lengths = new Set<number>();
  for (let i = 0; i < 50; i++) {
    const listed: string[] = [];
    const list = async () => {
      for await (const { key } of storage.list()) listed.push(key);
    };
    await errorOf(list());
    lengths.add(listed.length);
  }
  assertGreater(lengths.size, 5);
  assertLess(Math.max(...lengths), 10);
});

Deno.test("faulty() breaks a body off, and never ends it short", async () => {
  const memory = new MemoryAdapter();
  await memory.write("a", bytes("x".repeat(1000)));
  await memory.write("empty", bytes(""));
  const storage = faulty(memory, { brokenBody: 1 });
  for (const key of [...Array(20).fill("a"), "empty"]) {
    const { code } = await errorOf(text(storage, key));
    assertEquals(code, "Unavailable");
  }
  assertEquals(storage.injected.brokenBodies, 21);
});

Deno.test("faulty() chops bodies", async () => {
  const memory = new MemoryAdapter();
  const body = crypto.getRandomValues(new Uint8Array(1000));
  await memory.write("a", body);
  for (const chop of [1, 7]) {
    const found = await faulty(memory, { chop }).read("a");
    const chunks = await Array.fromAsync(found?.body ?? []);
    assertEquals(chunks.flatMap((chunk) => [...chunk]), [...body]);
    assertEquals(Math.max(...chunks.map(({ length }) => length)), chop);
    assertEquals(Math.min(...chunks.map(({ length }) => length)), 1);
  }
});

Deno.test("faulty() frees a body that is cancelled", async () => {
  const memory = new MemoryAdapter();
  let reason: unknown;
  const body = new ReadableStream({ cancel: (given) => void (reason = given) });
  const info = await memory.write("a", bytes("x"));
  const storage = faulty({
    name: "fake",
    capabilities: { ...memory.capabilities, append: "none" },
    stat: memory.stat.bind(memory),
    read: () => Promise.resolve({ info, start: 0, end: 1, body }),
    write: memory.write.bind(memory),
    delete: memory.delete.bind(memory),
    list: memory.list.bind(memory),
  }, { chop: 1 });
  await (await storage.read("a"))?.body.cancel("enough");
  assertEquals(reason, "enough");
  assertEquals(storage.append, undefined);
  await storage[Symbol.asyncDispose]?.(); // the wrapped adapter has no disposal
});

Deno.test("faulty() answers slowly, and reacts to an abort meanwhile", async () => {
  const [memory, storage] = await withOld({ slow: 1, slowMs: 3_600_000 });
  for (const [read, isMutation] of [[false, true], [true, false]]) {
    const controller = new AbortController();
    const { signal } = controller;
    const running = read
      ? storage.stat("a", { signal })
      : storage.write("a", bytes("x"), { signal });
    setTimeout(() => controller.abort(), 1);
    const { code, outcome } = await errorOf(running);
    assertEquals([code, outcome], ["Aborted", isMutation ? "unknown" : undefined]);
  }
  assertEquals(await text(memory, "a"), "x");
  const quick = faulty(memory, { slow: 1, slowMs: 1 });
  assertEquals((await quick.stat("a"))?.size, 1);
  assertEquals([storage.injected.slowAnswers, quick.injected.slowAnswers], [2, 1]);
});

/** Returns the outcomes of many writes, which show the order of the faults. */
async function history(seed: number): Promise<[string[], FaultyAdapter]> {
  const options = { seed, lostRequest: 0.1, lostAnswer: 0.2, lateRequest: 0.3, lostRead: 0.1 };
  const memory = new MemoryAdapter();
  const storage = faulty(memory, options);
  const seen: string[] = [];
  for (let i = 0; i < 1000; i++) {
    await storage.write("a", bytes(`${i}`)).catch(() => {});
    seen.push(await text(storage, "a").catch(() => "lost") ?? "missing");
  }
  await storage.settle();
  return [seen, storage];
}

Deno.test("faulty() injects the same faults for the same seed, at the given rate", async () => {
  const [first, storage] = await history(7);
  assertEquals((await history(7))[0], first);
  assert((await history(8))[0].join() !== first.join());
  const { lostRequests, lostAnswers, lateRequests, lostReads } = storage.injected;
  for (
    const [count, expected] of [
      [lostRequests, 100],
      [lostAnswers, 200],
      [lateRequests, 300],
      [lostReads, 100],
    ] as const
  ) {
    assertGreater(count, expected * 0.6);
    assertLess(count, expected * 1.4);
  }
});

Deno.test("faulty() changes nothing without options, and keeps the capabilities", async () => {
  const memory = new MemoryAdapter({ name: "mine", capabilities: { append: "none" } });
  const storage = faulty(memory);
  assertEquals(storage.name, "mine");
  assertEquals(storage.capabilities, memory.capabilities);
  assertEquals(storage.append, undefined);
  for (let i = 0; i < 100; i++) await storage.write("a", bytes("x"));
  assert(Object.values(storage.injected).every((count) => count === 0));
});

Deno.test("faulty() refuses options that are none", () => {
  const nonsense: FaultyOptions[] = [
    { lostRequest: 1.5 },
    { lostAnswer: -0.1 },
    { slow: NaN },
    { lostRequest: 0.5, lostAnswer: 0.5, lateRequest: 0.1 },
    { lateBy: 0 },
    { chop: 1.5 },
  ];
  for (const options of nonsense) {
    assertThrows(() => faulty(new MemoryAdapter(), options), RangeError, "current value is");
  }
});
