import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { MemoryAdapter } from "../../src/storage/memory_adapter.ts";
import type { StorageAdapter } from "../../src/storage/storage_adapter.ts";
import { prefixed } from "../../src/storage/wrappers/mod.ts";
import {
  behaviours,
  conformance,
  notCovered,
  type RacerJob,
  runBehaviour,
  runRacer,
} from "../../src/testing/mod.ts";
import { broken, silenced } from "./_broken.ts";
import { type Case, CASES } from "./_broken_cases.ts";

/** Behaviours that are too slow to run unless they are expected to fail. */
const SLOW: readonly number[] = [22, 62, 63, 64, 70, 73, 135];

/** Returns the numbers of the behaviours that fail, with their messages. */
async function failuresOf(
  makeAdapter: () => StorageAdapter,
  { expected, timeLimitMs, ways }: {
    readonly expected: readonly number[];
    readonly timeLimitMs?: number;
    readonly ways?: Case["ways"];
  },
): Promise<Map<number, string>> {
  const failures = new Map<number, string>();
  const settings = { streamBytes: 1024 * 1024, seed: 7, timeLimitMs };
  for (const behaviour of behaviours) {
    if (SLOW.includes(behaviour.number) && !expected.includes(behaviour.number)) continue;
    const factory = () => {
      const adapter = makeAdapter();
      return { adapter, holdsBytesInMemory: true, ...ways?.(adapter) };
    };
    try {
      await runBehaviour(behaviour, factory, settings);
    } catch (error) {
      failures.set(behaviour.number, error instanceof Error ? error.message : `${error}`);
    }
  }
  return failures;
}

for (const [what, { fails, saying, breakage, capabilities, ways }] of Object.entries(CASES)) {
  Deno.test(`conformance() finds an adapter ${what}`, async () => {
    const failures = await failuresOf(() => broken(breakage ?? (() => ({})), capabilities), {
      expected: fails,
      timeLimitMs: 1000,
      ...(ways && { ways }),
    });
    const missed = fails.filter((number) => !failures.has(number));
    assertEquals(missed, [], `Only ${[...failures.keys()]} failed`);
    assertMatch(failures.get(fails[0] ?? -1) ?? "", saying);
  });
}

Deno.test("conformance() finds no defect in a correct adapter", async () => {
  const failures = await failuresOf(() => broken(() => ({})), {
    expected: SLOW,
    ways: (storage) => ({
      silence: () => silenced(storage),
      below(prefix) {
        const { [Symbol.asyncDispose]: _, ...below } = prefixed(storage, prefix); // in memory
        return below;
      },
    }),
  });
  assertEquals([...failures], []);
});

async function failureOf(number: number, adapter: StorageAdapter): Promise<string> {
  const behaviour = behaviours.find((behaviour) => behaviour.number === number);
  assert(behaviour !== undefined);
  const running = runBehaviour(behaviour, () => ({ adapter }));
  return await running.then(() => "", (error: unknown) => `${error}`);
}

Deno.test("conformance() finds an adapter that holds a long body in memory", async () => {
  assertMatch(await failureOf(61, new MemoryAdapter()), /Memory grew while the body went in/);
});

Deno.test("conformance() finds an adapter that reads ahead of its reader", async () => {
  const chunk = 1024 * 1024;
  const chunks = 64;
  const adapter = broken((memory) => ({
    // Stores only the length, so that only the body of a read uses memory.
    write: async (key, body) => {
      let size = 0;
      if (!(body instanceof Uint8Array)) { for await (const { length } of body) size += length; }
      return { ...await memory.write(key, new Uint8Array()), size };
    },
    read: async (key) => {
      const result = await memory.read(key);
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let i = 0; i < chunks; i++) controller.enqueue(new Uint8Array(chunk));
          controller.close();
        },
      });
      return result && { ...result, body };
    },
  }));
  assertMatch(await failureOf(73, adapter), /The unread body was held in memory/);
});

Deno.test("conformance() finds instances that do not share a store", async () => {
  const capabilities = { create: "host", swap: "host", append: "host" } as const;
  const make = () => new MemoryAdapter({ capabilities });
  const factory = () => ({ adapter: make(), second: make, holdsBytesInMemory: true });
  for (const behaviour of behaviours.filter(({ number }) => [21, 30, 43, 123].includes(number))) {
    const running = runBehaviour(behaviour, factory, { timeLimitMs: 500 });
    const failure = await running.then(() => undefined, (error: unknown) => error);
    assert(failure instanceof Error, `${behaviour.number} did not fail`);
  }
});

Deno.test("conformance() runs racers in other processes if the store can spawn them", async () => {
  const capabilities = { create: "host", swap: "host", append: "host" } as const;
  const jobs: RacerJob[] = [];
  const factory = () => {
    const adapter = new MemoryAdapter({ capabilities });
    return {
      adapter,
      second: () => adapter,
      spawn: async (job: RacerJob) => {
        jobs.push(job);
        const received = JSON.parse(JSON.stringify(job));
        return JSON.parse(JSON.stringify(await runRacer(adapter, received)));
      },
    };
  };
  for (const behaviour of behaviours.filter(({ number }) => [21, 30, 32, 43].includes(number))) {
    assert(await runBehaviour(behaviour, factory, { increments: 20 }));
  }
  const kinds = jobs.map(({ id, kind }) => `${kind} ${id}`);
  const racers = (kind: string, count: number) =>
    Array.from({ length: count }, (_, id) => `${kind} ${id}`);
  assertEquals(kinds, [
    ...racers("create", 4),
    ...racers("swap", 4),
    ...racers("increment", 8),
    ...racers("append", 4),
  ]);
});

Deno.test("conformance() fails without waiting for other racers when a racer fails", async () => {
  const capabilities = { create: "host" } as const;
  const adapter = new MemoryAdapter({ capabilities });
  const factory = () => ({
    adapter,
    spawn: (job: RacerJob) =>
      job.id === 2 ? Promise.reject(new Error("no such program")) : runRacer(adapter, job),
  });
  const behaviour = behaviours.find(({ number }) => number === 21);
  assert(behaviour !== undefined);
  await assertRejects(() => runBehaviour(behaviour, factory), Error, "no such program");
});

Deno.test("conformance() registers one test with a step for each behaviour that applies", async () => {
  const steps: string[] = [];
  const step = (name: string) => Promise.resolve(steps.push(name));
  const capabilities = { append: "none" } as const;
  const running: Promise<void>[] = [];
  conformance("the name", () => ({ adapter: new MemoryAdapter({ capabilities }) }), {
    test: (name, run) => {
      assertEquals(name, "the name");
      running.push(run({ step }));
    },
  });
  assertEquals(running.length, 1);
  await running[0];
  const numbers = steps.map((name) => parseInt(name));
  assert(numbers.includes(50) && !numbers.includes(38) && !numbers.includes(25));
  assertEquals(steps.at(0), "1. read() returns the bytes that were written");
  assertEquals(steps.at(-1), "Random operations have the same results as on MemoryAdapter");
});

Deno.test("behaviours and notCovered cover every number of the contract", () => {
  const numbers = behaviours.map(({ number }) => number).filter((number) => number !== 0);
  assertEquals(new Set(numbers).size, numbers.length);
  const all = [...numbers, ...Object.keys(notCovered).map(Number)].sort((a, b) => a - b);
  assertEquals(all, Array.from({ length: 141 }, (_, i) => i + 1));
});
